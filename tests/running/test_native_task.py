"""Native scripts: executed in child processes and stored like any run."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.codegen.native_script import script
from mnist_studio.data.datasets import sources
from mnist_studio.events import AnyEvent, Epoch, Failed, Finished, Phase, Progress, Stopped
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.running import job as job_module
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import AdamW, Sgd
from mnist_studio.spec.run import FULL_BATCH, EarlyStopping, FrameworkName, RunSpec
from mnist_studio.spec.schedules import OneCycle, Plateau
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import small, trained, trained_in_one_process

SEEDS = (1, 2, 3)
EPOCHS = 20
"""Fewer leave the mean of the last five to chance."""

TOLERANCE = 0.005
"""Half a point."""

_CNN = ModelSpec(
    (
        Conv(8), BatchNorm(), Relu(), MaxPool(4), Flatten(), Dropout(0.1), Dense(16), Relu(),
        Dense(10),
    )
)  # fmt: skip


def _written(framework: FrameworkName = "numpy", **training: object) -> RunSpec:
    registry.version(framework) or pytest.skip(f"{framework} is not here")
    return replace(small(framework, **training), style="native")


def _stored() -> Run:
    with RunStore() as store:
        return store.runs()[0]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_it_is_reported_and_stored_like_any_run(framework: FrameworkName) -> None:
    plateau = Plateau(patience=1)
    spec = _written(
        framework, epochs=2, validation=97, schedule=plateau, label_smoothing=0.1, best_epoch=True,
        averaged_epochs=2,
    )  # fmt: skip
    spec = replace(spec, model=_CNN, recipe="compact-cnn")
    events = trained(spec)
    end, run = events[-1], _stored()
    assert isinstance(end, Finished), end
    assert "native script" in run.title
    assert (end.epochs, end.step) == (2, 38)
    assert {"train", "evaluate", "import", "data"} <= end.seconds.keys()
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    assert all(0 < (epoch.validation_accuracy or 0) < 1 for epoch in epochs)
    assert epochs[1].train_accuracy > epochs[0].train_accuracy
    _curve_agrees(run, events, epochs)
    assert (run.folder / "script.py").read_text("utf-8") == script(spec)
    assert "Epoch 2/2" in artifacts.console(run.folder).read_text("utf-8")
    _weights_answer(run, end)


def _curve_agrees(run: Run, events: list[AnyEvent], epochs: list[Epoch]) -> None:
    """The stored steps are the reported ones, and the epochs are their means."""
    curve = step_curve.load(run.folder)
    reported = [loss for event in events if isinstance(event, Progress) for loss in event.losses]
    np.testing.assert_allclose(curve.losses, reported, rtol=1e-6)
    sizes = [64] * 18 + [48]
    for epoch, losses, right in zip(
        epochs, np.split(curve.losses, 2), np.split(curve.accuracies, 2), strict=True
    ):
        assert epoch.train_loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-5)
        assert epoch.train_accuracy == pytest.approx(np.average(right, weights=sizes), rel=1e-5)


def _weights_answer(run: Run, end: Finished) -> None:
    """The stored weights give the same logits in NumPy as the script's network."""
    weights = artifacts.load_weights(run.folder, run.spec)
    spec = replace(run.spec, framework="numpy")
    learner = registry.load("numpy").learner(spec, weights, Device("cpu", "CPU"))
    test = sources.load("builtin").test
    logits, stored = learner.logits(test.images), artifacts.load_test_logits(run.folder)
    np.testing.assert_allclose(logits, stored, rtol=0, atol=1e-4 * abs(stored).max())
    assert (stored.argmax(axis=1) == test.labels).mean() == pytest.approx(end.test_accuracy)


def test_it_stops_early_with_the_weights_of_its_best_epoch() -> None:
    spec = _written(
        epochs=30, validation=97, optimizer=AdamW(0.05), early_stopping=EarlyStopping(2),
        best_epoch=True,
    )  # fmt: skip
    events = trained(spec)
    end, run = events[-1], _stored()
    assert isinstance(end, Finished), end
    assert end.stopped_early
    assert end.weights_epoch == end.epochs - 2 < 28
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert end.test_accuracy == epochs[end.weights_epoch - 1].test_accuracy
    _weights_answer(run, end)


