"""The one loop that drives any learner."""

from collections.abc import Sequence

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.data.images import LabeledImages
from mnist_studio.events import Checkpoint as CheckpointEvent
from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.frameworks.base import Learner
from mnist_studio.spec.steps import batch_sizes, steps_per_pass
from mnist_studio.store import artifacts
from mnist_studio.training import evaluation
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer
from mnist_studio.training.divergence import advice, check_finite
from mnist_studio.training.prefetch import Prefetcher, PreparedChunk
from mnist_studio.training.session import TrainingSession
from mnist_studio.training.state import Score, TrainingState


class Training:
    """One training of one learner, from its first or its checkpointed step to its end."""

    def __init__(self, session: TrainingSession, learner: Learner) -> None:
        self._session = session
        self._learner = learner
        self._state = TrainingState(session)
        self._sizer = ChunkSizer(learner.capacity)
        spec, images = session.spec, session.digits.train.images
        self._maker = ChunkMaker(spec.model, spec.training, images)

    def prepare(self) -> None:
        """Compiles what the framework compiles, with chunks of no step: nothing is learnt."""
        self._session.enter("compile")
        train = self._session.digits.train
        self._learner.bind(train.images, train.labels)
        for batch in self._batch_sizes():
            self._learner.train(self._maker.empty(batch))
        self._learner.logits(train.images[: evaluation.SLICE])
        self._learner.synchronize()

    def _batch_sizes(self) -> set[int]:
        """The different sizes of the run's batches."""
        session, training = self._session, self._session.spec.training
        digits = len(session.digits.train)
        steps = min(steps_per_pass(training, digits), session.steps)
        return set(batch_sizes(training, digits, 0, steps))

    def resume(self, checkpoint: artifacts.SavedCheckpoint, epochs: Sequence[Epoch]) -> None:
        """Goes on from a checkpoint of the same run, of which these epochs are known."""
        self._learner.load_weights(checkpoint.weights)
        self._learner.load_optimizer_state(checkpoint.optimizer)
        self._state.restore(checkpoint, epochs)

    def run(self) -> Finished | Stopped:
        """Trains to the end or until a stop is wanted; keeps weights and logits.

        Raises:
            TrainingFailed: the loss is no number any more.
            StoreError: the disk is full.
        """
        state = self._state
        while state.step < self._session.steps or state.awaiting_evaluation:
            # A run that was stopped while it was judged goes on with that.
            trained = state.awaiting_evaluation or self._train_epoch()
            if not (trained and self._evaluate_epoch()):
                return self._stopped()
        return self._finished()

    def _train_epoch(self) -> bool:
        """The rest of the running epoch; False if a stop was wanted."""
        session, state = self._session, self._state
        session.enter("train")
        rest = range(state.step, state.epoch_end)
        with Prefetcher(self._maker, self._sizer, rest, state.validation) as feed:
            while made := self._next(feed):
                self._train_chunk(made)
                if not self._should_continue():
                    return False
        return state.awaiting_evaluation

    def _next(self, feed: Prefetcher) -> PreparedChunk | None:
        """The next chunk; waiting for it is no training."""
        session = self._session
        session.clock.enter("data")
        made = feed.take(lambda: not session.control.stopped)
        session.clock.enter("train")
        return made

    def _train_chunk(self, made: PreparedChunk) -> None:
        session, state, chunk = self._session, self._state, made.chunk
        begun = session.clock.seconds("train")
        steps = self._learner.train(chunk)
        self._learner.synchronize()
        seconds = session.clock.seconds("train") - begun
        check_finite(session.spec.training, state.step + 1, steps)
        count, batch = chunk.indices.shape
        # What is made ahead must not keep a stop waiting either.
        self._sizer.took(count, max(seconds, made.seconds))
        state.add(steps)
        artifacts.append_steps(session.folder, steps.losses, steps.correct / batch)
        session.report(state.progress(steps, batch, seconds))

    def _should_continue(self) -> bool:
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
        session.machine.sample()
        session.enter("evaluate")
        validation = self._score(session.digits.validation)
        test = evaluation.logits(self._learner, session.digits.test.images, self._should_continue)
        if test is None:
            return False
        epoch = self._state.end_epoch(validation, test)
        session.report(epoch)
        session.warn(advice(session.spec, epoch.train_accuracy))
        artifacts.save_test_logits(session.folder, test)
        self._save_checkpoint()
        return True

    def _score(self, digits: LabeledImages | None) -> Score | None:
        """Loss and accuracy; None without digits or if a stop was wanted."""
        if digits is None:
            return None
        logits = evaluation.logits(self._learner, digits.images, self._should_continue)
        if logits is None:
            return None
        return cross_entropy(logits, digits.labels), accuracy(logits, digits.labels)

    def _save_checkpoint(self) -> None:
        session, state = self._session, self._state
        phase = session.clock.phase
        session.clock.enter("save")
        checkpoint = artifacts.SavedCheckpoint(
            weights=self._learner.weights(),
            optimizer=self._learner.optimizer_state(),
            step=state.step,
            train_seconds=state.train_seconds,
        )
        artifacts.save_checkpoint(session.folder, checkpoint)
        session.clock.enter(phase)
        session.report(
            CheckpointEvent(run=session.run, framework=session.spec.framework, step=state.step)
        )

    def _finished(self) -> Finished:
        session, epoch = self._session, self._state.epoch
        assert epoch is not None  # The loop ends only after a whole epoch.
        session.enter("evaluate")
        speed = evaluation.speed(self._learner, session.digits.test.images)
        session.enter("save")
        artifacts.save_weights(session.folder, self._learner.weights())
        return self._state.finished(epoch, speed)

    def _stopped(self) -> Stopped:
        session = self._session
        session.enter("save")
        artifacts.save_weights(session.folder, self._learner.weights())
        self._save_checkpoint()
        return self._state.stopped()
