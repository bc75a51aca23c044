"""Single keys act on the drawing only where nothing else can be meant."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.gui.draw.canvas_card import CanvasCard
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.gui.theme.theme import Theme

KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_E)


class KeysPage(QWidget):
    """A page with a canvas and controls of other kinds."""

    def __init__(self, theme: Theme, drawing: Drawing) -> None:
        super().__init__()
        self.card = CanvasCard(theme, drawing)
        self.keys = self.card.install_shortcuts(self)
        self.combo, self.list = QComboBox(), QListWidget()
        self.combo.addItems(["Newest", "Eldest"])
        self.list.addItem("one")
        self.field, self.button = QLineEdit(), QPushButton("Button")
        lines = QVBoxLayout(self)
        for part in (self.card, self.combo, self.list, self.field, self.button):
            lines.addWidget(part)


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, drawing: Drawing) -> KeysPage:
    made = KeysPage(theme, drawing)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    drawing.begin(InkPoint(0.2, 0.2))
    drawing.extend((InkPoint(0.8, 0.8),))
    drawing.finish()
    return made


def focused(qtbot: QtBot, widget: QWidget) -> QWidget:
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    return widget


@pytest.mark.parametrize("name", ["combo", "list", "field"])
def test_keys_in_a_control_leave_the_drawing_alone(
    qtbot: QtBot, page: KeysPage, drawing: Drawing, name: str
) -> None:
    control = focused(qtbot, getattr(page, name))
    for key in KEYS:
        if control is page.combo and key == Qt.Key.Key_Space:
            continue  # It opens the list of entries.
        QTest.keyClick(control, key)
    assert len(drawing.ink) == 1
    assert drawing.tools.chosen == "pen"


def test_a_letter_still_finds_an_entry_of_a_list(qtbot: QtBot, page: KeysPage) -> None:
    QTest.keyClick(focused(qtbot, page.combo), Qt.Key.Key_E)
    assert page.combo.currentText() == "Eldest"


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Space])
def test_a_cleared_drawing_is_back_after_one_step(
    qtbot: QtBot, page: KeysPage, drawing: Drawing, key: Qt.Key
) -> None:
    canvas = focused(qtbot, page.card.canvas)
    ink = drawing.ink
    QTest.keyClick(canvas, key)
    assert drawing.blank
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawing.ink == ink


def test_keys_work_after_a_button_was_clicked(
    qtbot: QtBot, page: KeysPage, drawing: Drawing
) -> None:
    button = focused(qtbot, page.button)
    QTest.keyClick(button, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    before = drawing.tools.chosen
    QTest.keyClick(button, Qt.Key.Key_E)
    assert (before, drawing.tools.chosen) == ("pen", "eraser")
