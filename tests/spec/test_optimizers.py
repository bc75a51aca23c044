import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import optimizers
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd

DEFAULTS: list[Optimizer] = [Sgd(), Adam(), Adadelta(), RmsProp()]


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        (Sgd(), ()),
        (Sgd(momentum=0.9), ("velocity",)),
        (Adam(), ("mean", "square")),
        (Adadelta(), ("square", "update")),
        (RmsProp(), ("square",)),
        (RmsProp(momentum=0.5), ("square", "velocity")),
    ],
)
def test_slot_names(optimizer: Optimizer, slots: tuple[str, ...]) -> None:
    assert optimizers.slot_names(optimizer) == slots


@pytest.mark.parametrize("optimizer", DEFAULTS)
def test_the_defaults_are_accepted(optimizer: Optimizer) -> None:
    optimizers.check(optimizer)


@pytest.mark.parametrize("optimizer", DEFAULTS)
@pytest.mark.parametrize("rate", [0.0, -1e-3, 1001.0, math.nan, math.inf, -math.inf])
def test_an_impossible_learning_rate_is_refused(optimizer: Optimizer, rate: float) -> None:
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
    ],
)
def test_impossible_constants_are_named(optimizer: Optimizer, name: str) -> None:
    with pytest.raises(SpecError, match=f"{name.capitalize()} must be"):
        optimizers.check(optimizer)
