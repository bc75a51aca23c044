"""The Train page fits its screens, and scrolls where there is no room."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.train.page import TrainPage


def shown(window: MainWindow, width: int, height: int) -> TrainPage:
    window.resize(width, height)
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    QApplication.processEvents()
    return page


def inside(widget: QWidget, frame: QWidget) -> bool:
    place = QRect(widget.mapTo(frame, QPoint(0, 0)), widget.size())
    return frame.rect().contains(place)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 720)])
def test_the_first_depth_needs_no_scrolling(window: MainWindow, width: int, height: int) -> None:
    page = shown(window, width, height)
    for area in page.findChildren(QScrollArea):
        assert area.verticalScrollBar().maximum() == 0, area
        assert area.horizontalScrollBar().maximum() == 0, area
    for button in page.window().findChildren(QAbstractButton):
        if button.isVisible():
            assert inside(button, window), button.text()


def test_a_small_window_scrolls_and_clips_nothing(window: MainWindow) -> None:
    page = shown(window, 720, 540)
    assert (window.width(), window.height()) == (720, 540)
    page.settings.more.open()
    page.settings.bugs.open()
    QApplication.processEvents()
    for area in page.findChildren(QScrollArea):
        content = area.widget()
        assert content is not None
        assert content.minimumSizeHint().width() <= content.width()
        if isinstance(area, Scroll):
            assert area.horizontalScrollBar().maximum() == 0
    assert inside(page.train_button, window)


def test_training_shows_the_curves_where_they_are_below_the_settings(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(window, 900, 540)
    monkeypatch.setattr(page.studio.queue, "add", lambda specs: None)
    assert not inside(page.plots.loss, window)
    page.train()
    QApplication.processEvents()
    assert inside(page.plots.loss, window)
