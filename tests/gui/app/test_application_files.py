"""Files that the desktop hands over: at the start, by another start, and by events of macOS."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.application import FileOpener
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.theme.theme import Theme


class Opened(MainWindow):
    """A window that only records what it opens."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.files: list[Path] = []

    def open_file(self, file: Path) -> None:
        self.files.append(file)


def test_files_wait_until_the_window_is_usable(qtbot: QtBot, theme: Theme) -> None:
    window = Opened(theme)
    qtbot.addWidget(window)
    opener = FileOpener(window, ["/a.mnistrun"])
    opener.open(("/b.toml",))
    assert not window.files
    window.usable.emit()
    qtbot.waitUntil(lambda: bool(window.files), timeout=30_000)
    event = QFileOpenEvent(QUrl.fromLocalFile("/c d.mnistrun"))
    assert opener.eventFilter(QApplication.instance() or window, event)
    assert window.files == [Path("/a.mnistrun"), Path("/b.toml"), Path("/c d.mnistrun")]


@pytest.mark.parametrize(("platform", "filters"), [("darwin", 1), ("linux", 0), ("win32", 0)])
def test_only_where_events_name_files_every_event_is_looked_at(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch, platform: str, filters: int
) -> None:
    window, installed = Opened(theme), list[QObject]()
    qtbot.addWidget(window)
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    monkeypatch.setattr(QApplication, "installEventFilter", lambda _, made: installed.append(made))
    monkeypatch.setattr(sys, "platform", platform)
    FileOpener(window, []).follow(qt)
    assert len(installed) == filters


def test_each_kind_of_file_opens_on_its_page(window: MainWindow) -> None:
    received: list[tuple[str, Path]] = []
    window.studio.import_requested.connect(lambda file: received.append((window.shown, file)))
    window.studio.settings_dropped.connect(lambda file: received.append((window.shown, file)))
    for name in ("/missing/run.MNISTRUN", "/missing/settings.toml"):
        window.open_file(Path(name))
    assert received == [
        ("runs", Path("/missing/run.MNISTRUN")), ("train", Path("/missing/settings.toml")),
    ]  # fmt: skip
    window.open_file(Path("/missing/picture.png"))
    assert window.shown == "draw"
