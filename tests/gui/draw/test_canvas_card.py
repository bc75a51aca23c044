"""The tools over the canvas, and the stages of the network input."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import WHOLE, Fitting, InkPoint, digit_image
from mnist_studio.gui.draw.canvas_card import CanvasCard
from mnist_studio.gui.draw.network_input import NetworkInputCard
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme


@pytest.fixture
def card(qtbot: QtBot, theme: Theme, drawing: Drawing) -> CanvasCard:
    made = CanvasCard(theme, drawing)
    qtbot.addWidget(made)
    made.resize(420, 470)
    made.show()
    return made


@pytest.fixture
def stages(qtbot: QtBot, theme: Theme, drawing: Drawing) -> NetworkInputCard:
    made = NetworkInputCard(theme, drawing)
    qtbot.addWidget(made)
    made.resize(420, 220)
    made.show()
    return made


def stroke(drawing: Drawing, *points: tuple[float, float]) -> None:
    drawing.begin(InkPoint(*points[0]))
    drawing.extend(tuple(InkPoint(*point) for point in points[1:]))
    drawing.finish()


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_buttons_explain_themselves(card: CanvasCard, drawing: Drawing) -> None:
    assert card.undo_button.toolTip() == "There is nothing to undo."
    assert not card.clear_button.isEnabled()
    stroke(drawing, (0.1, 0.1), (0.9, 0.9))
    assert card.undo_button.toolTip() == "Undoes “stroke” (Ctrl+Z)"
    click(card.clear_button)
    assert drawing.blank
    click(card.undo_button)
    assert len(drawing.ink) == 1
    click(card.redo_button)
    assert drawing.blank


def test_a_tool_stays_selected(card: CanvasCard, drawing: Drawing) -> None:
    assert card.pen_button.isChecked()
    click(card.pen_button)
    assert card.pen_button.isChecked()
    click(card.eraser_button)
    assert drawing.tools.chosen == "eraser"
    assert not card.pen_button.isChecked()
    assert card.width_slider.accessibleName() == "Eraser width"


def test_slider_and_keys_change_the_width_of_the_selected_tool(
    qtbot: QtBot, theme: Theme, drawing: Drawing
) -> None:
    page, card = QWidget(), CanvasCard(theme, drawing)
    field = QLineEdit()
    layout = QVBoxLayout(page)
    layout.addWidget(card)
    layout.addWidget(field)
    card.install_shortcuts(page)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    card.canvas.setFocus()
    qtbot.waitUntil(card.canvas.hasFocus)
    card.width_slider.setValue(100)
    assert drawing.tools.pen == 0.1
    QTest.keyClick(card.canvas, Qt.Key.Key_BracketLeft)
    assert drawing.tools.pen == pytest.approx(0.1 / 1.2)
    assert card.width_slider.value() == 83
    assert "8 % of the canvas" in card.width_slider.toolTip()
    QTest.keyClick(card.canvas, Qt.Key.Key_E)
    assert drawing.tools.chosen == "eraser"
    # Where words are typed, letters are letters.
    field.setFocus()
    QTest.keyClicks(field, "p[e]")
    assert field.text() == "p[e]"
    assert drawing.tools.chosen == "eraser"


def test_the_canvas_stays_square(card: CanvasCard, qtbot: QtBot) -> None:
    for width, height in ((420, 900), (420, 320), (900, 400)):
        card.resize(width, height)
        qtbot.wait(1)
        square = card.canvas._square()
        assert square.width() == square.height() == min(card.canvas.width(), card.canvas.height())
    assert card.maximumHeight() < 1.1 * card.width()


def test_stages_follow_the_drawing(
    qtbot: QtBot, stages: NetworkInputCard, drawing: Drawing
) -> None:
    before = stages.strip.empty
    with qtbot.waitSignal(drawing.staged, timeout=30_000):
        stroke(drawing, (0.1, 0.1), (0.3, 0.1), (0.2, 0.4))
    assert (before, stages.strip.empty) == (True, False)
    assert "smallest square" in stages.strip.accessibleDescription()
    picture = stages.strip.grab().toImage()
    for name, place in stages.strip.places().items():
        colors = {
            picture.pixelColor(QPoint(x, y)).lightness()
            for x in range(place.left() + 2, place.right() - 2)
            for y in range(place.top() + 2, place.bottom() - 2)
        }
        assert {0, 255} <= colors, name


def test_a_stage_is_switched_off_and_on(
    qtbot: QtBot, stages: NetworkInputCard, drawing: Drawing
) -> None:
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        stroke(drawing, (0.1, 0.1), (0.3, 0.1), (0.2, 0.4))
    usual = drawing.image
    assert usual is not None
    assert not stages.reset_button.isVisible()
    click(stages.switches.button("box"))
    assert drawing.fitting == Fitting(box=False)
    # On a busy machine, an image of the stroke before the click may still arrive.
    expected = digit_image(drawing.ink, fitting=Fitting(box=False))
    qtbot.waitUntil(lambda: np.array_equal(drawing.images[0], expected), timeout=30_000)
    assert stages.note.text() == "Without fit to box"
    with qtbot.waitSignal(drawing.staged, timeout=30_000):
        click(stages.switches.button("pen"))
    assert stages.note.text() == "Without fit to box and pen width"
    assert "Not scaled to the box" in stages.strip.accessibleDescription()
    click(stages.reset_button)
    assert drawing.fitting == WHOLE
    qtbot.waitUntil(lambda: np.array_equal(drawing.images[0], usual), timeout=30_000)
    assert stages.switches.chosen == {"box", "mass", "pen"}
    assert not stages.reset_button.isVisible()


def test_an_image_file_has_no_stages(
    qtbot: QtBot, stages: NetworkInputCard, drawing: Drawing
) -> None:
    stroke(drawing, (0.1, 0.1), (0.3, 0.1))
    with qtbot.waitSignal(drawing.image_changed, timeout=30_000):
        drawing.open(np.eye(28, dtype=np.uint8) * 255)
    assert "Image file" in stages.note.text()
    assert not stages.switches.isVisible()
    assert stages.strip.places().keys() == {"fed"}
    assert not stages.strip.empty
    assert stages.strip.accessibleDescription() == ""
