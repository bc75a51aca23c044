"""One window for each folder of the user's data: a second start shows the one that is open.

Two windows would show different lists of the same runs, and each would save its settings over
those of the other. The first window holds a lock, which the operating system releases however its
process ends. A second start changes a file that the first window watches, and names the files in it
that the window opens.
"""

from collections.abc import Sequence
from contextlib import suppress
from time import time_ns

import msgspec
from filelock import FileLock, Timeout
from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio import paths
from mnist_studio.data.files import PRIVATE_FILE, make_folder

MOST_BYTES = 1_000_000
"""Of a request: more than a desktop can name files in one start."""


class _Request(msgspec.Struct, frozen=True):
    """What another start wants.

    Attributes:
        number: differs between requests.
        files: to open.
    """

    number: int
    files: tuple[str, ...] = ()


class SingleWindow(QObject):
    """The right to be the window of the user's data.

    Signals:
        requested: another start wants the window in front.
        files_requested: a tuple with the paths of the files to open there.
    """

    requested = Signal()
    files_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        home = paths.home()
        self._request = home / "window.request"
        # Not a singleton: a second object of this process must not share the lock.
        self._lock = FileLock(home / "window.lock", mode=PRIVATE_FILE, is_singleton=False)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._read)
        self._number = 0

    def claim(self) -> bool:
        """Takes the right; False if another window has it.

        Where the folder cannot be written, nothing is saved either, so there each start has it.
        """
        with suppress(OSError):
            make_folder(self._request.parent)
            try:
                self._lock.acquire(timeout=0)
            # It is an OSError too, so it is caught inside.
            except Timeout:
                return False
            self._request.touch(PRIVATE_FILE)
            self._watcher.addPath(str(self._request))
        return True

    def request(self, files: Sequence[str] = ()) -> None:
        """Asks the window that has the right to come to the front, and to open files."""
        with suppress(OSError):
            self._request.write_bytes(msgspec.json.encode(_Request(time_ns(), tuple(files))))

    @Slot()
    def _read(self) -> None:
        """Reads a request. The file may be seen while it is written, and more than once."""
        request = _Request(0)
        with suppress(OSError, msgspec.DecodeError, UnicodeError), self._request.open("rb") as file:
            request = msgspec.json.decode(file.read(MOST_BYTES), type=_Request)
        if request.files and request.number != self._number:
            self.files_requested.emit(request.files)
        self._number = request.number or self._number
        self.requested.emit()

    def release(self) -> None:
        """Gives the right back."""
        self._lock.release()


def bring_to_front(window: QWidget) -> None:
    """Shows a window in front of all others, also if it is minimized."""
    state = window.windowState() & ~Qt.WindowState.WindowMinimized
    window.setWindowState(state | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
