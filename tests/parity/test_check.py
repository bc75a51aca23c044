"""The checks pass where frameworks match, and fail where they differ."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser, FrameworkMissing, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.parity import check as parity
from mnist_studio.parity import fixture
from mnist_studio.parity import report as checks
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec, TrainingSpec
from tests.experiments.remote import OtherGradient, OtherRate, OtherWeights, Wrong, here

TINY = ModelSpec(
    (Conv(2), Relu(), MaxPool(4), Dropout(0.25), Flatten(), Dense(6), Relu(), Dense(10))
)
NORMED = ModelSpec((Flatten(), Dense(6, bias=False), BatchNorm(), Relu(), Dense(10)))


def run(model: ModelSpec = TINY, **training: Any) -> RunSpec:
    spec = replace(TrainingSpec(optimizer=Adam(), batch_size=64), **training)
    return RunSpec(recipe="test", model=model, training=spec, dataset="builtin")


@pytest.fixture(autouse=True)
def _few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixture, "MOST_TRAINED", fixture.LEAST_TRAINED)


def checked(
    spec: RunSpec | None = None, wrong: Mapping[str, Wrong] | None = None, **rest: Any
) -> ParityReport:
    """Compares PyTorch with NumPy, where NumPy plays both."""
    rest = {"open_learner": here(wrong)} | rest
    return parity.check_parity(spec or run(), ("pytorch",), **rest)


def failed(report: ParityReport) -> list[tuple[str, str]]:
    return [
        (check.precision, check.quantity) for check in report.checks if check.result == "failed"
    ]


needs_pytorch = pytest.mark.skipif(
    registry.version("pytorch") is None, reason="PyTorch is not here"
)


@needs_pytorch
def test_the_same_learner_twice_differs_in_nothing() -> None:
    reported: list[Check] = []
    report = checked(on_check=reported.append)
    assert report.passed
    assert list(report.checks) == reported
    assert {check.result for check in reported} <= {"passed", "not informative"}
    assert [(check.precision, check.quantity, check.value) for check in reported] == [
        ("float64", "outputs", 0), ("float64", "gradients", 0),
        ("float64", "losses, 1 step", 0), ("float64", "losses, 10 steps", 0),
        ("float64", "losses, 50 steps", 0), ("float64", "weights, 50 steps", 0),
        ("float32", "outputs", 0), ("float32", "gradients", 0),
        ("float32", "losses, 10 steps, median of 7 seeds", 0), ("float32", "accuracy", 0),
    ]  # fmt: skip
    (divergence,) = report.divergences
    assert (divergence.framework, divergence.against) == ("pytorch", "numpy")
    assert (divergence.step, divergence.value) == (None, 0)
    assert (report.batch, report.trained, report.tested) == (8, 400, 500)
    assert "The batch size is 8 instead of 64." in report.notes


@needs_pytorch
def test_weights_that_are_a_millionth_off_exceed_the_tolerances() -> None:
    report = checked(wrong={"pytorch": OtherWeights})
    assert ("float64", "outputs") in failed(report)
    assert ("float64", "gradients") in failed(report)
    assert ("float64", "losses, 1 step") in failed(report)
    assert ("float64", "weights, 50 steps") in failed(report)
    assert not report.passed


@needs_pytorch
def test_another_learning_rate_shows_only_in_losses_and_weights() -> None:
    report = checked(wrong={"pytorch": OtherRate}, precisions=("float64",))
    assert ("float64", "losses, 50 steps") in failed(report)
    assert ("float64", "weights, 50 steps") in failed(report)
    assert ("float64", "outputs") not in failed(report)
    assert ("float64", "gradients") not in failed(report)


@needs_pytorch
def test_a_wrong_gradient_names_its_array() -> None:
    report = checked(wrong={"pytorch": OtherGradient}, precisions=("float32",))
    assert failed(report) == [("float32", "gradients")]
    (check,) = (check for check in report.checks if check.quantity == "gradients")
    assert check.detail == "largest in dense2.bias"
    assert check.value == pytest.approx(1e-3, rel=0.1)
    assert len(check.arrays) == 6
    assert {each.name for each in check.arrays if each.value} == {"dense2.bias"}


@needs_pytorch
def test_the_first_divergence_has_a_step_and_a_layer() -> None:
    fast = {"pytorch": lambda learner: OtherRate(learner, 0.05)}
    (divergence,) = checked(wrong=fast, precisions=("float32",)).divergences
    assert (divergence.step, divergence.quantity, divergence.layer) == (1, "activations", "conv1")
    assert divergence.value > divergence.tolerance
    (divergence,) = checked(wrong={"pytorch": OtherGradient}, precisions=("float32",)).divergences
    assert (divergence.step, divergence.quantity, divergence.layer) == (0, "gradients", "dense2")


@needs_pytorch
def test_running_statistics_are_compared_too() -> None:
    whats = [check.quantity for check in checked(run(NORMED)).checks]
    assert "running statistics, 50 steps" in whats
    assert "running statistics, 10 steps, median of 7 seeds" in whats


@needs_pytorch
def test_a_run_in_bfloat16_is_checked_in_other_precisions() -> None:
    report = checked(run(precision="bfloat16"))
    assert {check.precision for check in report.checks} == {"float64", "float32"}
    assert any("bfloat16" in note for note in report.notes)


@needs_pytorch
def test_common_bugs_pass_and_bugs_of_one_framework_fail() -> None:
    common = checked(replace(run(), known_bugs=("zero-initial",)), precisions=("float64",))
    assert common.passed
    own = checked(replace(run(), known_bugs=("own-scaling",)), precisions=("float64",))
    assert ("float64", "outputs") in failed(own)
    assert any("differs between the frameworks" in note for note in own.notes)


@needs_pytorch
def test_a_report_survives_json() -> None:
    report = checked(precisions=("float64",))
    assert msgspec.json.decode(msgspec.json.encode(report), type=ParityReport) == report


def test_impossible_checks_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="NumPy cannot be compared with itself"):
        parity.check_parity(run(), ("numpy",))
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    with pytest.raises(FrameworkMissing, match="environments pytorch --install"):
        parity.check_parity(run(), ("pytorch",))


@needs_pytorch
def test_only_float64_and_float32_can_be_checked() -> None:
    with pytest.raises(UsageError, match="cannot be checked in bfloat16"):
        checked(precisions=("bfloat16",))


@needs_pytorch
def test_it_can_be_cancelled_and_leaves_no_process() -> None:
    with pytest.raises(CancelledByUser):
        checked(is_cancelled=lambda: True, open_learner=RemoteLearner)


@pytest.mark.timeout(600)
def test_all_frameworks_learn_a_tiny_network_alike() -> None:
    absent = [name for name in registry.ENTRIES if registry.version(name) is None]
    if absent:
        pytest.skip(f"{', '.join(absent)} not here")
    report = parity.check_parity(run(), parity.installed())
    assert failed(report) == []
    assert {check.framework for check in report.checks} == {"pytorch", "keras"}
    assert max(check.value for check in report.checks if check.precision == "float64") > 0
    assert [divergence.framework for divergence in report.divergences] == ["pytorch", "keras"]


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_has_digits_for_its_size(name: str) -> None:
    data = fixture.run_data(replace(run_spec(RECIPES[name]), dataset="builtin"))
    assert data.batch in (4, 8)
    assert len(data.train) % data.batch == 0
    assert len(data.train) >= 50 * data.batch // 4


def test_a_distance_is_relative_to_the_largest_magnitude() -> None:
    expected = np.array([4.0, 0.0])
    assert checks.distance(np.array([4.0, 1.0]), expected) == 0.25
    assert checks.distance(expected, expected) == 0
    zero = np.zeros(2)
    assert checks.distance(zero, zero) == 0
    assert checks.distance(expected, zero) == np.inf
    assert np.isnan(checks.distance(np.array([np.nan, 0.0]), expected))


def test_arrays_that_cancel_out_use_the_scale_of_the_others() -> None:
    expected = {"large": np.array([1.0]), "small": np.array([1e-18])}
    found = {"large": np.array([1.0]), "small": np.array([2e-18])}
    large, small = checks.distances(found, expected)
    assert large.value == 0
    assert small.value == pytest.approx(1e-15)


def test_the_tolerance_of_an_accuracy_is_never_zero() -> None:
    assert checks.accuracy_tolerance(1000, 1000) > 0
    # √(2 · 0.9 · 0.1 / 1000) is 0.0134.
    assert checks.accuracy_tolerance(900, 1000) == pytest.approx(3 * 0.0134, rel=0.01)
