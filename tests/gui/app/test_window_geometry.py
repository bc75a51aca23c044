"""Every page fits five screens, and the smallest window."""

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.window import LEAST, MainWindow
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.theme.theme import Theme
from tests.gui import stored
from tests.gui.clipped import faults

SCREENS = ((1366, 768, 1.0), (1366, 768, 1.5), (1440, 900, 1.0), (1920, 1080, 1.0), (3840, 2160, 2))
"""Pixels across and down, and the scale."""


@pytest.fixture
def _filled(home: object) -> None:
    stored.fill()


@pytest.mark.usefixtures("_filled")
def test_every_page_fits_every_screen_and_every_font_grows(
    window: MainWindow, qapp: QApplication
) -> None:
    sizes = {(int(across / scale), int(down / scale)) for across, down, scale in SCREENS}
    found: list[str] = []
    for key in PAGE_TITLES:
        window.go(key)
        window.page(key).prepare()
        for size in sorted(sizes | {LEAST, (720, 540)}):
            window.resize(*size)
            qapp.processEvents()
            qapp.processEvents()
            assert window.size().toTuple() == size
            found += [f"{key} at {size}: {fault}" for fault in faults(window)]
            if window.frame.navigation.findChildren(Scroll)[0].verticalScrollBar().maximum():
                found.append(f"the navigation scrolls at {size}")
            across = window.page(key).findChildren(Scroll)[0].horizontalScrollBar().maximum()
            if across:
                found.append(f"{key} at {size} scrolls {across} pixels sideways")
    assert not found, "\n" + "\n".join(found)
    _every_font_grows(window, qapp)


def _every_font_grows(window: MainWindow, qapp: QApplication) -> None:
    """In the same window, whose pages are all built."""
    before = _text_sizes(window)
    window.theme.set_scale(2.0)
    qapp.processEvents()
    after = _text_sizes(window)
    window.theme.set_scale(1.0)
    small = [
        f"{type(one).__name__} {one.objectName()} {before[one]} -> {after[one]}"
        for one in before
        if one in after and after[one] < 1.8 * before[one]
    ]
    assert not small, "\n".join(sorted(set(small)))


def _text_sizes(window: MainWindow) -> dict[QWidget, int]:
    return {one: QFontInfo(one.font()).pixelSize() for one in window.findChildren(QWidget)}


def test_a_low_window_opens_with_the_whole_navigation(qtbot: QtBot, theme: Theme) -> None:
    window = MainWindow(theme)
    qtbot.addWidget(window)
    window.resize(*LEAST)
    with qtbot.waitSignal(window.usable, timeout=30_000):
        window.show()
    qtbot.wait(1)
    assert window.frame.navigation.flat
    assert not window.frame.navigation.findChildren(Scroll)[0].verticalScrollBar().maximum()
    window.shut_down()
    window.studio.deleteLater()