def test_a_stop_during_an_epoch_saves_the_weights() -> None:
    job = TrainingJob(_written(epochs=10_000))
    for event in job.events():
        if isinstance(event, Progress) and event.step > 30:
            job.stop()
    assert isinstance(event, Stopped)
    run = _stored()
    assert run.trained
    assert not run.resumable
    assert len(step_curve.load(run.folder).losses) == event.step >= event.epochs * 21
    artifacts.load_weights(run.folder, run.spec)


def test_it_pauses_and_goes_on() -> None:
    job = TrainingJob(_written(epochs=60))
    phases = []
    for event in job.events():
        if isinstance(event, Progress) and "paused" not in phases:
            job.pause()
        if isinstance(event, Phase):
            phases.append(event.phase)
            if event.phase == "paused":
                job.resume()
    assert isinstance(event, Finished)
    assert phases.count("paused") == 1
    assert event.seconds["paused"] > 0


def test_its_copy_of_the_digits_is_gone_once_it_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nothing stays behind of a child that is ended at once."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    job = TrainingJob(_written(epochs=10_000))
    for event in job.events():
        if isinstance(event, Progress):
            assert not list(tmp_path.rglob("*ubyte"))
            job.cancel()


def test_a_loss_that_is_no_number_fails_in_words() -> None:
    linear = ModelSpec((Flatten(), Dense(16), Dense(16), Dense(10)))
    end = trained(replace(_written(optimizer=Sgd(1000.0)), model=linear))[-1]
    assert isinstance(end, Failed)
    assert "became NaN or infinite in step" in end.reason


def test_a_run_without_a_native_script_fails_before_a_process_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job_module, "Worker", None)
    end = trained(replace(_written("keras"), known_bugs=("bias-gradients",)))[-1]
    assert isinstance(end, Failed)
    assert end.reason.startswith("This run cannot be trained by a native script.")
    assert "cannot sum the bias gradients" in end.reason


def _drawn(spec: RunSpec) -> RunSpec:
    """With He's first weights; the frameworks' own ones differ, and with them the accuracy."""
    layers = (Flatten(), Dense(128, initial="he_normal"), Relu(), Dense(10, initial="he_normal"))
    return replace(spec, model=replace(spec.model, layers=layers))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Accuracy of the shared loop in NumPy, which equals all others but for rounding."""
    return _accuracy(_drawn(small("numpy", epochs=EPOCHS)), tmp_path_factory.mktemp("shared"))


def _accuracy(spec: RunSpec, folder: Path) -> float:
    """The mean of three seeds and their last five epochs.

    Seeds alone part single epochs by a quarter of a point (one standard deviation).
    """
    specs = [replace(spec, training=replace(spec.training, seed=seed)) for seed in SEEDS]
    curves = trained_in_one_process(specs, folder)
    return float(np.mean([epoch.test_accuracy for curve in curves for epoch in curve[-5:]]))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_it_is_as_accurate_as_the_shared_loop(
    framework: FrameworkName, shared: float, tmp_path: Path
) -> None:
    assert abs(_accuracy(_drawn(_written(framework, epochs=EPOCHS)), tmp_path) - shared) < TOLERANCE


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[Epoch]:
    """What the shared loop makes of the run without randomness."""
    spec = replace(_without_randomness("numpy"), style="shared")
    (epochs,) = trained_in_one_process([spec], tmp_path_factory.mktemp("plain"))
    return epochs


def _without_randomness(framework: FrameworkName) -> RunSpec:
    spec = _written(
        framework, epochs=3, epoch_steps=8, batch_size=FULL_BATCH, optimizer=Sgd(0.02),
        schedule=OneCycle(),
    )  # fmt: skip
    return replace(spec, model=ModelSpec((Flatten(), Dense(10, initial="zeros"))))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_without_randomness_it_equals_the_shared_loop(
    framework: FrameworkName, plain: list[Epoch]
) -> None:
    """First weights of zero and all digits in every step leave nothing to a framework's own.

    Nor does SGD without momentum: Keras would fold the moving rate into the velocity.
    """
    told = trained(_without_randomness(framework))
    epochs = [event for event in told if isinstance(event, Epoch)]
    for one, other in zip(plain, epochs, strict=True):
        assert other.test_accuracy == pytest.approx(one.test_accuracy, abs=0.0021)
        assert other.test_loss == pytest.approx(one.test_loss, rel=2e-3)
        assert other.train_loss == pytest.approx(one.train_loss, rel=2e-3)
