import math

import msgspec
import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import optimizers
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimiser, RmsProp, Sgd

DEFAULTS: list[Optimiser] = [Sgd(), Adam(), Adadelta(), RmsProp()]


@pytest.mark.parametrize(
    ("optimiser", "slots"),
    [
        (Sgd(), ()),
        (Sgd(momentum=0.9), ("velocity",)),
        (Adam(), ("mean", "square")),
        (Adadelta(), ("square", "update")),
        (RmsProp(), ("square",)),
        (RmsProp(momentum=0.5), ("square", "velocity")),
    ],
)
def test_slot_names(optimiser: Optimiser, slots: tuple[str, ...]) -> None:
    assert optimizers.slot_names(optimiser) == slots


@pytest.mark.parametrize("optimiser", DEFAULTS)
def test_the_defaults_are_accepted(optimiser: Optimiser) -> None:
    optimizers.check(optimiser)


@pytest.mark.parametrize("optimiser", DEFAULTS)
@pytest.mark.parametrize("rate", [0.0, -1e-3, 1001.0, math.nan, math.inf, -math.inf])
def test_an_impossible_learning_rate_is_refused(optimiser: Optimiser, rate: float) -> None:
    with pytest.raises(SpecError, match="learning rate") as raised:
        optimizers.check(msgspec.structs.replace(optimiser, learning_rate=rate))
    assert "above 0 and at most 1000" in raised.value.remedy


@pytest.mark.parametrize(
    ("optimiser", "name"),
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
def test_impossible_constants_are_named(optimiser: Optimiser, name: str) -> None:
    with pytest.raises(SpecError, match=f"The {name} is"):
        optimizers.check(optimiser)
