"""Predictions of the trained models for the drawing, and whether it looks like a digit."""

from collections.abc import Collection, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.analysis.voters import most_accurate, voted_classes, voters
from mnist_studio.gui.services.latest_only import LatestOnlyThread
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.prediction.messages import ModelRef, model_ref
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.prediction.predictors import Predictors, newest
from mnist_studio.prediction.state import EngineState, Prediction
from mnist_studio.spec.run import DIGITS
from mnist_studio.store.rows import Run

Images = NDArray[np.uint8]


class Predictions(QObject):
    """Requests predictions from all loaded models and collects them.

    Signals:
        predicted: a prediction for the newest image, or for one just before it.
        cleared: the canvas is blank, so there are no predictions.
        state_changed: the new state of a framework's inference process.
        chosen_changed: the id of the selected run; empty if no model is loaded.
        pins_changed: the set of pinned models changed.
        shown_changed: another model is shown large.
        classes_changed: models vote on other classes, whose names are given.
        training_changed: another run in training predicts, or the same one after another epoch.
    """

    predicted = Signal(object)
    cleared = Signal()
    state_changed = Signal(object)
    chosen_changed = Signal(str)
    pins_changed = Signal()
    shown_changed = Signal()
    classes_changed = Signal(object)
    training_changed = Signal()
    # Emitted by worker threads; the slots run in the GUI thread.
    _prediction_received = Signal(object)
    _state_received = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._predictors: Predictors | None = None
        self._loaded: dict[str, ModelRef] = {}
        self._images: Images = np.zeros((0, 28, 28), np.uint8)
        self._request = 0
        self._latest: dict[str, Prediction] = {}
        self._states: dict[str, EngineState] = {}
        self._choice = self._reported_choice = self._drawn_with = ""
        self._runs: Sequence[Run] = ()
        self._in_training: RunRow | None = None
        self._best = ""
        self._voters: frozenset[str] = frozenset()
        self._voted_classes = DIGITS
        self._pinned: frozenset[str] = frozenset()
        self._prediction_received.connect(self._take)
        self._state_received.connect(self._take_state)

    @property
    def latest(self) -> dict[str, Prediction]:
        """The newest prediction of each model by its run's id."""
        return self._latest

    @property
    def current(self) -> dict[str, Prediction]:
        """The predictions for the newest images."""
        return {
            run: prediction
            for run, prediction in self._latest.items()
            if prediction.request >= self._request
        }

    @property
    def states(self) -> dict[str, EngineState]:
        """The newest state of each framework's inference process."""
        return self._states

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the runs whose models are loaded."""
        return frozenset(self._loaded)

    @property
    def chosen(self) -> str:
        """The id of the selected run: the user's choice, or else the most accurate."""
        return self._choice if self._choice in self._loaded else self.best

    @property
    def best(self) -> str:
        """The id of the most accurate model; empty if none is loaded."""
        return self._best

    @property
    def shown(self) -> str:
        """The id of the model that is shown large: the one to draw with, or the most accurate."""
        return self._drawn_with if self._drawn_with in self._loaded else self.best

    def draw_with(self, run: str) -> None:
        """Shows a trained run large and selects it; empty returns to the most accurate."""
        self._drawn_with = run
        self.choose(run)
        self.load(self._runs)
        self.shown_changed.emit()

    @property
    def voted_classes(self) -> tuple[str, ...]:
        """The classes that models vote on: those of the selected model."""
        return self._voted_classes

    @property
    def voters(self) -> frozenset[str]:
        """The ids of the models that vote on the common prediction."""
        return self._voters

    def choose(self, run: str) -> None:
        """Selects a loaded run by its id. It stays loaded, however many newer ones there are."""
        self._choice = run
        if self._classes_to_vote_on() != self._voted_classes:
            self.load(self._runs)  # Other models vote.
        self._report_choice()

    def _classes_to_vote_on(self) -> tuple[str, ...]:
        trained = [run for run in self._runs if run.trained]
        chosen = [run for run in trained if run.id == self._choice]
        return voted_classes(chosen or trained)

    def _report_choice(self) -> None:
        if self.chosen != self._reported_choice:
            self._reported_choice = self.chosen
            self.chosen_changed.emit(self.chosen)

    @property
    def pinned(self) -> frozenset[str]:
        """Ids of the runs that take precedence over newer ones."""
        return self._pinned

    def pin(self, run: str, pinned: bool = True) -> None:
        """Pins or unpins a run by its id."""
        self.restore_pins(self._pinned | {run} if pinned else self._pinned - {run})

    def restore_pins(self, runs: Collection[str]) -> None:
        """Pins exactly these runs."""
        if self._pinned != set(runs):
            self._pinned = frozenset(runs)
            self.load(self._runs)
            self.pins_changed.emit()

    def load(self, runs: Sequence[Run]) -> None:
        """Loads the newest of these trained runs of each framework, and some of the older ones.

        Those are the pinned ones, the models that vote, the selected one, and the one that is
        shown large.
        """
        self._runs = runs
        best = most_accurate(run for run in runs if run.trained)
        self._best = best.id if best else ""
        before, self._voted_classes = self._voted_classes, self._classes_to_vote_on()
        if before != self._voted_classes:
            self.classes_changed.emit(self._voted_classes)
        trained = [run for run in runs if run.trained]
        self._voters = frozenset(run.id for run in voters(trained, self._voted_classes))
        kept = self._pinned | self._voters | {self._choice, self._drawn_with}
        chosen = newest(runs, kept)
        training = self._training_refs()
        loaded = {run.id: model_ref(run) for run in chosen} | training
        if loaded == self._loaded:
            return
        # A resumed run has other weights, so its former predictions are outdated.
        same = {run for run, model in loaded.items() if self._loaded.get(run) == model}
        # A model in training shows its prediction of the epoch before until the next one comes.
        same |= training.keys() & self._loaded.keys()
        self._latest = {run: self._latest[run] for run in self._latest.keys() & same}
        self._loaded = loaded
        self._report_choice()
        if loaded or self._predictors:
            self._start().load_models(chosen, kept, training)
        if len(self._images):
            self.predict(self._images)

    @property
    def in_training(self) -> RunRow | None:
        """The run that trains and already predicts; None if there is none."""
        return self._in_training

    def follow(self, row: RunRow | None) -> None:
        """Predicts with a run that still trains, with the weights of its last epoch.

        Its training is not disturbed: the process of its framework for predictions reads a file.

        Args:
            row: with at least one epoch; None for no run.
        """
        self._in_training = row
        self.load(self._runs)
        self.training_changed.emit()

    def _training_refs(self) -> dict[str, ModelRef]:
        row = self._in_training
        if row is None or any(run.id == row.id for run in self._runs if run.trained):
            return {}
        last = row.epochs[-1]
        return {row.id: ModelRef(str(row.run.folder), row.run.spec, last.step, last.epoch)}

    @Slot(object)
    def predict(self, images: Images) -> None:
        """Requests predictions for digit images (n, 28, 28); n is 0 if the canvas is blank."""
        self._images = images
        if not len(images):
            self._latest = {}
            self.cleared.emit()
        elif self._loaded:
            self._request = self._start().predict(images)

    def close(self) -> None:
        """Ends the inference threads and processes."""
        if self._predictors:
            self._predictors.close()
            self._predictors = None

    def _start(self) -> Predictors:
        if self._predictors is None:
            self._predictors = Predictors(self._prediction_received.emit, self._state_received.emit)
        return self._predictors

    @Slot(object)
    def _take(self, prediction: Prediction) -> None:
        former = self._latest.get(prediction.run)
        if not len(self._images) or (former and _rank(former) > _rank(prediction)):
            return
        self._latest[prediction.run] = prediction
        self.predicted.emit(prediction)

    @Slot(object)
    def _take_state(self, state: EngineState) -> None:
        self._states[state.framework] = state
        self.state_changed.emit(state)


