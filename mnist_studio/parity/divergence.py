"""Where frameworks part: stepped together in float32 until they differ by more than rounding."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.frameworks.base import Weights
from mnist_studio.parity.fixture import ParityFixture, Side
from mnist_studio.parity.report import Divergence, distance, distances
from mnist_studio.spec.run import FrameworkName

STEPS = 30
ACTIVATION_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-3


@dataclass(frozen=True)
class _Snapshot:
    """What a framework computes between two steps, on the same digits every time."""

    activations: Weights
    gradients: Weights


@dataclass(frozen=True)
class _Gap:
    """How far two snapshots are apart in one layer."""

    quantity: str
    layer: str
    value: float
    tolerance: float

    @property
    def part(self) -> float:
        """Of the tolerance."""
        return self.value / self.tolerance


def divergences(
    sides: Mapping[FrameworkName, Side], hub: FrameworkName, material: ParityFixture
) -> tuple[Divergence, ...]:
    """For every framework but the hub: the first step and the first layer in which it differs.

    Before the first and after every step the outputs of all layers and then the gradients of all
    weights are compared, on one batch of digits, in the order of the network.
    """
    for side in sides.values():
        side.begin(side.run.training.seed)
    found: dict[FrameworkName, Divergence] = {}
    widest = dict.fromkeys((name for name in sides if name != hub), _Gap("", "", 0.0, 1.0))
    for step in range(STEPS + 1):
        hubs = _snapshot(sides[hub], material)
        for name in widest.keys() - found.keys():
            gaps = _gaps(_snapshot(sides[name], material), hubs)
            beyond = [gap for gap in gaps if not gap.value <= gap.tolerance]
            if beyond:
                found[name] = _parting(name, hub, step, beyond[0])
            widest[name] = max(widest[name], *gaps, key=lambda gap: gap.part)
        if len(found) == len(widest) or step == STEPS:
            break
        for name, side in sides.items():
            if name not in found:
                side.train(step, step + 1)
    return tuple(found.get(name) or _parting(name, hub, None, widest[name]) for name in widest)


def _snapshot(side: Side, material: ParityFixture) -> _Snapshot:
    images = material.train.images[: material.batch]
    labels = material.train.labels[: material.batch]
    return _Snapshot(side.learner.activations(images), side.learner.gradients(images, labels))


def _gaps(own: _Snapshot, hub: _Snapshot) -> list[_Gap]:
    outputs = [
        _Gap("activations", name, distance(own.activations[name], array), ACTIVATION_TOLERANCE)
        for name, array in hub.activations.items()
    ]
    slopes = [
        _Gap("gradients", each.name.split(".")[0], each.value, GRADIENT_TOLERANCE)
        for each in distances(own.gradients, hub.gradients)
    ]
    return outputs + slopes


def _parting(name: FrameworkName, hub: FrameworkName, step: int | None, gap: _Gap) -> Divergence:
    return Divergence(name, hub, STEPS, step, gap.quantity, gap.layer, gap.value, gap.tolerance)
