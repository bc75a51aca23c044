"""Work off the GUI thread for the latest request only: requests that wait replace each other."""

from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress

Request = TypeVar("Request")

LINGER_SECONDS = 2.0
"""How long a thread without requests waits for the next one.

To start a thread takes the GUI thread milliseconds, and while one draws, there are pauses between
two requests.
"""


class LatestOnlyThread(Generic[Request]):
    """Handles requests on a thread of its own, with no delay.

    The thread lives while there are requests, and ``LINGER_SECONDS`` longer.
    """

    def __init__(self, name: str, handle: Callable[[Request], object]) -> None:
        """Starts no thread yet.

        Args:
            name: of the thread.
            handle: called on it for the latest request.
        """
        self._name, self._handle = name, handle
        self._changed = Condition()
        self._waiting: Request | None = None
        self._thread: Thread | None = None
        self._closing = False

    def submit(self, request: Request) -> None:
        """Hands a request to the thread; it replaces the one that waits."""
        with self._changed:
            self._waiting = request
            self._changed.notify_all()
            if self._thread is None and not self._closing:
                self._thread = Thread(target=self._work, name=self._name)
                self._thread.start()

    def drop(self) -> None:
        """Removes the request that waits."""
        with self._changed:
            self._waiting = None

    def wait_for_newer(self, seconds: float) -> bool:
        """Waits on the thread; True as soon as there is a newer request or the end."""
        with self._changed:
            return bool(
                self._changed.wait_for(lambda: self._waiting is not None or self._closing, seconds)
            )

    @property
    def closing(self) -> bool:
        """Whether no result is needed any more."""
        return self._closing

    def close(self) -> None:
        """Waits for the thread; later requests are not handled."""
        with self._changed:
            self._closing, thread = True, self._thread
            self._changed.notify_all()
        if thread:
            thread.join()

    def _work(self) -> None:
        try:
            while (request := self._next()) is not None:
                self._handle(request)
        except BaseException:
            # The hook for uncaught exceptions reports it; the next request starts a new thread.
            with self._changed:
                self._thread = None
            raise

    def _next(self) -> Request | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._waiting is not None or self._closing, LINGER_SECONDS
            )
            request, self._waiting = self._waiting, None
            if request is None or self._closing:
                self._thread = None
                return None
            return request


class LatestOnlyRunner(QObject, Generic[Request]):
    """Handles requests one at a time in the background, for work that can be cancelled.

    Signals:
        done: a request and its result.
        failed: a request and the exception.
        busy: whether a request is being handled.
    """

    done = Signal(object, object)
    failed = Signal(object, object)
    busy = Signal(bool)

    def __init__(
        self,
        background: Background,
        handle: Callable[[Request, IsCancelled], object],
        parent: QObject | None = None,
        changing: bool = False,
    ) -> None:
        """Starts nothing yet.

        Args:
            background: whose threads it uses.
            handle: called on one of them; a cancelled request may still be there when the next one
                comes to another thread.
            parent: whose end is its own.
            changing: a request reads what changes, such as files. The same request that comes while
                it is handled is therefore handled again.
        """
        super().__init__(parent)
        self._background, self._handle, self._changing = background, handle, changing
        self._task: BackgroundTask | None = None
        self._working: Request | None = None
        self._waiting: Request | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._cancel)

    @property
    def working(self) -> Request | None:
        """The request that is being handled, unless it was cancelled."""
        return None if self._task is None or self._task.is_cancelled else self._working

    @property
    def waiting(self) -> Request | None:
        """The request that is handled next."""
        return self._waiting

    def submit(self, request: Request) -> None:
        """Handles a request after the present one; it replaces the one that waits."""
        if request == self.working and not self._changing:
            self._patience.stop()
            self._waiting = None
            return
        self._waiting = request
        self._begin()

    def drop(self) -> None:
        """Removes the request that waits."""
        self._waiting = None

    def cancel(self, after_ms: int = 0) -> None:
        """Cancels the present request, unless it is submitted again within that time."""
        if not after_ms:
            self._cancel()
        elif self._task and not self._patience.isActive():
            self._patience.start(after_ms)

    def _begin(self) -> None:
        if self._task or self._waiting is None:
            return
        request, self._working, self._waiting = self._waiting, self._waiting, None

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            return self._handle(request, is_cancelled)

        self._task = self._background.start(work, self._take, self._fail)
        self._task.ended.connect(self._end)
        self.busy.emit(True)

    @Slot()
    def _cancel(self) -> None:
        if self._task:
            self._task.cancel()

    @Slot(object)
    def _take(self, result: object) -> None:
        self.done.emit(self._working, result)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(self._working, error)

    @Slot()
    def _end(self) -> None:
        self._patience.stop()
        self._task, self._working = None, None
        self._begin()
        if self._task is None:
            self.busy.emit(False)
