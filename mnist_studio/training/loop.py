"""The one loop that drives any learner."""

from collections.abc import Sequence

import numpy as np

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.data.batches import epoch_order
from mnist_studio.data.digits import Digits
from mnist_studio.events import Checkpoint as CheckpointEvent
from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.frameworks.base import Chunk, Learner
from mnist_studio.store import artefacts
from mnist_studio.training import evaluate
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer, batches
from mnist_studio.training.divergence import advice, check_finite
from mnist_studio.training.session import Session
from mnist_studio.training.state import Score, State


class Training:
    """One training of one learner, from its first or its checkpointed step to its end."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self._session = session
        self._learner = learner
        self._state = State(session)
        self._sizer = ChunkSizer(learner.capacity)
        digits = len(session.digits.train)
        self._maker = ChunkMaker(session.spec.model, session.spec.training, digits)

    def prepare(self) -> None:
        """Compiles what the framework compiles, with chunks of no step: nothing is learnt."""
        self._session.enter("compile")
        train = self._session.digits.train
        self._learner.bind(train.images, train.labels)
        size = self._session.spec.training.batch_size
        for batch in {min(size, len(train)), len(train) % size} - {0}:
            self._learner.train(self._maker.make(0, np.empty((0, batch), np.int64)))
        self._learner.logits(train.images[: evaluate.SLICE])

    def resume(self, checkpoint: artefacts.Checkpoint, epochs: Sequence[Epoch]) -> None:
        """Goes on from a checkpoint of the same run, of which these epochs are known."""
        self._learner.load_weights(checkpoint.weights)
        self._learner.load_optimiser_state(checkpoint.optimiser)
        self._state.restore(checkpoint, epochs)

    def run(self) -> Finished | Stopped:
        """Trains to the end or until a stop is wanted; keeps weights and logits.

        Raises:
            TrainingFailed: the loss is no number any more.
            StoreError: the disk is full.
        """
        state = self._state
        while state.step < self._session.steps or state.unjudged:
            # A run that was stopped while it was judged goes on with that.
            trained = state.unjudged or self._train_epoch()
            if not (trained and self._evaluate_epoch()):
                return self._stopped()
        return self._finished()

    def _train_epoch(self) -> bool:
        """The rest of the running epoch; False if a stop was wanted."""
        session, state = self._session, self._state
        epoch, start = divmod(state.step, session.steps_per_epoch)
        session.enter("train")
        training = session.spec.training
        order = epoch_order(training.seed, epoch, len(session.digits.train))
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
        state.add(steps)
        artefacts.append_steps(session.folder, steps.losses, steps.correct / batch)
        session.report(state.progress(steps, batch, seconds))

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
        validation = self._score(session.digits.validation)
        test = evaluate.logits(self._learner, session.digits.test.images, self._go_on)
        if test is None:
            return False
        epoch = self._state.end_epoch(validation, test)
        session.report(epoch)
        session.warn(advice(session.spec.training, epoch.train_accuracy))
        artefacts.save_test_logits(session.folder, test)
        self._save_checkpoint()
        return True

    def _score(self, digits: Digits | None) -> Score | None:
        """Loss and accuracy; None without digits or if a stop was wanted."""
        if digits is None:
            return None
        logits = evaluate.logits(self._learner, digits.images, self._go_on)
        if logits is None:
            return None
        return cross_entropy(logits, digits.labels), accuracy(logits, digits.labels)

    def _save_checkpoint(self) -> None:
        session, state = self._session, self._state
        phase = session.clock.phase
        session.clock.enter("save")
        checkpoint = artefacts.Checkpoint(
            weights=self._learner.weights(),
            optimiser=self._learner.optimiser_state(),
            step=state.step,
            train_seconds=state.train_seconds,
        )
        artefacts.save_checkpoint(session.folder, checkpoint)
        session.clock.enter(phase)
        session.report(
            CheckpointEvent(run=session.run, framework=session.spec.framework, step=state.step)
        )

    def _finished(self) -> Finished:
        session, epoch = self._session, self._state.epoch
        assert epoch is not None  # The loop ends only after a whole epoch.
        session.enter("evaluate")
        latency = evaluate.latency_ms(self._learner, session.digits.test.images)
        session.enter("save")
        artefacts.save_weights(session.folder, self._learner.weights())
        return self._state.finished(epoch, latency)

    def _stopped(self) -> Stopped:
        session = self._session
        session.enter("save")
        artefacts.save_weights(session.folder, self._learner.weights())
        self._save_checkpoint()
        return self._state.stopped()
