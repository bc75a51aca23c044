"""The arrays of a walkthrough, named, with their equations."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.trace import LayerPass, Learnt, Step, Walk

LOSS = "loss"
"""The place after the last layer."""


@dataclass(frozen=True, eq=False)
class Named:
    """An array.

    Attributes:
        name: such as ``kernel gradient``.
        equation: how it came about; empty for what was given.
        values: without a batch axis.
    """

    name: str
    equation: str
    values: Array


@dataclass(frozen=True, eq=False)
class Place:
    """A layer, or the loss, with all its arrays.

    Attributes:
        name: such as ``conv1``, or ``LOSS``.
        title: in words.
        equations: forward and, in a training step, backward and of what is learnt.
        arrays: in the order in which they come about.
    """

    name: str
    title: str
    equations: tuple[str, ...]
    arrays: tuple[Named, ...]


def places(walk: Walk) -> tuple[Place, ...]:
    """Every layer in order, and the loss."""
    return (*(_layer(layer, walk.step) for layer in walk.layers), _loss(walk))


def _layer(layer: LayerPass, step: Step | None) -> Place:
    back = [layer.backward, *(one.equation for one in layer.learnt if one.equation)]
    equations = (layer.forward, *back) if step else (layer.forward,)
    return Place(layer.name, layer.title, equations, tuple(_arrays(layer, step)))


def _arrays(layer: LayerPass, step: Step | None) -> Iterator[Named]:
    yield Named("input x", "", layer.input)
    for name, array in layer.weights.items():
        yield Named(name, "", array)
    yield Named("output y", layer.forward, layer.output)
    if step is None or layer.output_gradient is None or layer.input_gradient is None:
        return
    yield Named("output gradient dy", "dy = ∂L/∂y", layer.output_gradient)
    for one in layer.learnt:
        yield from _learnt(one, step)
    yield Named("input gradient dx", layer.backward, layer.input_gradient)


def _learnt(array: Learnt, step: Step) -> Iterator[Named]:
    name = array.name.partition(".")[2]
    if array.gradient is not None:
        yield Named(f"{name} gradient", array.equation, array.gradient)
    for slot in array.slots_before:
        yield Named(f"{name} {slot} before", "", array.slots_before[slot])
        yield Named(f"{name} {slot} after", step.optimizer, array.slots_after[slot])
    running = "momentum · old + (1 - momentum) · that of the digit"
    equation = running if array.gradient is None else step.optimizer
    yield Named(f"{name} update", equation, array.update)
    yield Named(f"{name} after", f"{name} + update", array.after)


def _loss(walk: Walk) -> Place:
    arrays = [
        Named("logits z", "", walk.logits),
        Named("probabilities", "softmax(z) = exp(z) / Σ exp(z)", walk.probabilities),
    ]
    if walk.step is None:
        return Place(LOSS, "softmax", ("p = softmax(z)",), tuple(arrays))
    step = walk.step
    arrays.append(Named("logit gradient dz", step.loss_equation, step.logit_gradient))
    title = f"loss {step.loss:.6g}, after the step {step.loss_after:.6g}"
    return Place(LOSS, title, (step.loss_equation, step.optimizer), tuple(arrays))
