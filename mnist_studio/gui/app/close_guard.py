"""Closing the window while something trains: what shall become of it is asked first."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.services.studio import Studio


class CloseGuard(QObject):
    """Asks, ends what trains as the user wishes, and closes the window when all has ended.

    Attributes:
        question: while it is asked.
    """

    def __init__(self, window: QWidget, studio: Studio) -> None:
        super().__init__(window)
        self.question: QuestionOverlay | None = None
        self._window, self._studio = window, studio
        self._wished = False
        studio.queue.idle.connect(self._maybe_close)
        studio.experiment.idle.connect(self._maybe_close)

    def ask(self) -> None:
        """Asks what shall become of what trains, unless that is being asked already."""
        if self.question is not None:
            return
        self.question = ask(
            self._window,
            "A run is still training",
            "What shall become of it when the window closes?",
            (
                ("Keep training", lambda: None),
                ("Discard and close", lambda: self.leave(self._studio.cancel)),
                ("Stop, keep and close", lambda: self.leave(self._studio.stop)),
            ),
            primary=2,
            danger=1,
        )
        self.question.finished.connect(self._forget_question)

    def leave(self, end: Callable[[], None]) -> None:
        """Ends what trains; the window closes as soon as nothing does any more."""
        self._wished = True
        end()
        self._maybe_close()

    @Slot()
    def _maybe_close(self) -> None:
        if self._wished and not self._studio.busy:
            self._window.close()

    @Slot()
    def _forget_question(self) -> None:
        self.question = None
