"""Every trained model's answers to the drawing."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.prediction.messages import ModelRef, model_ref
from mnist_studio.prediction.predictors import Predictors, newest
from mnist_studio.prediction.state import EngineState, Prediction
from mnist_studio.store.rows import Run

Images = NDArray[np.uint8]


class Predictions(QObject):
    """Asks all models at once and gathers what they say.

    Signals:
        answered: an answer to the newest image, or to one just before it.
        cleared: there is no image, hence no answers.
        state_changed: a framework's predictor is cold, starting, warm, missing or failed.
        chosen_changed: the id of the run that is chosen now; empty where none answers.
        pins_changed: other models are pinned.
    """

    answered = Signal(object)
    cleared = Signal()
    state_changed = Signal(object)
    chosen_changed = Signal(str)
    pins_changed = Signal()
    # What the worker threads emit; its receivers live in the GUI thread.
    _said = Signal(object)
    _turned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predictors: Predictors | None = None
        self._held: dict[str, ModelRef] = {}
        self._images: Images = np.zeros((0, 28, 28), np.uint8)
        self._asked = 0
        self._answers: dict[str, Prediction] = {}
        self._states: dict[str, EngineState] = {}
        self._choice = self._told_choice = ""
        self._runs: Sequence[Run] = ()
        self._pinned: frozenset[str] = frozenset()
        self._said.connect(self._take)
        self._turned.connect(self._turn)

    @property
    def answers(self) -> dict[str, Prediction]:
        """The newest answer of every model by its run's id."""
        return self._answers

    @property
    def current(self) -> dict[str, Prediction]:
        """Those of them that are of the newest images."""
        return {run: one for run, one in self._answers.items() if one.request >= self._asked}

    @property
    def states(self) -> dict[str, EngineState]:
        """The newest state of every framework's predictor."""
        return self._states

    @property
    def held(self) -> frozenset[str]:
        """Ids of the runs that answer."""
        return frozenset(self._held)

    @property
    def chosen(self) -> str:
        """The id of the run that is looked at closely: the user's choice, else the newest."""
        return self._choice if self._choice in self._held else next(iter(self._held), "")

    def choose(self, run: str) -> None:
        """Chooses a run that answers, by its id."""
        self._choice = run
        self._tell_choice()

    def _tell_choice(self) -> None:
        if self.chosen != self._told_choice:
            self._told_choice = self.chosen
            self.chosen_changed.emit(self.chosen)

    @property
    def pinned(self) -> frozenset[str]:
        """Ids of the runs that answer before newer ones."""
        return self._pinned

    def pin(self, run: str, pinned: bool = True) -> None:
        """Pins a run by its id, or lets it go."""
        self.restore_pins(self._pinned | {run} if pinned else self._pinned - {run})

    def restore_pins(self, runs: Collection[str]) -> None:
        """Pins these and no others."""
        if self._pinned != set(runs):
            self._pinned = frozenset(runs)
            self.hold(self._runs)
            self.pins_changed.emit()

    def hold(self, runs: Sequence[Run]) -> None:
        """The trained runs that shall answer: the pinned, and the newest of each framework."""
        self._runs = runs
        chosen = newest(runs, self._pinned)
        held = {run.id: model_ref(run) for run in chosen}
        if held == self._held:
            return
        # A run that went on has other weights: what it said before does not count any more.
        same = {run for run, place in held.items() if self._held.get(run) == place}
        self._answers = {run: self._answers[run] for run in self._answers.keys() & same}
        self._held = held
        self._tell_choice()
        if held or self._predictors:
            self._started().load_models(chosen, self._pinned)
        if len(self._images):
            self.ask(self._images)

    @Slot(object)
    def ask(self, images: Images) -> None:
        """Asks all held models about digits side by side, (n, 28, 28); none: nothing is drawn."""
        self._images = images
        if not len(images):
            self._answers = {}
            self.cleared.emit()
        elif self._held:
            self._asked = self._started().predict(images)

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
    def _take(self, answer: Prediction) -> None:
        former = self._answers.get(answer.run)
        if not len(self._images) or (former and _rank(former) > _rank(answer)):
            return
        self._answers[answer.run] = answer
        self.answered.emit(answer)

    @Slot(object)
    def _turn(self, state: EngineState) -> None:
        self._states[state.framework] = state
        self.state_changed.emit(state)


def _rank(answer: Prediction) -> tuple[int, bool]:
    """Which of two answers counts: the newer, then the framework's own before its stand-in's."""
    return answer.request, answer.engine == answer.framework
