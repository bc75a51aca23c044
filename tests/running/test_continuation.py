"""What may be continued, and that the curve is the same whoever continues it."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.errors import SpecError, StoreError
from mnist_studio.events import Crashed, Epoch, Failed, Finished, Terminal
from mnist_studio.frameworks.base import OptimizerState, Problem
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.frameworks.numpy_scratch.framework import NumpyFramework
from mnist_studio.running.continuation import continue_run
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import (
    ContinuedFrom,
    EarlyStopping,
    FrameworkName,
    KnownBugName,
    RunSpec,
)
from mnist_studio.spec.schedules import Cosine, Exponential, OneCycle
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Status
from mnist_studio.store.runs import RunStore
from tests.trained_runs import small, trained


def _spec(**training: object) -> RunSpec:
    spec = run_spec(RECIPES["mlp-128"])
    chosen = replace(spec.training, **({"epochs": 2, "optimizer": Sgd(0.1)} | training))
    return replace(
        spec, training=chosen, dataset="builtin", framework="numpy", device="cpu", threads=1
    )


def _finished(step: int = 42) -> Finished:
    return Finished(
        run="source", framework="numpy", epochs=2, step=step, test_accuracy=0.9, test_loss=0.3,
        seconds={}, device="CPU", latency_ms=1.0,
    )  # fmt: skip


CRASHED = Crashed(run="source", framework="numpy", reason="")


def _run(folder: Path, spec: RunSpec, terminal: Terminal | None = CRASHED, step: int = 42) -> Run:
    """A run that left a checkpoint."""
    weights = initial_weights(spec.model, 1, spec.training.precision)
    state = OptimizerState(step, {})
    artifacts.save_checkpoint(folder, artifacts.SavedCheckpoint(weights, state, step, 1.5))
    name = type(terminal).__name__.lower() if terminal else "running"
    status: Status = msgspec.convert(name, Status)
    return Run("source", "Source", spec, status, 0.0, folder, terminal, checkpoint=True)


def test_only_framework_device_and_epochs_differ(tmp_path: Path) -> None:
    spec = replace(_spec(), framework="pytorch", device="cuda", known_bugs=("double-softmax",))
    new = continue_run(_run(tmp_path, spec, _finished()), "numpy", 4)
    assert new.continued_from == ContinuedFrom("source", "pytorch", 42)
    assert (new.framework, new.device, new.training.epochs) == ("numpy", "cpu", 4)
    training = replace(new.training, epochs=2)
    changed = {"framework": "pytorch", "device": "cuda", "training": training}
    assert replace(new, **changed, continued_from=None) == spec
    assert continue_run(_run(tmp_path, spec, _finished()), "keras", 4).device == "cuda"


def test_a_run_that_ended_early_goes_on_to_its_own_end(tmp_path: Path) -> None:
    for schedule in (Exponential(), OneCycle()):
        run = _run(tmp_path, _spec(schedule=schedule), step=30)
        assert continue_run(run, "pytorch").training == run.spec.training
        assert continue_run(run, "pytorch").continued_from == ContinuedFrom("source", "numpy", 30)


@pytest.mark.parametrize(
    ("schedule", "terminal", "epochs", "problem", "remedy"),
    [
        (Exponential(), _finished(), None, "“Source” is finished", "3 epochs or more"),
        (Exponential(), CRASHED, 1, "must be at least 2, got 1", "2 epochs or more"),
        (
            OneCycle(),
            CRASHED,
            4,
            "The one-cycle schedule of “Source” depends on its 2",
            "Train a new run",
        ),
        (OneCycle(), _finished(), None, "“Source” is finished", "Train a new run"),
        (Cosine(), CRASHED, 4, "The cosine schedule of “Source” depends on its 2", "new run"),
        (
            Exponential(),
            replace(_finished(), stopped_early=True),
            2,
            "must be at least 3, got 2",
            "3 epochs or more",
        ),
        (Exponential(), CRASHED, 100_000, "Number of epochs must be", "this range"),
    ],
)
def test_epochs_that_cannot_be_trained_are_refused(
    tmp_path: Path, schedule: object, terminal: Terminal, epochs: int, problem: str, remedy: str
) -> None:
    with pytest.raises(SpecError, match=problem) as raised:
        continue_run(_run(tmp_path, _spec(schedule=schedule), terminal), "pytorch", epochs)
    assert remedy in raised.value.remedy


def test_a_run_without_a_checkpoint_or_an_end_is_refused(tmp_path: Path) -> None:
    run = _run(tmp_path, _spec(), None)
    with pytest.raises(StoreError, match="still running"):
        continue_run(run, "pytorch", 4)
    bare = Run("bare", "Bare", run.spec, "failed", 0.0, tmp_path, CRASHED, checkpoint=False)
    with pytest.raises(StoreError, match="no checkpoint") as raised:
        continue_run(bare, "pytorch", 4)
    assert raised.value.remedy


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    run = _run(tmp_path, _spec())
    path = tmp_path / artifacts.CHECKPOINT
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(StoreError, match="damaged"):
        continue_run(run, "pytorch")


def test_a_script_of_the_framework_is_not_continued(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="trained by a native script"):
        continue_run(_run(tmp_path, replace(_spec(), style="native")), "pytorch")


@pytest.mark.parametrize("bug", ["own-scaling", "own-initial"])
def test_what_each_framework_does_in_its_own_way_is_not_handed_over(
    tmp_path: Path, bug: KnownBugName
) -> None:
    run = _run(tmp_path, replace(_spec(), known_bugs=(bug,)))
    with pytest.raises(SpecError, match=f"PyTorch trains differently with “{bug}”"):
        continue_run(run, "pytorch")
    assert continue_run(run, "numpy").known_bugs == (bug,)


def test_missing_features_of_numpy_are_reported_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks = Problem("It has no such precision.", "Choose another.")
    asked: list[str] = []

    def problems(_: object, run: RunSpec) -> tuple[Problem, ...]:
        asked.append(run.training.precision)
        return (lacks,)

    monkeypatch.setattr(NumpyFramework, "problems", problems)
    run = _run(tmp_path, replace(_spec(precision="float64"), framework="pytorch"))
    with pytest.raises(SpecError, match="no such precision"):
        continue_run(run, "numpy")
    assert asked == ["float64"]


def _trained(spec: RunSpec) -> tuple[Run, tuple[Epoch, ...]]:
    job = TrainingJob(spec)
    end = list(job.events())[-1]
    assert isinstance(end, Finished), end
    with RunStore() as store:
        return store.run(job.id), store.epochs(job.id)


def _figures(epochs: tuple[Epoch, ...]) -> np.ndarray:
    return np.array([(e.train_loss, e.test_loss, e.test_accuracy, e.learning_rate) for e in epochs])


@pytest.fixture(scope="module")
def numpy_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with runs of two and of four epochs, in both precisions; to be copied."""
    folder = tmp_path_factory.mktemp("numpy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(folder))
        for precision in ("float64", "float32"):
            for epochs in (2, 4):
                _trained(_continued(precision, epochs))
    return folder


def _continued(precision: str, epochs: int) -> RunSpec:
    optimizer, schedule = Sgd(0.05, momentum=0.9), Exponential(0.5)
    return _spec(precision=precision, epochs=epochs, optimizer=optimizer, schedule=schedule)


def _stored(spec: RunSpec) -> tuple[Run, tuple[Epoch, ...]]:
    with RunStore() as store:
        (run,) = (one for one in store.runs() if one.spec == spec)
        return run, store.epochs(run.id)


@pytest.mark.parametrize(
    ("framework", "precision", "bar"),
    [("pytorch", "float64", 1e-9), ("keras", "float64", 1e-9), ("pytorch", "float32", 1e-4)],
)
def test_numpys_curve_goes_on_in_another_framework_as_if_nothing_had_been(
    framework: FrameworkName, precision: str, bar: float, numpy_home: Path, home: Path
) -> None:
    shutil.copytree(numpy_home, home, dirs_exist_ok=True)
    source, _ = _stored(_continued(precision, 2))
    whole, wanted = _stored(_continued(precision, 4))
    new, epochs = _trained(continue_run(source, framework, 4))

    assert [epoch.framework for epoch in epochs] == ["numpy"] * 2 + [framework] * 2
    assert [(epoch.epoch, epoch.run) for epoch in epochs] == [(n, new.id) for n in range(1, 5)]
    np.testing.assert_allclose(_figures(epochs), _figures(wanted), rtol=bar, atol=0)
    one, other = step_curve.load(whole.folder), step_curve.load(new.folder)
    np.testing.assert_allclose(one.losses, other.losses, rtol=max(bar, 1e-6), atol=1e-7)
    # In float32 a digit between two answers may fall the other way.
    flips = 0 if precision == "float64" else 1 / 64
    np.testing.assert_allclose(one.accuracies, other.accuracies, rtol=0, atol=1.01 * flips)
    first, second = (artifacts.load_checkpoint(r.folder, r.spec) for r in (whole, new))
    assert first.step == second.step == second.optimizer.step == 84
    for name, weight in first.weights.items():
        away = np.abs(second.weights[name] - weight).max() / np.abs(weight).max()
        assert away < bar
    assert second.train_seconds > 0


def test_a_source_that_has_gone_on_since_or_is_gone_fails_the_run() -> None:
    source, _ = _trained(_spec())
    spec = continue_run(source, "numpy", 3)
    moved = replace(spec, continued_from=ContinuedFrom(source.id, "numpy", 21))
    end = list(TrainingJob(moved).events())[-1]
    assert isinstance(end, Failed)
    assert "is at step 42 now, not at 21" in end.reason
    with RunStore() as store:
        store.delete(source.id)
    end = list(TrainingJob(spec).events())[-1]
    assert isinstance(end, Failed)
    assert f"There is no run “{source.id}”" in end.reason


def test_a_continued_run_can_be_stopped_resumed_and_continued_again() -> None:
    spec = _spec()
    source, _ = _trained(spec)
    job = TrainingJob(continue_run(source, "numpy", 30))
    for event in job.events():
        if isinstance(event, Epoch) and event.epoch == 3:
            job.stop()
    with RunStore() as store:
        stopped = store.run(job.id)
    assert stopped.status == "stopped"
    list(TrainingJob(stopped.spec, resume=stopped.id).events())
    _, wanted = _trained(replace(spec, training=replace(spec.training, epochs=31)))
    with RunStore() as store:
        again = store.run(job.id)
    assert again.status == "finished"
    _, epochs = _trained(continue_run(again, "numpy", 31))
    np.testing.assert_array_equal(_figures(epochs), _figures(wanted))


def test_a_run_that_stopped_early_continues_without_early_stopping(home: Path) -> None:
    never = EarlyStopping(1, min_improvement=1.0)
    events = trained(small(epochs=9, validation=97, early_stopping=never, best_epoch=True))
    ended = events[-1]
    assert isinstance(ended, Finished)
    assert ended.stopped_early
    with RunStore() as store:
        run = store.run(ended.run)
    new = continue_run(run, "numpy", ended.epochs + 1)
    assert new.training.early_stopping is None
    assert new.training.best_epoch
    further = trained(new)[-1]
    assert isinstance(further, Finished)
    assert further.epochs == ended.epochs + 1
