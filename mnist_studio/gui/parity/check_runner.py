"""An experiment in the background: what it finds as it finds it, its result, and its end."""

from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.common.basics import ProgressLine, label, restyle
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.texts import unexpected
from mnist_studio.gui.parity.texts import ParityTexts
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task

Finding = TypeVar("Finding")
Result = TypeVar("Result")
State = Literal["idle", "running", "canceling", "done", "failed", "cancelled"]


class CheckRunner(QObject, Generic[Finding, Result]):
    """One parity check at a time, in the background.

    Signals:
        changed: its state is another one, or something was found.
    """

    changed = Signal()
    _told = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: Task | None = None
        self._state: State = "idle"
        self._findings: tuple[Finding, ...] = ()
        self._result: Result | None = None
        self._complaint = ""
        self._told.connect(self._find)

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._state

    @property
    def busy(self) -> bool:
        """It has not ended yet."""
        return self._task is not None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the newest experiment has found so far."""
        return self._findings

    @property
    def result(self) -> Result | None:
        """What it came to; None before its end and after any other end."""
        return self._result

    @property
    def complaint(self) -> str:
        """Why it failed, in words; empty where it did not."""
        return self._complaint

    def start(self, work: Callable[[Callable[[Finding], None], IsCancelled], Result]) -> None:
        """Starts an experiment, unless one is busy.

        Args:
            work: gets whom to tell what it finds, and whom to ask whether it is cancelled.
        """
        if self._task:
            return
        self._findings, self._result, self._complaint = (), None, ""

        def experiment(progress: Progress, is_cancelled: IsCancelled) -> Result:
            return work(self._told.emit, is_cancelled)

        self._task = self._background.start(experiment, self._take, self._fail)
        self._task.ended.connect(self._end)
        self._change("running")

    def cancel(self) -> None:
        """Asks it to end."""
        if self._task:
            self._task.cancel()
            self._change("canceling")

    def _change(self, state: State) -> None:
        self._state = state
        self.changed.emit()

    @Slot(object)
    def _find(self, finding: Any) -> None:
        self._findings = (*self._findings, finding)
        self.changed.emit()

    @Slot(object)
    def _take(self, result: Any) -> None:
        self._result = result

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._complaint = str(error) if isinstance(error, MnistStudioError) else unexpected(error)

    @Slot()
    def _end(self) -> None:
        self._task = None
        if self._complaint:
            self._change("failed")
        else:
            self._change("cancelled" if self._result is None else "done")


class VerdictCard(Card):
    """Stands over what it tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.headline = label(role="headline", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        self._line = ProgressLine("Working")
        self._line.setRange(0, 0)  # Nobody knows how long a framework takes.
        for part in (self.headline, self.detail, self._line):
            self.body.addWidget(part)

    def say(self, words: ParityTexts, busy: bool = False) -> None:
        """Says it; a line moves while it goes on."""
        self.headline.setText(words.headline)
        self.headline.setProperty("kind", words.kind)
        restyle(self.headline)
        self.detail.setText(words.detail)
        self.detail.setVisible(bool(words.detail))
        self.setAccessibleName(words.headline)
        self._line.setVisible(busy)
