"""The window opens where and as it was closed."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QTableView
from pytestqt.qtbot import QtBot

from mnist_studio import settings
from mnist_studio.gui.app.memory import fitted
from mnist_studio.gui.app.window import LARGEST_PART, MainWindow
from mnist_studio.gui.theme.theme import Theme
from tests.gui import stored
from tests.gui.idle import is_filling


@pytest.fixture
def _filled(home: Path) -> None:
    stored.fill()


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


def _with_pages(qtbot: QtBot, theme: Theme) -> MainWindow:
    window = _opened(qtbot, theme)
    # Larger than the screen of tests, on which pages are folded and their parts have no choice.
    window.resize(1366, 768)
    window.show()
    library = window.studio.library
    qtbot.waitUntil(lambda: library.loaded, timeout=30_000)
    for key in ("parity", "runs"):
        window.go(key)
        qtbot.wait(1)
    # A page that is still built would ask for services that the end has deleted.
    qtbot.waitUntil(lambda: not is_filling(window))
    return window


def _closed(window: MainWindow) -> None:
    window.close()
    window.shut_down()
    window.studio.deleteLater()


@pytest.mark.usefixtures("_filled")
def test_sizes_views_orders_and_text_size_are_restored(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    usual = qapp.font()
    first = _with_pages(qtbot, theme)
    first.theme.set_scale(1.15)
    qtbot.wait(1)
    parts, table = _parts(first), first.page("runs").findChildren(QTableView)[0]
    before, _ = parts.sizes()
    parts.setSizes([300, 342])
    table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    first.page("parity").show_tab("settings")
    qtbot.wait(1)
    upper, lower = parts.sizes()
    assert upper < min(lower, before - 50)
    _closed(first)
    qapp.setFont(usual)  # The next start finds the font of the system.
    second = _with_pages(qtbot, Theme(qapp, "light", settings.load()[0].text_size))
    head = second.page("runs").findChildren(QTableView)[0].horizontalHeader()
    assert second.theme.scale == 1.15
    assert _parts(second).sizes()[0] == pytest.approx(upper, abs=15)
    assert head.sortIndicatorSection() == 3
    assert head.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    assert second.page("parity").tab == "settings"
    _closed(second)
    second.theme.set_scale(1.0)


def _parts(window: MainWindow) -> QSplitter:
    """The table and the plots of the Runs page, whose parts have a choice in a wide window."""
    return window.page("runs").findChildren(QSplitter)[1]


def test_in_a_larger_window_the_largest_part_grows() -> None:
    assert fitted((470, 260), 1200) == [940, 260]
    assert fitted((470, 260), 600) == [340, 260]
    assert fitted((470, 260), 400) == [470, 260]
