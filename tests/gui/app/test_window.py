from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.formatting import count
from mnist_studio.gui.app.application import ExceptionReporter
from mnist_studio.gui.app.frame import PAGES
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.compare.page import ComparePage
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.runs.page import RunsPage
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.page import TrainPage
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES


def test_keys_go_to_every_page(window: MainWindow) -> None:
    for place, (key, title) in enumerate(PAGES, start=1):
        QTest.keyClick(
            window, Qt.Key(Qt.Key.Key_0.value + place), Qt.KeyboardModifier.ControlModifier
        )
        assert window.shown == key
        assert title.lower() in window.page(key).title.lower()
        assert window.page(key).sentence


def test_first_paint_comes_before_the_pages(qtbot: QtBot, theme: Theme) -> None:
    window = MainWindow(theme)
    pages_at_paint: list[int] = []
    window.painted.connect(lambda: pages_at_paint.append(window.frame.stack.count()))
    with qtbot.waitSignal(window.usable, timeout=30_000):
        window.show()
    assert pages_at_paint == [0]
    window.shut_down()
    window.hide()
    window.deleteLater()


def test_empty_pages_say_what_to_do(window: MainWindow) -> None:
    draw, compare, runs = (window.page(key) for key in ("draw", "compare", "runs"))
    assert isinstance(draw, DrawPage)
    assert isinstance(compare, ComparePage)
    assert isinstance(runs, RunsPage)
    for empty in (draw.predictions.empty, compare.empty, runs.empty):
        window.go("runs")
        assert empty.text
        empty.button.click()
        assert window.shown == "train"


def test_every_control_has_a_name_and_disabled_ones_say_why(window: MainWindow) -> None:
    for key, _ in PAGES:
        window.go(key)
    for button in window.findChildren(QAbstractButton):
        if button.objectName().startswith("qt_"):
            continue  # Parts of Qt's own tables.
        assert button.accessibleName() or button.text(), button
    for page in (window.page(key) for key, _ in PAGES):
        for button in page.buttons.findChildren(QAbstractButton):
            assert button.isEnabled() or button.toolTip(), button.text()


class ShownWindows(QObject):
    """Remembers which windows were shown."""

    def __init__(self, qapp: QApplication) -> None:
        super().__init__()
        self.names: list[str] = []
        qapp.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if shown and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(repr(watched))
        return False


def test_no_part_of_a_page_is_shown_as_a_window(window: MainWindow, qapp: QApplication) -> None:
    shown = ShownWindows(qapp)
    for key, _ in PAGES:
        window.go(key)
    qapp.removeEventFilter(shown)
    assert not shown.names


def test_every_focusable_control_is_named(window: MainWindow) -> None:
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    for stepper in (
        page.settings.numbers.epochs,
        page.settings.numbers.seed,
        page.settings.numbers.learning_rate,
    ):
        assert stepper.field().accessibleName()
    for widget in page.findChildren(QWidget):
        if widget.inherits("QComboBox") or widget.inherits("QTableView"):
            assert widget.accessibleName(), widget


def test_the_overlay_lists_the_shortcuts(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert window.overlay.isVisible()
    QTest.keyClick(window.overlay, Qt.Key.Key_Escape)
    assert not window.overlay.isVisible()


def test_the_form_is_wrong_and_says_so(window: MainWindow) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.settings.numbers.learning_rate.field().setValue(0)
    assert "Learning rate" in page.settings.complaint.text()
    assert not page.train_button.isEnabled()
    assert "Learning rate" in page.train_button.toolTip()
    page.settings.numbers.learning_rate.field().setValue(0.01)
    assert page.train_button.isEnabled()


def test_a_recipe_sets_the_form_and_the_network(window: MainWindow) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.settings.recipe.choose("wide-cnn")
    page.settings.recipe.chosen.emit("wide-cnn")
    assert page.settings.numbers.epochs.whole == 10
    assert page.settings.numbers.learning_rate.number == 1.0
    model = page.settings.network.model()
    assert model.index(0, 0).data() == "conv 3×3, ReLU"
    assert "conv 3×3, 32 valid" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, 1).data() == "26×26×32"
    assert model.index(0, 2).data() == "320"


def test_the_whole_network_fits_for_every_recipe(window: MainWindow, qapp: QApplication) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    table = page.settings.network
    for name, recipe in RECIPES.items():
        page.settings.recipe.choose(name)
        page.settings.recipe.chosen.emit(name)
        qapp.processEvents()
        assert table.horizontalHeader().length() <= table.viewport().width()
        assert table.sizeHintForColumn(0) <= table.columnWidth(0), name
        last = table.model().rowCount() - 1
        assert table.model().index(last, 0).data() == "Total"
        assert table.model().index(last, 2).data() == count(parameter_count(recipe.model))


def test_it_says_plainly_which_digits_it_uses(window: MainWindow) -> None:
    page = window.page("train")
    assert isinstance(page, TrainPage)
    assert page.settings.dataset.dataset == "builtin"
    assert "not MNIST" in page.settings.dataset.sentence


def test_a_picture_dropped_anywhere_is_drawn(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    levels = np.zeros((60, 60), np.uint8)
    levels[10:50, 28:33] = 255
    file = tmp_path / "one.png"
    Image.fromarray(levels).save(file)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    with qtbot.waitSignal(window.studio.drawing.image_changed, timeout=30_000):
        window.dropEvent(event)
    assert window.shown == "draw"
    assert window.studio.drawing.image is not None
    assert window.studio.drawing.history.undo_name == "open image"


def test_a_file_that_is_no_picture_is_reported(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    file = tmp_path / "no.png"
    file.write_text("no picture")
    with qtbot.waitSignal(window.studio.message, timeout=30_000):
        window.studio.open_picture(file)
    assert window.page(window.shown).notice.text


def test_space_clears_the_pad_and_keys_undo_it(qtbot: QtBot, window: MainWindow) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    pad, drawing = page.canvas, window.studio.drawing
    middle = pad.rect().center()
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert len(drawing.sheet.ink) == 1
    QTest.keyClick(pad, Qt.Key.Key_Space)
    assert drawing.sheet.blank
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(drawing.sheet.ink) == 1
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_Z, both)
    assert drawing.sheet.blank


def test_the_theme_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    window.studio.choose_theme("dark")
    qtbot.waitUntil(lambda: settings.load()[0].theme == "dark", timeout=30_000)
    window.go("compare")
    window.page("compare").prepare()
    window.studio.choose_theme("light")
    assert not window.grab().isNull()


def test_an_uncaught_exception_is_reported(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = ExceptionReporter()
    alarm.reported.connect(window.show_message)
    alarm._uncaught(ValueError, ValueError("odd"), None)
    assert "odd" in window.page(window.shown).notice.text


def test_large_text_on_a_small_window(window: MainWindow, qapp: QApplication) -> None:
    window.resize(1024, 700)
    for steps in (3, 0):
        window.theme.zoom(steps)
        for key, _ in PAGES:
            window.go(key)
            qapp.processEvents()
            assert not window.grab().isNull()
