"""The progress of a training, and the events that report it."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.analysis.time_breakdown import PREPARATION
from mnist_studio.errors import StoreError
from mnist_studio.events import Epoch, Finished, Measures, Progress, Stopped
from mnist_studio.frameworks.base import Array, StepResults
from mnist_studio.spec.steps import batch_sizes, learning_rate
from mnist_studio.store import artifacts, run_record, step_curve
from mnist_studio.training.divergence import check_loss
from mnist_studio.training.early_stopping import best_epoch, ends_early
from mnist_studio.training.evaluation import Speed
from mnist_studio.training.machine import peak_memory_bytes
from mnist_studio.training.session import TrainingSession

Score = tuple[float, float]
"""Loss and accuracy."""

PACE_CHUNKS = 10
"""Number of chunks over which the speed is averaged, about a second. The last chunk of an epoch may
be a single batch, which alone would be a noisy estimate."""


@dataclass
class TrainingState:
    """The progress of a training.

    Attributes:
        session: of the training.
        step: steps trained.
        earlier_seconds: of training steps in earlier processes, from the checkpoint.
        earlier_preparation: seconds of building, compiling and getting data in them.
        first_step: steps trained in earlier processes.
        losses: of the current epoch's steps, one array for each chunk.
        correct: correct predictions in the current epoch.
        epochs: that are complete, those of earlier processes included.
        evaluated: epochs that this process evaluated.
        validation: accuracy on the validation set after every epoch; empty without one.
        record_failed: whether the record of the run could not be written.
        pace: images and seconds of the newest chunks.
        loading_seconds: the time to load the dataset, without waiting for chunks.
    """

    session: TrainingSession
    step: int = 0
    earlier_seconds: float = 0.0
    earlier_preparation: float = 0.0
    first_step: int = 0
    losses: list[Array] = field(default_factory=list)
    correct: int = 0
    epochs: list[Epoch] = field(default_factory=list)
    evaluated: int = 0
    validation: list[float] = field(default_factory=list)
    record_failed: bool = False
    pace: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=PACE_CHUNKS))
    loading_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        """Reads the clock before the training begins."""
        self.loading_seconds = self.session.clock.seconds("data")

    @property
    def epoch(self) -> Epoch | None:
        """The last complete epoch; None before the first."""
        return self.epochs[-1] if self.epochs else None

    @property
    def train_seconds(self) -> float:
        """Seconds of training steps so far, in all processes."""
        return self.earlier_seconds + self.session.clock.seconds("train")

    @property
    def preparation_seconds(self) -> float:
        """Seconds of building, compiling and getting data so far, in all processes."""
        clock = self.session.clock
        return self.earlier_preparation + sum(map(clock.seconds, PREPARATION))

    def add(self, steps: StepResults) -> None:
        """Adds the results of a chunk."""
        self.step += len(steps.losses)
        # Rounded as on disk, so that a resumed epoch has exactly the same mean.
        self.losses.append(steps.losses.astype(np.float32).astype(np.float64))
        self.correct += int(steps.correct.sum())

    @property
    def epoch_end(self) -> int:
        """The number of steps at the end of the current epoch."""
        return (self.step // self.session.steps_per_epoch + 1) * self.session.steps_per_epoch

    @property
    def awaiting_evaluation(self) -> bool:
        """Whether an epoch is complete but not yet evaluated."""
        evaluated = self.epoch.step if self.epoch else 0
        return self.step > evaluated and self.step % self.session.steps_per_epoch == 0

    @property
    def is_complete(self) -> bool:
        """Whether the training has reached its end, or ends early."""
        if self.awaiting_evaluation:
            return False
        training = self.session.spec.training
        return self.step >= self.session.steps or ends_early(training, self.epochs)

    def is_best(self, epoch: Epoch) -> bool:
        """Whether the run takes its final weights from this epoch, as far as is known."""
        training = self.session.spec.training
        return training.best_epoch and best_epoch(self.epochs, training.monitor) == epoch

    def restore(self, checkpoint: artifacts.SavedCheckpoint, epochs: Sequence[Epoch]) -> None:
        """Restores the progress of a checkpoint and discards everything after it."""
        folder, self.step = self.session.folder, checkpoint.step
        self.first_step = checkpoint.step
        step_curve.truncate(folder, self.step, checkpoint.steps_sha256)
        self.earlier_seconds = checkpoint.train_seconds
        self.earlier_preparation = checkpoint.preparation_seconds
        self.epochs = sorted((e for e in epochs if e.step <= self.step), key=lambda e: e.step)
        accuracies = (epoch.validation_accuracy for epoch in self.epochs)
        self.validation = [accuracy for accuracy in accuracies if accuracy is not None]
        curve = step_curve.load(folder)
        self.losses = [curve.losses[self._epoch_start :].astype(np.float64)]
        hits = curve.accuracies[self._epoch_start :].astype(np.float64)
        self.correct = round(float(hits @ self._batch_sizes()))

    @property
    def _epoch_start(self) -> int:
        """The number of steps before the current epoch.

        Not that of the last known epoch: the database of an earlier version can lack some.
        """
        steps = self.session.steps_per_epoch
        return (self.step - self.awaiting_evaluation) // steps * steps

    def _batch_sizes(self) -> NDArray[np.int64]:
        """Batch sizes of the current epoch so far, (steps,)."""
        return self._sizes_since(self.step - sum(map(len, self.losses)))

    def _sizes_since(self, step: int) -> NDArray[np.int64]:
        training, images = self.session.spec.training, len(self.session.data.train)
        return np.array(batch_sizes(training, images, step, self.step), np.int64)

    def progress(self, steps: StepResults, batch: int, seconds: float) -> Progress:
        """The event for a chunk that was just added."""
        session, trained = self.session, self.train_seconds
        self.pace.append((len(steps.losses) * batch, seconds))
        spent = trained + session.clock.seconds("data") - self.loading_seconds
        return Progress(
            run=session.run,
            framework=session.spec.framework,
            epoch=(self.step - 1) // session.steps_per_epoch + 1,
            step=self.step,
            steps=session.steps,
            losses=tuple(steps.losses.tolist()),
            accuracies=tuple((steps.correct / batch).tolist()),
            train_seconds=trained,
            preparation_seconds=self.preparation_seconds,
            images_per_second=self._images_per_second(),
            seconds_left=spent / self.step * (session.steps - self.step) + self._evaluation_left(),
        )

    def _images_per_second(self) -> float:
        images, seconds = map(sum, zip(*self.pace, strict=True))
        return images / max(seconds, 1e-9)

    def _evaluation_left(self) -> float:
        """The estimated time to evaluate and record the remaining epochs, from earlier ones."""
        if not self.evaluated:
            return 0.0
        done = self.epoch.epoch if self.epoch else 0
        to_come = self.session.spec.training.epochs - done
        clock = self.session.clock
        spent = clock.seconds("evaluate") + clock.seconds("record")
        return spent / self.evaluated * to_come

    def _train_loss(self) -> float:
        """The mean over the images of the epoch, whose last batch may be smaller."""
        losses = np.concatenate(self.losses)
        return float(np.average(losses, weights=self._batch_sizes()))

    def end_epoch(self, validation: Score | None, test: Array) -> Epoch:
        """The event for a trained and evaluated epoch. The next epoch begins.

        Args:
            validation: loss and accuracy on the validation set; None without one.
            test: (n, k), logits of the test set.

        Raises:
            TrainingFailed: a loss became NaN or infinite.
        """
        session = self.session
        images, labels = len(session.data.train), session.data.test.labels
        test_loss = cross_entropy(test, labels)
        for loss in (test_loss, *(validation or ())):
            check_loss(session.spec, self.step, loss)
        epoch = Epoch(
            run=session.run,
            framework=session.spec.framework,
            epoch=self.step // session.steps_per_epoch,
            step=self.step,
            train_loss=self._train_loss(),
            train_accuracy=self.correct / int(self._batch_sizes().sum()),
            validation_loss=validation[0] if validation else None,
            validation_accuracy=validation[1] if validation else None,
            test_loss=test_loss,
            test_accuracy=accuracy(test, labels),
            learning_rate=learning_rate(
                session.spec.training, self.step - 1, images, self.validation
            ),
            train_seconds=self.train_seconds,
            preparation_seconds=self.preparation_seconds,
        )
        self.epochs.append(epoch)
        self.losses, self.correct = [], 0
        self.evaluated += 1
        if validation:
            self.validation.append(validation[1])
        return epoch

    def save_record(self) -> None:
        """Writes everything that is known about the run so far into its folder.

        It is written before the checkpoint of the same step. A record that cannot be written is
        reported once and does not end the run: the checkpoint has its own epochs, and fails itself
        if the disk is full.
        """
        seconds = self._seconds()
        try:
            run_record.add_progress(
                self.session.folder, self.epochs, self.step, seconds,
                self.session.device, self._measures(seconds),
            )  # fmt: skip
        except StoreError as error:
            if not self.record_failed:
                self.session.warn(str(error))
            self.record_failed = True

    def finished(self, speed: Speed) -> Finished:
        """The event for a completed training, with the figures of its final weights."""
        seconds, training = self._seconds(), self.session.spec.training
        last = self.epoch
        best = best_epoch(self.epochs, training.monitor) if training.best_epoch else None
        epoch = best or last
        assert last is not None  # A training ends only after a whole epoch.
        assert epoch is not None
        return Finished(
            run=self.session.run,
            framework=self.session.spec.framework,
            epochs=last.epoch,
            step=self.step,
            test_accuracy=epoch.test_accuracy,
            test_loss=epoch.test_loss,
            seconds=seconds,
            device=self.session.device,
            latency_ms=speed.latency_ms,
            measures=self._measures(seconds, speed),
            stopped_early=self.step < self.session.steps and ends_early(training, self.epochs),
            weights_epoch=best.epoch if best else None,
        )

    def stopped(self) -> Stopped:
        """The event for a training that the user stopped."""
        epoch, seconds = self.epoch, self._seconds()
        return Stopped(
            run=self.session.run,
            framework=self.session.spec.framework,
            epochs=epoch.epoch if epoch else 0,
            step=self.step,
            test_accuracy=epoch.test_accuracy if epoch else None,
            test_loss=epoch.test_loss if epoch else None,
            seconds=seconds,
            device=self.session.device,
            measures=self._measures(seconds),
        )

    def _seconds(self) -> dict[str, float]:
        seconds: dict[str, float] = dict(self.session.clock.all_seconds())
        return seconds | {"train": self.train_seconds}

    def _measures(self, seconds: Mapping[str, float], speed: Speed | None = None) -> Measures:
        """All measurements so far. The supervisor later corrects the wall time."""
        trained = seconds["train"] - self.earlier_seconds
        images = int(self._sizes_since(self.first_step).sum())
        return Measures(
            wall_seconds=sum(seconds.values()) - self.earlier_seconds,
            earlier_seconds=self.earlier_seconds,
            earlier_preparation_seconds=self.earlier_preparation,
            train_images_per_second=images / trained if images and trained > 0 else None,
            peak_memory_bytes=peak_memory_bytes(),
            throughput_images_per_second=speed.images_per_second if speed else None,
            throughput_batch=speed.batch if speed else 0,
            machine=self.session.machine.summary(),
        )
