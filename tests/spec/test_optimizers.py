import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import optimizers
from mnist_studio.spec.optimizers import (
    Adadelta,
    Adam,
    AdamW,
    CoupledDecay,
    DecoupledDecay,
    Optimizer,
    RmsProp,
    Sgd,
)

DEFAULTS: list[Optimizer] = [Sgd(), Adam(), AdamW(), Adadelta(), RmsProp()]


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        (Sgd(), ()),
        (Sgd(momentum=0.9), ("velocity",)),
        (Adam(), ("mean", "square")),
        (Adadelta(), ("square", "update")),
        (RmsProp(), ("square",)),
        (AdamW(), ("mean", "square")),
        (RmsProp(momentum=0.5), ("square", "velocity")),
        (RmsProp(momentum=0.5, centered=True), ("square", "mean", "velocity")),
    ],
)
def test_slot_names(optimizer: Optimizer, slots: tuple[str, ...]) -> None:
    assert optimizers.slot_names(optimizer) == slots


@pytest.mark.parametrize("optimizer", DEFAULTS)
@pytest.mark.parametrize("rate", [0.0, -1e-3, 1001.0, math.nan, math.inf, -math.inf])
def test_an_impossible_learning_rate_is_refused(optimizer: Optimizer, rate: float) -> None:
    optimizers.check(optimizer)
    with pytest.raises(SpecError, match="Learning rate must be") as raised:
        optimizers.check(msgspec.structs.replace(optimizer, learning_rate=rate))
    assert "above 0 and at most 1000" in raised.value.problem


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [
        (Sgd(momentum=1.0), "momentum"),
        (Sgd(momentum=-0.1), "momentum"),
        (Adam(beta1=1.0), "beta1"),
        (Adam(beta2=math.nan), "beta2"),
        (Adam(epsilon=0.0), "epsilon"),
        (Adadelta(rho=-0.5), "rho"),
        (RmsProp(epsilon=2.0), "epsilon"),
        (AdamW(beta1=-1), "beta1"),
    ],
)
def test_impossible_constants_are_named(optimizer: Optimizer, name: str) -> None:
    with pytest.raises(SpecError, match=f"{name.capitalize()} must be"):
        optimizers.check(optimizer)


@pytest.mark.parametrize(
    ("optimizer", "problem"),
    [
        (Sgd(nesterov=True), "Nesterov momentum needs a momentum above 0"),
        (RmsProp(rho=0, centered=True), "Centered RMSprop needs a rho above 0"),
        (AdamW(weight_decay=-0.1), "Weight decay must be at least 0"),
    ],
)
def test_constants_that_contradict_each_other_are_refused(
    optimizer: Optimizer, problem: str
) -> None:
    with pytest.raises(SpecError, match=problem):
        optimizers.check(optimizer)


def test_weight_decay_is_of_the_training_or_of_adamw() -> None:
    decay = CoupledDecay(0.1)
    assert optimizers.effective_decay(Adam(), decay) == decay
    assert optimizers.effective_decay(AdamW(weight_decay=0.2), None) == DecoupledDecay(0.2)
    assert optimizers.effective_decay(AdamW(weight_decay=0), None) is None
    assert optimizers.without_decay(AdamW(0.1, 0.2, 0.3, 0.4)) == Adam(0.1, 0.2, 0.3, 0.4)
    optimizers.check_decay(Adam(), decay)
    with pytest.raises(SpecError, match="AdamW has its own weight decay"):
        optimizers.check_decay(AdamW(), decay)
    with pytest.raises(SpecError, match="Weight decay must be above 0 and at most 1, got 0"):
        optimizers.check_decay(Adam(), CoupledDecay(0))
