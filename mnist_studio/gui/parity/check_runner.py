"""A check in the background with its findings, its result, and the card of its verdict."""

from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.gui.common.basics import BusyLine, label, restyle
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.parity.texts import ParityTexts
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.texts import error_text
from mnist_studio.gui.theme.theme import Theme

Finding = TypeVar("Finding")
Result = TypeVar("Result")
State = Literal["idle", "running", "canceling", "done", "failed", "cancelled"]


class CheckRunner(QObject, Generic[Finding, Result]):
    """One parity check at a time, in the background.

    Signals:
        changed: its state has changed, or there is a new finding.
    """

    changed = Signal()
    _found = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._task: BackgroundTask | None = None
        self._state: State = "idle"
        self._findings: tuple[Finding, ...] = ()
        self._result: Result | None = None
        self._complaint = ""
        self._found.connect(self._add)

    @property
    def state(self) -> State:
        """Whether it is running, or how it ended."""
        return self._state

    @property
    def busy(self) -> bool:
        """It has not ended yet."""
        return self._task is not None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the latest check so far."""
        return self._findings

    @property
    def result(self) -> Result | None:
        """The result; None before the end, and after a failure or cancellation."""
        return self._result

    @property
    def complaint(self) -> str:
        """Why it failed; empty if it did not."""
        return self._complaint

    def start(self, work: Callable[[Callable[[Finding], None], IsCancelled], Result]) -> None:
        """Starts a check, unless one is running.

        Args:
            work: called with ``on_finding`` and ``is_cancelled`` on another thread.
        """
        if self._task:
            return
        self._findings, self._result, self._complaint = (), None, ""

        def check(progress: Progress, is_cancelled: IsCancelled) -> Result:
            return work(self._found.emit, is_cancelled)

        self._task = self._background.start(check, self._take, self._fail)
        self._task.ended.connect(self._end)
        self._change("running")

    def cancel(self) -> None:
        """Requests its end."""
        if self._task:
            self._task.cancel()
            self._change("canceling")

    def _change(self, state: State) -> None:
        self._state = state
        self.changed.emit()

    @Slot(object)
    def _add(self, finding: Any) -> None:
        self._findings = (*self._findings, finding)
        self.changed.emit()

    @Slot(object)
    def _take(self, result: Any) -> None:
        self._result = result

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._complaint = error_text(error)

    @Slot()
    def _end(self) -> None:
        self._task = None
        if self._complaint:
            self._change("failed")
        else:
            self._change("cancelled" if self._result is None else "done")


class VerdictCard(Card):
    """The verdict, its details, and a moving line while the check runs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.headline = label(role="headline", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        self._line = BusyLine("Check is running", theme)
        for part in (self.headline, self.detail, self._line):
            self.body.addWidget(part)

    def show_texts(self, texts: ParityTexts, busy: bool = False) -> None:
        """Shows a verdict, and whether the check still runs."""
        self.headline.setText(texts.headline)
        self.headline.setProperty("kind", texts.kind)
        restyle(self.headline)
        self.detail.setText(texts.detail)
        self.detail.setVisible(bool(texts.detail))
        self.setAccessibleName(texts.headline)
        self._line.setVisible(busy)
