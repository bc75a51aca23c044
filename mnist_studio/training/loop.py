"""The one loop that drives any learner."""

from dataclasses import dataclass, field

import numpy as np

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.data.batches import epoch_order
from mnist_studio.data.digits import Digits
from mnist_studio.events import Checkpoint as CheckpointEvent
from mnist_studio.events import Epoch, Finished, Progress, Stopped
from mnist_studio.frameworks.base import Array, Chunk, Learner, Steps
from mnist_studio.spec.run import learning_rate
from mnist_studio.store import artefacts
from mnist_studio.training import evaluate
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer, batches
from mnist_studio.training.divergence import check_finite
from mnist_studio.training.session import Session


@dataclass
class _State:
    """Where a training stands.

    Attributes:
        step: steps trained.
        before: training seconds of earlier processes, from the checkpoint.
        losses: of the running epoch's steps, one array a chunk.
        correct: digits answered rightly in the running epoch.
        epoch: the last whole one, None before.
    """

    step: int = 0
    before: float = 0.0
    losses: list[Array] = field(default_factory=list)
    correct: int = 0
    epoch: Epoch | None = None


class Training:
    """One training of one learner, from its first or its checkpointed step to its end."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self._session = session
        self._learner = learner
        self._state = _State()
        self._sizer = ChunkSizer(learner.capacity)
        training = session.spec.training
        self._maker = ChunkMaker(session.spec.model, training, len(session.digits.train.labels))

    def prepare(self) -> None:
        """Compiles what the framework compiles, with chunks of no step: nothing is learnt."""
        self._session.enter("compile")
        train = self._session.digits.train
        self._learner.bind(train.images, train.labels)
        size = self._session.spec.training.batch_size
        for batch in {min(size, len(train.labels)), len(train.labels) % size} - {0}:
            self._learner.train(self._maker.make(0, np.empty((0, batch), np.int64)))
        self._learner.logits(train.images[: evaluate.SLICE])

    def resume(self, checkpoint: artefacts.Checkpoint, last: Epoch | None) -> None:
        """Goes on from a checkpoint of the same run, ``last`` being its last whole epoch."""
        session, state = self._session, self._state
        self._learner.load_weights(checkpoint.weights)
        self._learner.load_optimiser_state(checkpoint.optimiser)
        artefacts.keep_steps(session.folder, checkpoint.step)
        state.step, state.before, state.epoch = checkpoint.step, checkpoint.train_seconds, last
        curve = artefacts.load_steps(session.folder)
        begun = state.step // session.steps_per_epoch * session.steps_per_epoch
        state.losses = [curve.losses[begun:].astype(np.float64)]
        accuracies = curve.accuracies[begun:].astype(np.float64)
        state.correct = round(float(accuracies.sum()) * session.spec.training.batch_size)

    def run(self) -> Finished | Stopped:
        """Trains to the end or until a stop is wanted; keeps weights and logits.

        Raises:
            TrainingFailed: the loss is no number any more.
            StoreError: the disk is full.
        """
        session = self._session
        while self._state.step < session.steps:
            if not (self._train_epoch() and self._evaluate_epoch()):
                return self._stopped()
        return self._finished()

    def _train_epoch(self) -> bool:
        """The rest of the running epoch; False if a stop was wanted."""
        session, state = self._session, self._state
        epoch, start = divmod(state.step, session.steps_per_epoch)
        session.enter("train")
        training = session.spec.training
        order = epoch_order(training.seed, epoch, len(session.digits.train.labels))
        for indices in batches(order, training.batch_size, start, self._sizer):
            self._train_chunk(self._maker.make(state.step, indices))
            if not self._go_on():
                return False
        return True

    def _train_chunk(self, chunk: Chunk) -> None:
        session, state = self._session, self._state
        begun = session.clock.seconds("train")
        steps = self._learner.train(chunk)
        seconds = session.clock.seconds("train") - begun
        check_finite(session.spec.training, state.step + 1, steps)
        count, batch = chunk.indices.shape
        self._sizer.took(count, seconds)
        state.step += count
        state.losses.append(steps.losses)
        state.correct += int(steps.correct.sum())
        artefacts.append_steps(session.folder, steps.losses, steps.correct / batch)
        self._report_progress(steps, batch, seconds)

    def _report_progress(self, steps: Steps, batch: int, seconds: float) -> None:
        session, state = self._session, self._state
        trained = self._train_seconds()
        session.report(
            Progress(
                run=session.run,
                framework=session.spec.framework,
                epoch=(state.step - 1) // session.steps_per_epoch + 1,
                step=state.step,
                steps=session.steps,
                losses=tuple(steps.losses.tolist()),
                accuracies=tuple((steps.correct / batch).tolist()),
                train_seconds=trained,
                images_per_second=len(steps.losses) * batch / max(seconds, 1e-9),
                seconds_left=trained / state.step * (session.steps - state.step),
            )
        )

    def _go_on(self) -> bool:
        """Waits while paused; False if a stop is wanted."""
        session = self._session
        if session.control.paused:
            phase = session.clock.phase
            self._save_checkpoint()
            session.enter("paused")
            session.control.wait_while_paused()
            session.enter(phase)
        return not session.control.stopped

    def _evaluate_epoch(self) -> bool:
        """Judges the weights after an epoch; False if a stop was wanted meanwhile."""
        session = self._session
        session.enter("evaluate")
        validation = self._scores(session.digits.validation)
        test = evaluate.logits(self._learner, session.digits.test.images, session.control)
        if test is None or (validation is None and session.digits.validation is not None):
            return False
        self._tell_epoch(validation, test)
        artefacts.save_test_logits(session.folder, test)
        self._save_checkpoint()
        return True

    def _scores(self, digits: Digits | None) -> tuple[float, float] | None:
        """Loss and accuracy; None without digits or if a stop was wanted."""
        if digits is None:
            return None
        logits = evaluate.logits(self._learner, digits.images, self._session.control)
        if logits is None:
            return None
        return cross_entropy(logits, digits.labels), accuracy(logits, digits.labels)

    def _tell_epoch(self, validation: tuple[float, float] | None, test: Array) -> None:
        session, state = self._session, self._state
        digits = len(session.digits.train.labels)
        labels = session.digits.test.labels
        state.epoch = Epoch(
            run=session.run,
            framework=session.spec.framework,
            epoch=state.step // session.steps_per_epoch,
            step=state.step,
            train_loss=float(np.concatenate(state.losses).mean()),
            train_accuracy=state.correct / digits,
            validation_loss=validation[0] if validation else None,
            validation_accuracy=validation[1] if validation else None,
            test_loss=cross_entropy(test, labels),
            test_accuracy=accuracy(test, labels),
            learning_rate=learning_rate(session.spec.training, state.step - 1, digits),
            train_seconds=self._train_seconds(),
        )
        state.losses, state.correct = [], 0
        session.report(state.epoch)

    def _save_checkpoint(self) -> None:
        session, state = self._session, self._state
        phase = session.clock.phase
        session.clock.enter("save")
        artefacts.save_checkpoint(
            session.folder,
            artefacts.Checkpoint(
                weights=self._learner.weights(),
                optimiser=self._learner.optimiser_state(),
                step=state.step,
                train_seconds=self._train_seconds(),
            ),
        )
        session.clock.enter(phase)
        session.report(
            CheckpointEvent(run=session.run, framework=session.spec.framework, step=state.step)
        )

    def _finished(self) -> Finished:
        session, epoch = self._session, self._state.epoch
        session.enter("evaluate")
        latency = evaluate.latency_ms(self._learner, session.digits.test.images)
        session.enter("save")
        artefacts.save_weights(session.folder, self._learner.weights())
        assert epoch is not None  # The loop ends only after a whole epoch.
        return Finished(
            run=session.run,
            framework=session.spec.framework,
            epochs=epoch.epoch,
            step=self._state.step,
            test_accuracy=epoch.test_accuracy,
            test_loss=epoch.test_loss,
            seconds=self._seconds(),
            device=session.device,
            latency_ms=latency,
        )

    def _stopped(self) -> Stopped:
        session, epoch = self._session, self._state.epoch
        session.enter("save")
        artefacts.save_weights(session.folder, self._learner.weights())
        self._save_checkpoint()
        return Stopped(
            run=session.run,
            framework=session.spec.framework,
            epochs=epoch.epoch if epoch else 0,
            step=self._state.step,
            test_accuracy=epoch.test_accuracy if epoch else None,
            test_loss=epoch.test_loss if epoch else None,
            seconds=self._seconds(),
            device=session.device,
        )

    def _train_seconds(self) -> float:
        return self._state.before + self._session.clock.seconds("train")

    def _seconds(self) -> dict[str, float]:
        seconds: dict[str, float] = dict(self._session.clock.all_seconds())
        return seconds | {"train": self._train_seconds()}
