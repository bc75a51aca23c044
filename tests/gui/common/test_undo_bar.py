from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.undo_bar import UndoBar
from mnist_studio.gui.theme.theme import Theme


def test_an_act_is_undone_once(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    area = QWidget()
    QVBoxLayout(parent).addWidget(area)
    bar = UndoBar(parent, area, theme)
    parent.resize(600, 400)
    parent.show()
    undone: list[str] = []
    bar.offer("Deleted 2 runs.", lambda: undone.append("first"))
    bar.offer("Deleted 3 runs.", lambda: undone.append("second"))
    assert bar.text == bar.accessibleName() == "Deleted 3 runs."
    assert area.geometry().contains(bar.geometry())
    bar.undo_button.click()
    bar.undo()
    assert undone == ["second"]
    assert not bar.text


def test_the_offer_ends_but_not_under_the_pointer_or_the_keyboard(
    qtbot: QtBot, theme: Theme
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    bar = UndoBar(parent, parent, theme)
    bar._timer.setInterval(1)
    parent.show()
    parent.activateWindow()
    undone: list[str] = []
    bar.offer("Deleted a run.", lambda: undone.append("run"))
    bar.undo_button.setFocus()
    QTest.qWait(20)
    assert bar.text
    bar.undo_button.clearFocus()
    qtbot.waitUntil(lambda: not bar.text)
    bar.undo()
    assert not undone


def test_the_window_shows_offers_above_each_page_and_takes_ctrl_z(
    qtbot: QtBot, window: MainWindow
) -> None:
    bar = window.undo_bar
    assert bar is not None
    undone: list[str] = []
    for key in ("runs", "draw"):
        window.go(key)
        window.studio.undo_offered.emit("Deleted 3 runs.", lambda key=key: undone.append(key))
        assert bar.isVisible()
        QTest.keyClick(window.page(key), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    # On the Draw page, Ctrl+Z undoes a stroke.
    assert undone == ["runs"]
    window.show_message("Another message.", "plain")
    notice = window.page("draw").notice
    top = notice.mapToGlobal(QPoint()).y()
    assert bar.mapToGlobal(bar.rect().bottomLeft()).y() < top
    window.show_message("Deleted 3 runs.", "good")
    assert notice.text == "Another message."
    window.close_overlays()
    assert not bar.isVisible()
