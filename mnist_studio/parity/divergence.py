"""The first divergence: frameworks train in float32 until they differ by more than rounding."""

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
    """Activations and gradients between two steps, always for the same images."""

    activations: Weights
    gradients: Weights


@dataclass(frozen=True)
class _Difference:
    """The difference of two snapshots in one layer."""

    quantity: str
    layer: str
    value: float
    tolerance: float

    @property
    def fraction(self) -> float:
        """The fraction of the tolerance."""
        return self.value / self.tolerance


def divergences(
    sides: Mapping[FrameworkName, Side], reference: FrameworkName, fixture: ParityFixture
) -> tuple[Divergence, ...]:
    """The first step and layer in which each framework differs from the reference.

    Before the first step and after every step, it compares the outputs of all layers and then the
    gradients of all weights, on one batch, in the order of the network.
    """
    for side in sides.values():
        side.begin(side.run.training.seed)
    found: dict[FrameworkName, Divergence] = {}
    none = _Difference("", "", 0.0, 1.0)
    widest = {name: none for name in sides if name != reference}
    for step in range(STEPS + 1):
        references = _snapshot(sides[reference], fixture)
        for name in widest.keys() - found.keys():
            differences = _differences(_snapshot(sides[name], fixture), references)
            beyond = [each for each in differences if not each.value <= each.tolerance]
            if beyond:
                found[name] = _divergence(name, reference, step, beyond[0])
            widest[name] = max(widest[name], *differences, key=lambda each: each.fraction)
        if len(found) == len(widest) or step == STEPS:
            break
        for name, side in sides.items():
            if name not in found:
                side.train(step, step + 1)
    return tuple(
        found.get(name) or _divergence(name, reference, None, widest[name]) for name in widest
    )


def _snapshot(side: Side, fixture: ParityFixture) -> _Snapshot:
    images = fixture.train.images[: fixture.batch]
    labels = fixture.train.labels[: fixture.batch]
    return _Snapshot(side.learner.activations(images), side.learner.gradients(images, labels))


def _differences(own: _Snapshot, reference: _Snapshot) -> list[_Difference]:
    outputs = [
        _Difference(
            "activations", name, distance(own.activations[name], array), ACTIVATION_TOLERANCE
        )
        for name, array in reference.activations.items()
    ]
    gradients = [
        _Difference("gradients", each.name.split(".")[0], each.value, GRADIENT_TOLERANCE)
        for each in distances(own.gradients, reference.gradients)
    ]
    return outputs + gradients


def _divergence(
    name: FrameworkName, reference: FrameworkName, step: int | None, each: _Difference
) -> Divergence:
    return Divergence(
        name, reference, STEPS, step, each.quantity, each.layer, each.value, each.tolerance
    )
