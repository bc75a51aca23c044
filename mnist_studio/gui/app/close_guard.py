"""Asks before the window closes while something trains."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import counted
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.services.studio import Studio


class CloseGuard(QObject):
    """Asks how to end the runs, ends them, and closes the window after the last one.

    Attributes:
        question: the open question; None if there is none.
    """

    def __init__(self, window: QWidget, studio: Studio) -> None:
        super().__init__(window)
        self.question: QuestionOverlay | None = None
        self._window, self._studio = window, studio
        self._closing = False
        studio.queue.idle.connect(self._maybe_close)
        studio.experiment.idle.connect(self._maybe_close)

    def ask(self) -> None:
        """Asks how to end the runs, unless the question is open already."""
        if self.question is not None:
            return
        self.question = ask(
            self._window,
            "A run is still training",
            f"Stop saves the run, and you can resume it later. Discard deletes its weights."
            f"{_waiting(self._studio)}",
            (
                ("Keep training", lambda: None),
                ("Discard and close", lambda: self.close_after(self._studio.cancel)),
                ("Stop and close", lambda: self.close_after(self._studio.stop)),
            ),
            primary=2,
            danger=1,
        )
        self.question.finished.connect(self._on_question_finished)

    def close_after(self, end: Callable[[], object]) -> None:
        """Ends the runs; the window closes as soon as none is left."""
        self._closing = True
        end()
        self._maybe_close()

    @Slot()
    def _maybe_close(self) -> None:
        if self._closing and not self._studio.busy:
            self._window.close()

    @Slot()
    def _on_question_finished(self) -> None:
        self.question = None


def _waiting(studio: Studio) -> str:
    """What else ends with the runs in progress."""
    waiting = len(studio.queue.waiting)
    return f" {counted(waiting, 'waiting run').capitalize()} will not train." if waiting else ""
