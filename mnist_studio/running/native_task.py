"""Training by a native script: the script is executed unchanged, and its progress is recorded."""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import cast

import numpy as np
from msgspec.structs import replace

from mnist_studio.codegen import native_script
from mnist_studio.data.datasets import idx, sources
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.data.files import write_bytes
from mnist_studio.data.images import Dataset
from mnist_studio.errors import TrainingFailed
from mnist_studio.events import Finished, PhaseName, Stopped
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, StepResults
from mnist_studio.frameworks.native_script import Score, Script
from mnist_studio.spec.run import KnownBugName, RunSpec
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training import evaluation
from mnist_studio.training.divergence import advice, check_finite
from mnist_studio.training.recorder import Recorder
from mnist_studio.training.session import TrainingSession
from mnist_studio.training.state import TrainingState

SCRIPT = "script.py"
"""The executed script, in the run's folder."""

REPORT_SECONDS = 0.1
"""Steps are reported together, as the shared loop reports those of a chunk."""


class _Stop(Exception):
    """The user wants to stop. The exception passes through the script."""


def train(
    session: TrainingSession, bugs: Sequence[KnownBugName], data: Path | None
) -> Finished | Stopped:
    """Executes the script of a run. Saves what the shared loop saves, except for checkpoints.

    Args:
        session: the training. The effect of known bugs is in its spec.
        bugs: names of the known bugs, for the text of the script.
        data: data folder named by the user.

    Raises:
        SpecError: the run cannot be written so.
        TrainingFailed: its loss becomes NaN or infinite.
        StoreError: the disk is full.
        DataError: the dataset is missing.
    """
    script = _script(session, replace(session.spec, known_bugs=tuple(bugs)))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        _offer(sources.load(session.spec.dataset, data), session.spec.framework, place)
        # The script has read its data before it trains. A killed process could not clean up later.
        watch = _Watch(session, script, trains=lambda: rmtree(place, ignore_errors=True))
        # Whatever came before this is not the script's: it is part of the startup.
        session.enter("build", f"on {session.device}")
        try:
            script.train(place, watch)
        except _Stop:
            return watch.stopped()
        return watch.finished()


def _script(session: TrainingSession, described: RunSpec) -> Script:
    """The script of a run, saved in its folder and loaded as a module."""
    native_script.check_trainable(described)
    path = session.folder / SCRIPT
    write_bytes(path, native_script.script(described).encode())
    adapter = import_module(f"{registry.framework_entry(described.framework).module}.native_script")
    made = adapter.NativeScript(_module(path), session.spec, len(session.data.train))
    return cast(Script, made)


def _module(path: Path) -> ModuleType:
    known = spec_from_file_location("native_script", path)
    assert known is not None  # It is a file with the suffix of a module.
    assert known.loader is not None
    module = module_from_spec(known)
    try:
        known.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise TrainingFailed(
            f"The native script needs {error.name}, which is not installed.",
            "Use the shared loop, or choose a Python that has it with: mnist-studio environments",
        ) from error
    return module


def _offer(dataset: Dataset, framework: str, folder: Path) -> None:
    """Writes a dataset to where the framework's own loader finds it without a download."""
    train, test = dataset.train, dataset.test
    if framework == "keras":
        np.savez(
            folder / "mnist.npz", allow_pickle=False, x_train=train.images, y_train=train.labels,
            x_test=test.images, y_test=test.labels,
        )  # fmt: skip
        return
    arrays = (train.images, train.labels, test.images, test.labels)
    for file, array in zip(MNIST.files, arrays, strict=True):
        write_bytes(folder / "MNIST" / "raw" / file.name, idx.build(array))


class _Watch:
    """See ``frameworks.native_script.ScriptObserver``: records and reports what the script does."""

    def __init__(
        self, session: TrainingSession, script: Script, trains: Callable[[], None]
    ) -> None:
        self._session = session
        self._script = script
        self._trains = trains
        self._state = TrainingState(session)
        self._recorder = Recorder(session)
        self._losses: list[float] = []
        self._correct: list[int] = []
        self._size = 0
        self._reported = 0.0
        self._trained = False
        self._best: Array | None = None

    def enter(self, phase: PhaseName) -> None:
        """See ``ScriptObserver.enter``."""
        if not self._trained and phase not in ("build", "data"):
            self._trained = True
            self._state.loading_seconds = self._session.clock.seconds("data")
            self._trains()
        if phase != self._session.clock.phase:
            self._session.enter(phase)

    def step(self, loss: float, correct: int, images: int) -> None:
        """See ``ScriptObserver.step``."""
        self.enter("train")
        if images != self._size:
            self._report()
            self._size = images
        self._losses.append(loss)
        self._correct.append(correct)
        if self._session.clock.seconds("train") - self._reported > REPORT_SECONDS:
            self._report()
        self.batch_evaluated()

    def batch_evaluated(self) -> None:
        """See ``ScriptObserver.batch_evaluated``. Waits while paused.

        Raises:
            _Stop: the user wants to stop.
        """
        session = self._session
        if session.control.paused:
            phase = session.clock.phase
            session.enter("paused")
            session.control.wait_while_paused()
            session.enter(phase)
        if session.control.stopped:
            raise _Stop

    def epoch(self, validation: Score | None) -> None:
        """See ``ScriptObserver.epoch``. Evaluates the network as the shared loop does."""
        session = self._session
        self._report()
        session.machine.sample()
        self.enter("evaluate")
        test = evaluation.logits(self._script, session.data.test.images, self._should_continue)
        if test is None:
            raise _Stop
        epoch = self._state.end_epoch(validation, test)
        session.on_event(epoch)
        session.warn(advice(session.spec, epoch.train_accuracy, epoch.step))
        if self._state.is_best(epoch):
            self._best = test
        artifacts.save_test_logits(session.folder, test)
        self._recorder.after_epoch_of_script(self._state.epochs, self._script)
        self._state.save_record()

    def finished(self) -> Finished:
        """Saves the weights; gives the event of a script that ended."""
        session = self._session
        if self._best is not None:
            # The script itself has restored the weights of this epoch.
            artifacts.save_test_logits(session.folder, self._best)
        session.enter("evaluate")
        speed = evaluation.speed(self._script, session.data.test.images)
        self._save()
        return self._state.finished(speed)

    def stopped(self) -> Stopped:
        """Saves the weights; gives the event of a script that was stopped."""
        self._report()
        self._save()
        return self._state.stopped()

    def _save(self) -> None:
        self._session.enter("save")
        artifacts.save_weights(self._session.folder, self._script.weights())

    def _should_continue(self) -> bool:
        return not self._session.control.stopped

    def _report(self) -> None:
        """Records and reports the steps since the last report."""
        now = self._session.clock.seconds("train")
        seconds, self._reported = now - self._reported, now
        if not self._losses:
            return
        session, state = self._session, self._state
        steps = StepResults(np.array(self._losses), np.array(self._correct, np.int64))
        self._losses, self._correct = [], []
        check_finite(session.spec, state.step + 1, steps)
        state.add(steps)
        step_curve.append(session.folder, steps.losses, steps.correct / self._size)
        session.on_event(state.progress(steps, self._size, seconds))
