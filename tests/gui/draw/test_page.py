"""Images that are pasted, dropped, or have several digits."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.data.datasets import builtin
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.page import DrawPage


def page_of_ones(count: int) -> np.ndarray:
    levels = np.full((120, 100 * count), 230, np.uint8)
    for at in range(count):
        levels[20:100, 100 * at + 45 : 100 * at + 53] = 30
    return levels


def pasted(window: MainWindow, mime: QMimeData) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(mime)
    window.paste()
    # Else Qt deletes it when the process ends, after Python's end: a crash.
    clipboard.clear()


@pytest.mark.parametrize("count", [1, 3])
def test_a_copied_image_is_pasted_digit_by_digit(
    window: MainWindow, qtbot: QtBot, count: int
) -> None:
    levels = page_of_ones(count)
    mime = QMimeData()
    mime.setImageData(
        QImage(levels.data, levels.shape[1], 120, levels.shape[1], QImage.Format.Format_Grayscale8)
    )
    with qtbot.waitSignal(window.studio.drawing.images_changed) as fed:
        pasted(window, mime)
    assert fed.args is not None
    assert fed.args[0].shape == (count, 28, 28)
    assert window.shown == "draw"


def test_a_copied_file_is_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    Image.fromarray(page_of_ones(1)).save(tmp_path / "one.png")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "one.png"))])
    with qtbot.waitSignal(window.studio.drawing.images_changed) as opened:
        pasted(window, mime)
    assert opened.args is not None
    assert opened.args[0].shape == (1, 28, 28)
    assert window.shown == "draw"


def test_an_opened_image_hides_the_message_on_another(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    Image.fromarray(page_of_ones(1)).save(tmp_path / "one.png")
    (tmp_path / "text.png").write_text("seven")
    window.go("draw")
    studio, notice = window.studio, window.page("draw").notice
    with qtbot.waitSignal(studio.message):
        studio.open_picture(tmp_path / "text.png")
    assert "is not an image" in notice.text
    with qtbot.waitSignal(studio.picture_opened):
        studio.open_picture(tmp_path / "one.png")
    assert notice.isHidden()


def test_of_two_images_the_newer_is_shown(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for count in (1, 2):
        Image.fromarray(page_of_ones(count)).save(tmp_path / f"{count}.png")
    shown = window.studio.picture_opened
    with qtbot.waitSignal(shown):
        window.studio.open_picture(tmp_path / "1.png")
        window.studio.open_picture(tmp_path / "2.png")
    assert window.studio.drawing.sheet.picture is not None
    assert window.studio.drawing.sheet.picture.shape == (28, 56)
    with qtbot.assertNotEmitted(shown, wait=200):
        pass


def dragged(window: MainWindow, page: DrawPage, mime: QMimeData) -> bool:
    """Drags over the canvas and drops, as the system does; returns whether it was accepted."""
    handle = window.windowHandle()
    assert handle is not None
    place = page.canvas.mapTo(window, page.canvas.rect().center())
    given = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(place, *given)
    enter.ignore()
    QApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        QApplication.sendEvent(handle, QDropEvent(QPointF(place), *given))
    return enter.isAccepted()


def test_an_image_is_dragged_onto_the_canvas(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    Image.fromarray(page_of_ones(2)).save(tmp_path / "eleven.png")
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "eleven.png"))])
    with qtbot.waitSignal(window.studio.drawing.images_changed) as fed:
        assert dragged(window, page, mime)
    assert fed.args is not None
    assert fed.args[0].shape == (2, 28, 28)
    assert window.studio.drawing.history.undo_name == "open image"


def test_dragged_text_is_rejected(window: MainWindow) -> None:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    mime = QMimeData()
    mime.setText("seven")
    assert not dragged(window, page, mime)
    assert window.studio.drawing.blank


def test_pasted_text_and_an_empty_clipboard_are_reported(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("seven")
    pasted(window, mime)
    assert "The clipboard contains text" in window.page(window.shown).notice.text
    pasted(window, QMimeData())
    assert "The clipboard is empty" in window.page(window.shown).notice.text


def test_a_random_test_image_and_one_by_its_index_are_opened(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.go("draw")
    page, drawing = window.page("draw"), window.studio.drawing
    assert isinstance(page, DrawPage)
    test = builtin.load().test
    with qtbot.waitSignal(window.studio.examples.shown) as shown:
        page.examples.random_button.click()
    assert shown.args is not None
    number, count = shown.args
    assert (page.examples.number.whole, count) == (number, len(test))
    np.testing.assert_array_equal(drawing.sheet.picture, test.images[number])
    with qtbot.waitSignal(window.studio.examples.shown) as shown:
        page.examples.number.field().setValue(12)
    assert shown.args == [12, len(test)]
    np.testing.assert_array_equal(drawing.sheet.picture, test.images[12])
    title = f"Test image 12 of the built-in dataset: a {test.labels[12]}"
    assert drawing.sheet.title == title
    qtbot.waitUntil(lambda: page.network_input.note.text() == title)
    drawing.history.undo()
    np.testing.assert_array_equal(drawing.sheet.picture, test.images[number])


def test_an_image_given_as_numbers_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    window.go("draw")
    page, drawing = window.page("draw"), window.studio.drawing
    assert isinstance(page, DrawPage)
    with qtbot.waitSignal(drawing.image_changed):
        page.examples.grid_button.click()
    assert drawing.image is not None
    assert drawing.image.shape == (28, 28)
    assert drawing.image.max() == 255
