"""A learner that was built ahead: for one run, and only for one that describes the same."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.data.datasets import builtin
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running import learner_ahead
from mnist_studio.spec.run import RunSpec
from tests.trained_runs import small

NUMPY = registry.load("numpy")
CPU = NUMPY.devices()[0]


@pytest.fixture(autouse=True)
def none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_ahead, "_prepared", None)
    monkeypatch.setattr(learner_ahead, "_built", 0)


def prepare(spec: RunSpec) -> bool:
    return learner_ahead.prepare(NUMPY, spec, builtin.load())


def test_another_seed_gets_its_own_weights_and_an_optimizer_that_has_not_stepped() -> None:
    assert prepare(small())
    training = replace(small().training, seed=7, epochs=3)
    learner = learner_ahead.take(replace(small(), training=training), CPU)
    assert learner is not None
    for name, array in initial_weights(small().model, 7, training.precision).items():
        np.testing.assert_array_equal(learner.weights()[name], array)
    state = learner.optimizer_state()
    assert state.step == 0
    assert not any(slot.any() for slot in state.slots.values())
    assert learner_ahead.take(small(), CPU) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(small(), threads=2),
        replace(small(), training=replace(small().training, batch_size=8)),
        replace(small(), model=replace(small().model, layers=small().model.layers[1:])),
    ],
)
def test_a_run_that_describes_something_else_builds_its_own(other: RunSpec) -> None:
    assert prepare(small())
    assert learner_ahead.take(other, CPU) is None


def test_little_is_kept_for_a_run_that_may_never_come(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not prepare(replace(small(), style="native"))
    monkeypatch.setattr(learner_ahead, "MOST_LEARNERS", 1)
    assert prepare(small())
    assert prepare(small())
    assert not prepare(replace(small(), threads=2))
    monkeypatch.setattr(learner_ahead, "MOST_LEARNERS", 9)
    monkeypatch.setattr(learner_ahead, "MOST_BYTES", 1)
    assert not prepare(replace(small(), threads=2))