def _rank(prediction: Prediction) -> tuple[int, bool]:
    """Newer predictions first, then those of the framework itself before its fallback's."""
    return prediction.request, prediction.engine == prediction.framework


class NoveltyService(QObject):
    """Compares the digits of a drawing with real ones.

    Signals:
        changed: there are new p-values.
        failed: why nothing can be compared, an exception; once.
    """

    changed = Signal()
    failed = Signal(object)
    _computed = Signal(int, object)

    def __init__(self, detector: NoveltyDetector, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._detector = detector
        self._thread = LatestOnlyThread[tuple[int, Images]]("novelty", self._compute)
        self._number = self._blank = 0
        self._reported = False
        self._p_values: tuple[float, ...] = ()
        self._computed.connect(self._on_computed)

    @property
    def p_values(self) -> tuple[float, ...]:
        """Fraction of real digits that are at least as unusual as each digit of the drawing.

        While a drawing grows they may be those of a moment ago; empty before any are known.
        """
        return self._p_values

    @Slot(object)
    def submit(self, images: Images) -> None:
        """Requests p-values of the digits (n, 28, 28) of a drawing; none if the canvas is blank."""
        self._number += 1
        if len(images):
            self._thread.submit((self._number, images))
            return
        self._blank = self._number
        self._thread.drop()
        self._p_values = ()
        self.changed.emit()

    def close(self) -> None:
        """Waits for the thread; later requests are not handled."""
        self._thread.close()

    def _compute(self, request: tuple[int, Images]) -> None:
        number, images = request
        found = self._detector.p_values(images)
        # The window may be gone by now.
        with suppress(RuntimeError):
            self._computed.emit(number, () if found is None else tuple(found.tolist()))

    @Slot(int, object)
    def _on_computed(self, number: int, p_values: tuple[float, ...]) -> None:
        if self._detector.problem and not self._reported:
            self._reported = True
            self.failed.emit(self._detector.problem)
        # Results of a drawing that was cleared meanwhile are not shown.
        if number > self._blank:
            self._p_values = p_values
            self.changed.emit()
