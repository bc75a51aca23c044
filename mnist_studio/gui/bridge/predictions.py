"""Every trained model's answers to the drawing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.jobs.predictors import Answer, Predictors, PredictorState
from mnist_studio.store.runs import Run

Image = NDArray[np.uint8]


class Predictions(QObject):
    """Asks all models at once and gathers what they say.

    Signals:
        answered: an answer to the newest image, or to one just before it.
        cleared: there is no image, hence no answers.
        state_changed: a framework's predictor is cold, starting, warm, missing or failed.
    """

    answered = Signal(object)
    cleared = Signal()
    state_changed = Signal(object)
    # What the worker threads emit; its receivers live in the GUI thread.
    _said = Signal(object)
    _turned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predictors: Predictors | None = None
        self._held: tuple[Run, ...] = ()
        self._image: Image | None = None
        self._answers: dict[str, Answer] = {}
        self._states: dict[str, PredictorState] = {}
        self._said.connect(self._take)
        self._turned.connect(self._turn)

    @property
    def answers(self) -> dict[str, Answer]:
        """The newest answer of every model by its run's id."""
        return self._answers

    @property
    def states(self) -> dict[str, PredictorState]:
        """The newest state of every framework's predictor."""
        return self._states

    @property
    def held(self) -> frozenset[str]:
        """Ids of the runs that answer."""
        return frozenset(run.id for run in self._held)

    def hold(self, runs: Sequence[Run]) -> None:
        """The trained runs that shall answer."""
        if tuple(run.id for run in runs) == tuple(run.id for run in self._held):
            return
        self._held = tuple(runs)
        kept = {run.id for run in runs}
        self._answers = {run: self._answers[run] for run in self._answers.keys() & kept}
        if runs or self._predictors:
            self._started().hold(self._held)
        if self._image is not None:
            self.ask(self._image)

    def ask(self, image: Image | None) -> None:
        """Asks all held models about a (28, 28) image; None: nothing is drawn."""
        self._image = image
        if image is None:
            self._answers = {}
            self.cleared.emit()
        elif self._held:
            self._started().ask(image)

    def close(self) -> None:
        """Ends the predictors' threads and processes."""
        if self._predictors:
            self._predictors.close()
            self._predictors = None

    def _started(self) -> Predictors:
        if self._predictors is None:
            self._predictors = Predictors(self._said.emit, self._turned.emit)
        return self._predictors

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        former = self._answers.get(answer.run)
        if self._image is None or (former and former.request > answer.request):
            return
        self._answers[answer.run] = answer
        self.answered.emit(answer)

    @Slot(object)
    def _turn(self, state: PredictorState) -> None:
        self._states[state.framework] = state
        self.state_changed.emit(state)
