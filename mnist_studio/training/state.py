"""Where a training stands, and what it tells of it."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.events import Epoch, Finished, Measures, Progress, Stopped
from mnist_studio.frameworks.base import Array, Steps
from mnist_studio.spec.steps import batch_sizes, learning_rate
from mnist_studio.store import artifacts
from mnist_studio.training.divergence import check_loss
from mnist_studio.training.evaluation import Speed
from mnist_studio.training.machine import peak_memory_bytes
from mnist_studio.training.session import TrainingSession

Score = tuple[float, float]
"""Loss and accuracy."""

PACE_CHUNKS = 10
"""The speed is told of so many chunks, about a second: the last of an epoch may be a single batch,
which alone says little."""


@dataclass
class TrainingState:
    """Where a training stands.

    Attributes:
        session: the training.
        step: steps trained.
        before: training seconds of earlier processes, from the checkpoint.
        begun: steps trained by them.
        losses: of the running epoch's steps, one array a chunk.
        correct: digits answered rightly in the running epoch.
        epoch: the last whole one, None before.
        judged: epochs that this process evaluated.
        validation: accuracy on the validation digits after every epoch; empty without any.
        pace: digits and seconds of the newest chunks.
        loaded: seconds that reading the digits took, before any waiting for chunks.
    """

    session: TrainingSession
    step: int = 0
    before: float = 0.0
    begun: int = 0
    losses: list[Array] = field(default_factory=list)
    correct: int = 0
    epoch: Epoch | None = None
    judged: int = 0
    validation: list[float] = field(default_factory=list)
    pace: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=PACE_CHUNKS))
    loaded: float = field(init=False)

    def __post_init__(self) -> None:
        """Reads the clock before the training begins."""
        self.loaded = self.session.clock.seconds("data")

    @property
    def train_seconds(self) -> float:
        """Spent training so far, in all processes."""
        return self.before + self.session.clock.seconds("train")

    def add(self, steps: Steps) -> None:
        """Counts the steps of a chunk."""
        self.step += len(steps.losses)
        # Rounded as they are kept, so that a resumed epoch has the same mean to the last bit.
        self.losses.append(steps.losses.astype(np.float32).astype(np.float64))
        self.correct += int(steps.correct.sum())

    @property
    def epoch_end(self) -> int:
        """The number of steps after the running epoch."""
        return (self.step // self.session.steps_per_epoch + 1) * self.session.steps_per_epoch

    @property
    def awaiting_evaluation(self) -> bool:
        """An epoch was trained to its end and not yet evaluated."""
        judged = self.epoch.step if self.epoch else 0
        return self.step > judged and self.step % self.session.steps_per_epoch == 0

    def restore(self, checkpoint: artifacts.SavedCheckpoint, epochs: Sequence[Epoch]) -> None:
        """Stands where a checkpoint was made; forgets what was made after it."""
        folder, self.step = self.session.folder, checkpoint.step
        self.begun = checkpoint.step
        artifacts.keep_steps(folder, self.step)
        self.before = checkpoint.train_seconds
        whole = sorted((e for e in epochs if e.step <= self.step), key=lambda e: e.step)
        self.epoch = whole[-1] if whole else None
        accuracies = (epoch.validation_accuracy for epoch in whole)
        self.validation = [accuracy for accuracy in accuracies if accuracy is not None]
        begun = self.epoch.step if self.epoch else 0
        curve = artifacts.load_steps(folder)
        self.losses = [curve.losses[begun:].astype(np.float64)]
        right = curve.accuracies[begun:].astype(np.float64)
        self.correct = round(float(right @ self._batch_sizes()))

    def _batch_sizes(self) -> NDArray[np.int64]:
        """Digits in each batch of the running epoch so far, (steps,)."""
        return self._sizes_since(self.step - sum(map(len, self.losses)))

    def _sizes_since(self, step: int) -> NDArray[np.int64]:
        training, digits = self.session.spec.training, len(self.session.digits.train)
        return np.array(batch_sizes(training, digits, step, self.step), np.int64)

    def progress(self, steps: Steps, batch: int, seconds: float) -> Progress:
        """The event of a chunk that was just added."""
        session, trained = self.session, self.train_seconds
        self.pace.append((len(steps.losses) * batch, seconds))
        spent = trained + session.clock.seconds("data") - self.loaded
        return Progress(
            run=session.run,
            framework=session.spec.framework,
            epoch=(self.step - 1) // session.steps_per_epoch + 1,
            step=self.step,
            steps=session.steps,
            losses=tuple(steps.losses.tolist()),
            accuracies=tuple((steps.correct / batch).tolist()),
            train_seconds=trained,
            images_per_second=self._images_per_second(),
            seconds_left=spent / self.step * (session.steps - self.step) + self._judging_left(),
        )

    def _images_per_second(self) -> float:
        digits, seconds = map(sum, zip(*self.pace, strict=True))
        return digits / max(seconds, 1e-9)

    def _judging_left(self) -> float:
        """Seconds that evaluating the epochs to come will take, from those of this process."""
        if not self.judged:
            return 0.0
        done = self.epoch.epoch if self.epoch else 0
        to_come = self.session.spec.training.epochs - done
        return self.session.clock.seconds("evaluate") / self.judged * to_come

    def _train_loss(self) -> float:
        """Mean over the digits of the epoch; its last batch may be a smaller one."""
        losses = np.concatenate(self.losses)
        return float(np.average(losses, weights=self._batch_sizes()))

    def end_epoch(self, validation: Score | None, test: Array) -> Epoch:
        """The event of an epoch that was trained and judged; the next one begins.

        Args:
            validation: loss and accuracy on the validation digits, None without any.
            test: (n, 10), logits of the test digits.

        Raises:
            TrainingFailed: a loss is no number any more.
        """
        session = self.session
        digits, labels = len(session.digits.train), session.digits.test.labels
        test_loss = cross_entropy(test, labels)
        for loss in (test_loss, *(validation or ())):
            check_loss(session.spec.training, loss)
        self.epoch = Epoch(
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
                session.spec.training, self.step - 1, digits, self.validation
            ),
            train_seconds=self.train_seconds,
        )
        self.losses, self.correct = [], 0
        self.judged += 1
        if validation:
            self.validation.append(validation[1])
        return self.epoch

    def finished(self, epoch: Epoch, speed: Speed) -> Finished:
        """The event of a training that went to its end."""
        seconds = self._seconds()
        return Finished(
            run=self.session.run,
            framework=self.session.spec.framework,
            epochs=epoch.epoch,
            step=self.step,
            test_accuracy=epoch.test_accuracy,
            test_loss=epoch.test_loss,
            seconds=seconds,
            device=self.session.device,
            latency_ms=speed.latency_ms,
            measures=self._measures(seconds, speed),
        )

    def stopped(self) -> Stopped:
        """The event of a training that the user stopped."""
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
        """What was measured until now, with a wall time that the supervisor will know better."""
        trained = seconds["train"] - self.before
        images = int(self._sizes_since(self.begun).sum())
        return Measures(
            wall_seconds=sum(seconds.values()) - self.before,
            earlier_seconds=self.before,
            train_images_per_second=images / trained if images and trained > 0 else None,
            peak_memory_bytes=peak_memory_bytes(),
            throughput_images_per_second=speed.images_per_second if speed else None,
            throughput_batch=speed.batch if speed else 0,
            machine=self.session.machine.told(),
        )
