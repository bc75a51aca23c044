"""The window opens where and as it was closed."""

from pathlib import Path

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.gui.app.window import LARGEST_PART, MainWindow
from mnist_studio.gui.theme.theme import Theme


def _opened(qtbot: QtBot, theme: Theme) -> MainWindow:
    window = MainWindow(theme)
    qtbot.addWidget(window)
    window.restore(settings.load()[0])
    return window


def test_size_and_page_are_those_of_the_last_time(home: Path, qtbot: QtBot, theme: Theme) -> None:
    settings.save(settings.Settings(theme="dark"))
    first = _opened(qtbot, theme)
    first.resize(910, 640)
    first.show()
    first.go("runs")
    first.close()
    first.shut_down()
    second = _opened(qtbot, theme)
    assert second.height() == 640
    assert second.shown == "runs"
    assert settings.load()[0].theme == "dark"


def test_a_new_window_fits_the_screen(home: Path, qtbot: QtBot, theme: Theme) -> None:
    window = _opened(qtbot, theme)
    free = window.screen().availableSize()
    assert window.width() <= max(window.minimumWidth(), LARGEST_PART * free.width())
    assert window.height() <= max(window.minimumHeight(), LARGEST_PART * free.height())
    assert window.shown == "draw"


def test_a_damaged_state_gives_a_new_window(home: Path, qtbot: QtBot, theme: Theme) -> None:
    settings.save(replace(settings.Settings(), geometry="no geometry", page="no page"))
    window = _opened(qtbot, theme)
    assert window.shown == "draw"
    assert window.width() >= window.minimumWidth()
