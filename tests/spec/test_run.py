import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import run
from mnist_studio.spec.optimisers import Adam, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle

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


def test_the_learning_rate_is_the_optimisers_times_the_schedules_factor() -> None:
    training = TrainingSpec(optimiser=Sgd(0.2), schedule=Exponential(0.5), batch_size=10, epochs=3)
    rates = [run.learning_rate(training, step, digits=20) for step in range(6)]
    assert rates == pytest.approx([0.2, 0.2, 0.1, 0.1, 0.05, 0.05])


def test_the_one_cycle_of_a_single_batch_has_a_rate() -> None:
    training = TrainingSpec(optimiser=Sgd(0.2), schedule=OneCycle(), batch_size=64, epochs=1)
    assert 0 < run.learning_rate(training, 0, digits=1) <= 0.2
