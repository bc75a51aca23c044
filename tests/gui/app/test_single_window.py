"""One window for each folder of the user's data."""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.single_window import SingleWindow, bring_to_front

STAYS_OPEN = """
from mnist_studio.gui.app import application

application.bring_to_front = lambda window: window.close()
raise SystemExit(application.run())
"""
STARTS = "from mnist_studio.gui.app import application; raise SystemExit(application.run())"


def test_only_one_has_the_right_until_it_gives_it_back(home: Path, qtbot: QtBot) -> None:
    first, second = SingleWindow(), SingleWindow()
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    second.release()


def test_a_request_reaches_the_window_that_is_open(home: Path, qtbot: QtBot) -> None:
    first, second = SingleWindow(), SingleWindow()
    assert first.claim()
    assert not second.claim()
    for _ in range(2):
        with qtbot.waitSignal(first.requested, timeout=30_000):
            second.request()
    first.release()


def test_each_file_of_a_request_is_opened_once(home: Path, qtbot: QtBot) -> None:
    first, second = SingleWindow(), SingleWindow()
    opened: list[tuple[str, ...]] = []

    def has(at: int) -> bool:
        return len(opened) > at

    first.files_requested.connect(opened.append)
    assert first.claim()
    for at, files in enumerate((("/a/first.mnistrun",), ("/b c/ü.mnistrun", "/d"), ("/d",))):
        second.request(files)
        qtbot.waitUntil(partial(has, at), timeout=30_000)
        # The file is read again for each of its changes, and by mistake half-written.
        first._read()
    (home / "window.request").write_bytes(b'{"number": 5, "fi')
    first._read()
    assert opened == [("/a/first.mnistrun",), ("/b c/ü.mnistrun", "/d"), ("/d",)]
    first.release()


def test_a_folder_that_cannot_be_written_stops_no_window(home: Path, qtbot: QtBot) -> None:
    home.rmdir()
    home.write_text("a file in the place of the folder")
    assert SingleWindow().claim()


def test_a_minimized_window_comes_back(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    bring_to_front(window)
    assert not window.windowState() & Qt.WindowState.WindowMinimized
    assert window.isVisible()


def test_a_second_start_shows_the_first_window_and_ends(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STAYS_OPEN]) as first:
        try:
            deadline = time.monotonic() + 30
            while not (home / "studio.sqlite").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            second = subprocess.run(
                [sys.executable, "-c", STARTS],
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert second.returncode == 0
            assert second.stdout == "MNIST Studio is already open. Its window is in front now.\n"
            assert first.wait(timeout=20) == 0
        finally:
            first.kill()
