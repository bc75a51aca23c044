"""What a run records after every epoch, besides what it needs: to see afterwards how it learned.

None of this changes the training, and nothing of it is part of the run's description. Its time is
counted as a phase of its own. A record that cannot be written is reported once and ends no run.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch
from mnist_studio.frameworks.base import Array, Learner, Weights
from mnist_studio.store import epoch_records, epoch_weights
from mnist_studio.training.observation import NO_WEIGHTS, observe
from mnist_studio.training.session import TrainingSession


class HasWeights(Protocol):
    """A learner, or the native script of a run."""

    def weights(self) -> Weights:
        """Copies of all weights."""


class Recorder:
    """Records the epochs of one run in its folder, as the options of its session say."""

    def __init__(self, session: TrainingSession) -> None:
        self._session = session
        self._options = session.recording
        self._before = NO_WEIGHTS
        self._failed = False
        self._thinned = False

    @property
    def active(self) -> bool:
        """Whether anything is recorded."""
        return self._options.weights_bytes > 0 or self._options.observe

    def resume(self, epoch: int) -> None:
        """Removes what was recorded after an epoch, from which the run resumes."""
        folder = self._session.folder
        try:
            epoch_weights.FILES.remove_after(folder, epoch)
            epoch_records.FILES.remove_after(folder, epoch)
            if self._options.observe and epoch in epoch_weights.epochs_kept(folder):
                self._before = epoch_weights.load(folder, self._session.spec, epoch)
        except StoreError as error:
            self._report(error)

    def begin(self, step: int, learner: Learner) -> None:
        """Takes the weights before the first epoch, to know later what it changed."""
        if self._options.observe and step == 0:
            self._before = learner.weights()

    def after_epoch_of_script(self, epochs: Sequence[Epoch], script: HasWeights) -> None:
        """Saves the weights of a native script, whose network cannot be observed."""
        if self._options.weights_bytes:
            with self._recording():
                self._save_weights(epochs, script.weights())

    def after_epoch(self, epochs: Sequence[Epoch], learner: Learner, test_logits: Array) -> None:
        """Records the last of the epochs.

        Args:
            epochs: of the run so far, in order.
            learner: with the weights after the last one.
            test_logits: (n, k), of the test set.
        """
        with self._recording():
            weights = learner.weights()
            if self._options.weights_bytes:
                self._save_weights(epochs, weights)
            if self._options.observe:
                self._observe(epochs, learner, test_logits)
                self._before = weights

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """The phase of recording, in which errors of the store are reported and end no run."""
        phase = self._session.clock.phase
        self._session.enter("record")
        try:
            yield
        except StoreError as error:
            self._report(error)
        self._session.clock.enter(phase)

    def _observe(self, epochs: Sequence[Epoch], learner: Learner, test_logits: Array) -> None:
        session, data = self._session, self._session.data
        record = observe(
            session.spec.model, learner, epochs[-1].epoch, data.train, data.test, test_logits,
            self._before,
        )  # fmt: skip
        epoch_records.save(session.folder, record)
        best = best_epoch(epochs)
        epoch_records.FILES.thin_out(session.folder, epoch_records.BUDGET, best)

    def _save_weights(self, epochs: Sequence[Epoch], weights: Weights) -> None:
        folder, budget = self._session.folder, self._options.weights_bytes
        size = sum(array.nbytes for array in weights.values())
        if size > budget:
            needed = f"is too small for the {_megabytes(size)} of one epoch"
            self._say_thinned(f"{needed}, so none is stored")
            return
        epoch_weights.save(folder, epochs[-1].epoch, weights)
        if epoch_weights.FILES.thin_out(folder, budget, best_epoch(epochs)):
            self._say_thinned("is full, so only the first, last, best, and evenly spaced ones stay")

    def _say_thinned(self, why: str) -> None:
        if not self._thinned:
            budget = _megabytes(self._options.weights_bytes)
            self._session.warn(f"The budget of {budget} for the weights of epochs {why}.")
        self._thinned = True

    def _report(self, error: StoreError) -> None:
        if not self._failed:
            self._session.warn(f"An epoch was not recorded, and the training continues. {error}")
        self._failed = True


def best_epoch(epochs: Sequence[Epoch]) -> int:
    """The epoch with the best accuracy on the validation set, or without one in training.

    Never by the test set, which must not choose anything. The first of equal ones.
    """
    return max(epochs, key=_score).epoch


def _score(epoch: Epoch) -> float:
    measured = epoch.validation_accuracy
    return epoch.train_accuracy if measured is None else measured


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 10e6 else f"{size / 1e6:,.0f} MB"
