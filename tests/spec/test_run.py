import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import run
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.optimisers import Adam, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ClipValue, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle, Plateau

BASE = run_spec(RECIPES["mlp-128"])


def with_training(**changes: object) -> RunSpec:
    return msgspec.structs.replace(BASE, training=msgspec.structs.replace(BASE.training, **changes))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"batch_size": 0}, "batch size"),
        ({"batch_size": 60_001}, "batch size"),
        ({"epochs": 0}, "number of epochs"),
        ({"epochs": 10_001}, "number of epochs"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"validation": -1}, "validation"),
        ({"validation": 60_000}, "validation"),
        ({"optimiser": Sgd(math.nan)}, "learning rate"),
        ({"schedule": Exponential(2.0)}, "after every epoch"),
        ({"schedule": Plateau()}, "watches validation digits"),
        ({"clip": ClipNorm(0.0)}, "clipped at 0"),
        ({"clip": ClipValue(math.nan)}, "clipped at nan"),
        ({"epoch_steps": -1}, "number of steps an epoch"),
        ({"augmentation": Augmentation(zoom=2.0)}, "augmentation's zoom"),
    ],
)
def test_impossible_trainings_are_refused(changes: dict[str, object], what: str) -> None:
    with pytest.raises(SpecError, match=what) as raised:
        run.check(with_training(**changes))
    assert raised.value.remedy


def test_an_impossible_number_of_threads_is_refused() -> None:
    with pytest.raises(SpecError, match="threads"):
        run.check(msgspec.structs.replace(BASE, threads=-1))


@pytest.mark.parametrize(
    ("digits", "batch", "steps"),
    [(60_000, 64, 938), (60_000, 60_000, 1), (1, 64, 1), (128, 64, 2), (129, 64, 3)],
)
def test_the_ragged_last_batch_is_never_dropped(digits: int, batch: int, steps: int) -> None:
    training = TrainingSpec(optimiser=Adam(), batch_size=batch)
    assert run.steps_per_epoch(training, digits) == steps


def test_an_epoch_may_have_steps_of_its_own() -> None:
    training = TrainingSpec(optimiser=Adam(), batch_size=50, epoch_steps=5)
    assert run.steps_per_epoch(training, 120) == 5
    assert run.steps_per_pass(training, 120) == 3
    assert run.batch_sizes(training, 120, 1, 5) == (50, 20, 50, 50)


def test_batches_drawn_with_replacement_are_never_ragged() -> None:
    training = TrainingSpec(optimiser=Adam(), batch_size=50, sampling="with_replacement")
    assert run.batch_sizes(training, 120, 0, 4) == (50, 50, 50, 50)


def test_a_full_batch_has_all_digits() -> None:
    training = TrainingSpec(optimiser=Adam(), batch_size=run.FULL_BATCH)
    assert run.batch_sizes(training, 120, 0, 2) == (120, 120)


def test_numpy_is_not_asked_for_bfloat16() -> None:
    spec = with_training(precision="bfloat16")
    run.check(msgspec.structs.replace(spec, framework="pytorch"))
    with pytest.raises(SpecError, match="NumPy does not compute in bfloat16"):
        run.check(msgspec.structs.replace(spec, framework="numpy"))


def test_weights_are_kept_in_float32_under_bfloat16() -> None:
    assert [run.storage(p) for p in ("float32", "float64", "bfloat16")] == [
        "float32", "float64", "float32",
    ]  # fmt: skip


def test_the_learning_rate_is_the_optimisers_times_the_schedules_factor() -> None:
    training = TrainingSpec(optimiser=Sgd(0.2), schedule=Exponential(0.5), batch_size=10, epochs=3)
    rates = [run.learning_rate(training, step, digits=20) for step in range(6)]
    assert rates == pytest.approx([0.2, 0.2, 0.1, 0.1, 0.05, 0.05])


def test_the_one_cycle_of_a_single_batch_has_a_rate() -> None:
    training = TrainingSpec(optimiser=Sgd(0.2), schedule=OneCycle(), batch_size=64, epochs=1)
    assert 0 < run.learning_rate(training, 0, digits=1) <= 0.2


def test_own_digits_are_named_by_a_fingerprint_and_refused_where_a_batch_is_all() -> None:
    own = "0123456789abcdef" * 2
    run.check(msgspec.structs.replace(BASE, personal=own))
    with pytest.raises(SpecError, match="names no set"):
        run.check(msgspec.structs.replace(BASE, personal="../mine"))
    whole = with_training(batch_size=run.FULL_BATCH)
    with pytest.raises(SpecError, match="more digits than the largest batch"):
        run.check(msgspec.structs.replace(whole, personal=own))
