"""The shared training loop, which trains a learner of any framework."""

from collections.abc import Sequence

from mnist_studio.analysis.evaluation import accuracy, cross_entropy
from mnist_studio.data.images import LabeledImages
from mnist_studio.events import Checkpoint as CheckpointEvent
from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.frameworks.base import Learner
from mnist_studio.spec.steps import batch_sizes
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training import averaging, evaluation
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer
from mnist_studio.training.clock import CheckpointClock
from mnist_studio.training.divergence import advice, check_finite
from mnist_studio.training.prefetch import Prefetcher, PreparedChunk
from mnist_studio.training.recorder import Recorder
from mnist_studio.training.session import TrainingSession
from mnist_studio.training.state import Score, TrainingState


class Training:
    """Trains one learner, from the first step or a checkpoint to the end."""

    def __init__(self, session: TrainingSession, learner: Learner) -> None:
        self._session = session
        self._learner = learner
        self._state = TrainingState(session)
        self._recorder = Recorder(session)
        self._sizer = ChunkSizer(learner.capacity)
        self._checkpoints = CheckpointClock(session.checkpoint_seconds)
        spec, images = session.spec, session.data.train.images
        self._maker = ChunkMaker(spec.model, spec.training, images, spec.handwriting_styles)
        self._compiled: set[int] = set()
        self._best: artifacts.BestEpoch | None = None
        self._average: artifacts.WeightAverage | None = None

    def prepare(self) -> None:
        """Lets the framework compile the first step and the evaluation.

        A smaller last batch is compiled when it comes, so that the first step need not wait for it.
        """
        self._session.enter("compile")
        train = self._session.data.train
        self._learner.bind(train.images, train.labels)
        self._compile(batch_sizes(self._session.spec.training, len(train), 0, 1)[0])
        self._learner.logits(train.images[: evaluation.SLICE])
        self._learner.synchronize()

    def _compile(self, batch: int) -> None:
        """Lets the framework compile by a chunk without steps, which changes no weight."""
        self._learner.train(self._maker.empty(batch))
        self._learner.synchronize()
        self._compiled.add(batch)

    def resume(self, checkpoint: artifacts.SavedCheckpoint, epochs: Sequence[Epoch]) -> None:
        """Resumes from a checkpoint of the same run.

        Args:
            checkpoint: of the run.
            epochs: of the run, for a checkpoint of an earlier version that does not have them.
        """
        self._learner.load_weights(checkpoint.weights)
        self._learner.load_optimizer_state(checkpoint.optimizer)
        known = epochs if checkpoint.epochs is None else checkpoint.epochs
        self._state.restore(checkpoint, known)
        self._best = checkpoint.best
        epoch, training = self._state.epoch, self._session.spec.training
        done = epoch.epoch if epoch else 0
        self._average = averaging.resumed(training, done, checkpoint.average)
        self._recorder.resume(done)

    def run(self) -> Finished | Stopped:
        """Trains to the end, or until a stop is requested. Saves weights and logits.

        Raises:
            TrainingFailed: the loss became NaN or infinite.
            StoreError: the disk is full.
        """
        state = self._state
        self._recorder.begin(state.step, self._learner)
        while not state.is_complete:
            # A run that was stopped during an evaluation resumes with that evaluation.
            trained = state.awaiting_evaluation or self._train_epoch()
            if not (trained and self._evaluate_epoch()):
                return self._stopped()
        return self._finished()

    def _train_epoch(self) -> bool:
        """Trains the rest of the current epoch; False if a stop was requested."""
        session, state = self._session, self._state
        session.enter("train")
        rest = range(state.step, state.epoch_end)
        with Prefetcher(self._maker, self._sizer, rest, state.validation) as prefetcher:
            while prepared := self._next(prefetcher):
                self._train_chunk(prepared)
                if not self._should_continue():
                    return False
                if self._checkpoints.due and not state.awaiting_evaluation:
                    self._save_checkpoint()
        return state.awaiting_evaluation

    def _next(self, prefetcher: Prefetcher) -> PreparedChunk | None:
        """The next chunk. Waiting for it counts as data time, not as training time."""
        session = self._session
        session.clock.enter("data")
        prepared = prefetcher.take(lambda: not session.control.stopped)
        session.clock.enter("train")
        return prepared

    def _train_chunk(self, prepared: PreparedChunk) -> None:
        session, state, chunk = self._session, self._state, prepared.chunk
        count, batch = chunk.indices.shape
        if batch not in self._compiled:
            session.clock.enter("compile")
            self._compile(batch)
            session.clock.enter("train")
        begun = session.clock.seconds("train")
        steps = self._learner.train(chunk)
        self._learner.synchronize()
        seconds = session.clock.seconds("train") - begun
        check_finite(session.spec, state.step + 1, steps)
        # The chunk prepared in the background must not delay a stop either.
        self._sizer.update(count, max(seconds, prepared.seconds))
        state.add(steps)
        step_curve.append(session.folder, steps.losses, steps.correct / batch)
        session.on_event(state.progress(steps, batch, seconds))

    def _should_continue(self) -> bool:
        """Waits while paused; False if a stop was requested."""
        session = self._session
        if session.control.paused:
            phase = session.clock.phase
            self._save_checkpoint()
            session.enter("paused")
            session.control.wait_while_paused()
            session.enter(phase)
        return not session.control.stopped

    def _evaluate_epoch(self) -> bool:
        """Evaluates an epoch; False if a stop was requested meanwhile."""
        training, learner = self._session.spec.training, self._learner
        epoch = self._state.step // self._session.steps_per_epoch
        average = averaging.after_epoch(training, epoch, self._average, learner)
        with averaging.loaded(average, learner):
            if not self._evaluate():
                return False
        self._average = average
        self._save_checkpoint()
        return True

    def _evaluate(self) -> bool:
        """Evaluates the weights that are loaded; False if a stop was requested meanwhile."""
        session = self._session
        session.machine.sample()
        session.enter("evaluate")
        validation = self._score(session.data.validation)
        test = evaluation.logits(self._learner, session.data.test.images, self._should_continue)
        if test is None:
            return False
        epoch = self._state.end_epoch(validation, test)
        session.on_event(epoch)
        session.warn(advice(session.spec, epoch.train_accuracy, epoch.step))
        if self._state.is_best(epoch):
            self._best = artifacts.BestEpoch(epoch.epoch, self._learner.weights(), test)
        artifacts.save_test_logits(session.folder, test)
        if self._recorder.active:
            # Before the checkpoint, with which the epoch counts as done after a crash.
            self._recorder.after_epoch(self._state.epochs, self._learner, test)
        return True

    def _score(self, dataset: LabeledImages | None) -> Score | None:
        """Loss and accuracy; None without images or if a stop was requested."""
        if dataset is None:
            return None
        logits = evaluation.logits(self._learner, dataset.images, self._should_continue)
        if logits is None:
            return None
        return cross_entropy(logits, dataset.labels), accuracy(logits, dataset.labels)

    def _save_checkpoint(self) -> None:
        session, state = self._session, self._state
        phase = session.clock.phase
        session.clock.enter("save")
        self._checkpoints.begin()
        state.save_record()
        checkpoint = artifacts.SavedCheckpoint(
            weights=self._learner.weights(),
            optimizer=self._learner.optimizer_state(),
            step=state.step,
            train_seconds=state.train_seconds,
            epochs=tuple(state.epochs),
            preparation_seconds=state.preparation_seconds,
            best=self._best,
            average=self._average,
        )
        artifacts.save_checkpoint(session.folder, checkpoint)
        self._checkpoints.end()
        session.clock.enter(phase)
        session.on_event(
            CheckpointEvent(run=session.run, framework=session.spec.framework, step=state.step)
        )

    def _finished(self) -> Finished:
        session, best = self._session, self._best
        if best:
            self._learner.load_weights(best.weights)
            artifacts.save_test_logits(session.folder, best.test_logits)
        elif self._average:
            self._learner.load_weights(self._average.weights)
        session.enter("evaluate")
        speed = evaluation.speed(self._learner, session.data.test.images)
        session.enter("save")
        artifacts.save_weights(session.folder, self._learner.weights())
        return self._state.finished(speed)

    def _stopped(self) -> Stopped:
        session = self._session
        session.enter("save")
        artifacts.save_weights(session.folder, self._learner.weights())
        self._save_checkpoint()
        return self._state.stopped()
