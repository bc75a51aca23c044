"""Questions in the background, one at a time; of those that wait only the newest is asked."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task

Wish = TypeVar("Wish")


class LatestOnlyRunner(QObject, Generic[Wish]):
    """Answers wishes: while it works on one, further ones replace each other.

    Signals:
        done: a wish and what its answer returned.
        failed: a wish and the exception.
        busy: whether something is being answered.
    """

    done = Signal(object, object)
    failed = Signal(object, object)
    busy = Signal(bool)

    def __init__(
        self,
        background: Background,
        answer: Callable[[Wish, IsCancelled], object],
        parent: QObject | None = None,
    ) -> None:
        """Has nothing to do yet.

        Args:
            background: whose threads it uses.
            answer: called on one of them; a wish may still be with it, cancelled, when the next
                one comes to another thread.
            parent: whose end is its own.
        """
        super().__init__(parent)
        self._background, self._answer = background, answer
        self._task: Task | None = None
        self._working: Wish | None = None
        self._waiting: Wish | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._cancel)

    @property
    def working(self) -> Wish | None:
        """What is being answered, if it is not given up."""
        return None if self._task is None or self._task.is_cancelled else self._working

    @property
    def waiting(self) -> Wish | None:
        """What is answered next."""
        return self._waiting

    def ask(self, wish: Wish) -> None:
        """Wants an answer as soon as the present one is there; replaces what waited."""
        if wish == self.working:
            self._patience.stop()
            self._waiting = None
            return
        self._waiting = wish
        self._begin()

    def drop(self) -> None:
        """Forgets what waits."""
        self._waiting = None

    def give_up(self, after_ms: int = 0) -> None:
        """Wants no answer to what is worked on, unless it is asked again so soon."""
        if not after_ms:
            self._cancel()
        elif self._task and not self._patience.isActive():
            self._patience.start(after_ms)

    def _begin(self) -> None:
        if self._task or self._waiting is None:
            return
        wish, self._working, self._waiting = self._waiting, self._waiting, None

        def work(progress: Progress, is_cancelled: IsCancelled) -> object:
            return self._answer(wish, is_cancelled)

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
