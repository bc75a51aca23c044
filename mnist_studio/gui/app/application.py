"""Starts the application, ends its processes with the window, and measures its start."""

import faulthandler
import json
import logging
import logging.handlers
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from time import time
from types import TracebackType
from typing import BinaryIO

import psutil
import PySide6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from mnist_studio import __version__, paths, settings
from mnist_studio.data.files import PRIVATE_FILE, make_folder
from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.app.single_window import SingleWindow, bring_to_front
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.services import memory
from mnist_studio.gui.services.texts import unexpected
from mnist_studio.gui.theme.theme import Theme


class OpeningTimer(QObject):
    """Waits until a window is usable, prints the times as JSON, and ends the event loop."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._began = psutil.Process().create_time()
        self._painted = 0.0
        window.painted.connect(self._on_painted)
        # Queued: everything that follows the signal comes first.
        window.usable.connect(self._on_usable, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _on_painted(self) -> None:
        self._painted = time() - self._began

    @Slot()
    def _on_usable(self) -> None:
        platform = QGuiApplication.platformName()
        usable = time() - self._began
        opened = {"painted": self._painted, "usable": usable, "platform": platform}
        sys.stdout.write(json.dumps(opened) + "\n")
        sys.stdout.flush()
        QApplication.exit(0)


_LOG = logging.getLogger(__name__)

_OPEN: list[BinaryIO] = []
"""Files that stay open until the process ends."""

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end the window as Ctrl+C does: running trainings stop and save their weights."""

LARGEST_LOG = 1_000_000
"""Bytes of the log's file; two older files stay."""


class ExceptionReporter(QObject):
    """Logs and reports exceptions that no code caught, in any thread.

    Signals:
        reported: a sentence on the error, and the kind of message.
    """

    reported = Signal(str, str)

    def install(self) -> None:
        """Replaces Python's hooks: PySide would only print an exception in a slot."""
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def remove(self) -> None:
        """Puts Python's own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(0)
            return
        _LOG.critical("uncaught", exc_info=(kind, error, trace))
        self.reported.emit(unexpected(error), "bad")

    def _uncaught_in_thread(self, hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            self._uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)


def check_binding() -> None:
    """Refuses a PySide6 that breaks Python.

    PySide6 6.12 takes ``None`` and ``True`` for immortal, which they are only from Python 3.12 on:
    before, each call that returns one lowers their reference count until Python crashes.

    Raises:
        MnistStudioError: this PySide6 on this Python.
    """
    if sys.version_info < (3, 12) and PySide6.__version_info__[:2] >= (6, 12):
        raise MnistStudioError(
            f"PySide6 {PySide6.__version__} crashes on Python 3.11.",
            "Install an older version with: pip install 'PySide6-Essentials<6.12'",
        )


def check_display() -> None:
    """Refuses a Linux without a display, where Qt would abort the process.

    Raises:
        MnistStudioError: no environment variable names a display.
    """
    named = any(map(os.environ.get, _DISPLAYS)) or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    if sys.platform == "linux" and not named:
        raise MnistStudioError(
            "The window cannot open because there is no display.",
            "Start MNIST Studio on a desktop, or use its commands: mnist-studio --help",
        )


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The QApplication with its name, icon and style."""
    # Before Qt starts threads.
    memory.limit_heaps()
    made = QApplication(["mnist-studio", *arguments])
    made.setApplicationName("mnist-studio")
    made.setApplicationDisplayName("MNIST Studio")
    made.setApplicationVersion(__version__)
    made.setDesktopFileName("mnist-studio")
    made.setStyle("Fusion")
    made.setWindowIcon(QIcon(str(paths.resources() / "icons" / "studio.svg")))
    return made


class _PrivateLog(logging.handlers.RotatingFileHandler):
    """A log of limited size. Each of its files can be read by its owner only."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(PRIVATE_FILE)
        return super()._open()


def start_log() -> None:
    """Writes the log to the console and to a file of limited size."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    file = paths.log_file()
    # Without write access the console still has the log.
    with suppress(OSError):
        make_folder(file.parent)
        handler = _PrivateLog(file, maxBytes=LARGEST_LOG, backupCount=2, encoding="utf-8")
        form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
        handler.setFormatter(logging.Formatter(form))
        logging.getLogger().addHandler(handler)
        _log_crashes(file)


def _log_crashes(file: Path) -> None:
    """Has Python write where its threads are at the end of the log if the process crashes."""
    if not faulthandler.is_enabled():
        _OPEN.append(file.open("ab"))
        faulthandler.enable(_OPEN[-1])


class FileOpener(QObject):
    """Opens the files that the desktop hands over, in a window that is usable.

    A menu names them when it starts the program, another start requests them, and macOS sends an
    event for each.
    """

    def __init__(self, window: MainWindow, files: Sequence[str]) -> None:
        super().__init__(window)
        self._window = window
        self._waiting = list(files)
        self._usable = False
        # Queued: everything that follows the signal comes first.
        window.usable.connect(self._on_usable, Qt.ConnectionType.QueuedConnection)

    def follow(self, qt: QApplication) -> None:
        """Opens what macOS names. Elsewhere, a filter would only slow every event of the window."""
        if sys.platform == "darwin":
            qt.installEventFilter(self)

    def open(self, files: Sequence[str]) -> None:
        """Opens files, or does so once the window is usable."""
        self._waiting += files
        if self._usable:
            self._on_usable()

    @Slot()
    def _on_usable(self) -> None:
        self._usable = True
        waiting, self._waiting = self._waiting, []
        for file in waiting:
            self._window.open_file(Path(file))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the events of macOS."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.open([event.file()])
            return True
        return super().eventFilter(watched, event)


def run(
    arguments: Sequence[str] = (), files: Sequence[str] = (), until_usable: bool = False
) -> int:
    """Shows the window until it is closed.

    Args:
        arguments: for Qt.
        files: to open in the window.
        until_usable: closes it as soon as it is usable, and prints how long that took.

    Returns:
        The exit status of the process.

    Raises:
        MnistStudioError: the window cannot work here.
    """
    check_binding()
    check_display()
    qt = application(arguments)
    single = SingleWindow(qt)
    if not until_usable and not single.claim():
        single.request(files)
        opened = " and has the files" if files else ""
        sys.stdout.write(f"MNIST Studio is already open. Its window is in front now{opened}.\n")
        return 0
    start_log()
    signal_timer = _end_on_signals(qt)
    # Read before anything is painted, so that a dark window never flashes white.
    loaded = settings.load()
    theme = Theme(qt, loaded[0].theme, loaded[0].text_size)
    theme.reduced_motion = loaded[0].reduced_motion
    window = MainWindow(theme, loaded)
    window.restore(loaded[0])
    reporter = ExceptionReporter()
    reporter.reported.connect(window.show_message)
    reporter.install()
    qt.aboutToQuit.connect(window.shut_down)
    if until_usable:
        OpeningTimer(window)
    opener = FileOpener(window, files)
    opener.follow(qt)
    single.requested.connect(partial(bring_to_front, window))
    single.files_requested.connect(opener.open)
    window.show()
    status = qt.exec()
    qt.removeEventFilter(opener)
    single.release()
    signal_timer.stop()
    reporter.remove()
    return status


def _end_on_signals(qt: QApplication) -> QTimer:
    """Lets Ctrl+C, a log-out and a closed terminal end the window, which saves what is trained.

    Unlike quit(), exit() asks no question. Python looks at signals only when some of its code runs,
    so a timer runs some now and then. It also notices a signal before the event loop starts, which
    exit() alone would miss.
    """
    received = threading.Event()
    for name in ENDING_SIGNALS:
        # Windows has no SIGHUP.
        if number := getattr(signal, name, None):
            signal.signal(number, lambda number, frame: received.set())
    # Where the session sends no signal, it says that it ends.
    qt.commitDataRequest.connect(lambda manager: received.set())
    timer = QTimer(qt)
    timer.timeout.connect(lambda: qt.exit(0) if received.is_set() else None)
    timer.start(300)
    return timer
