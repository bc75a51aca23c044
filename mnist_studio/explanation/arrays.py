"""The arrays of a step-by-step trace, with names and equations."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.trace import (
    ArrayChange,
    LayerPass,
    NetworkTrace,
    StepTrace,
)

LOSS = "loss"
"""The name of the entry after the last layer."""


@dataclass(frozen=True, eq=False)
class NamedArray:
    """An array.

    Attributes:
        name: such as ``kernel gradient``.
        equation: how it is computed; empty for an input.
        values: without a batch axis.
    """

    name: str
    equation: str
    values: Array


@dataclass(frozen=True, eq=False)
class LayerArrays:
    """A layer, or the loss, with all its arrays.

    Attributes:
        name: such as ``conv1``, or ``LOSS``.
        title: a readable description.
        equations: of the forward pass and, in a training step, of all gradients.
        arrays: in the order of their computation.
    """

    name: str
    title: str
    equations: tuple[str, ...]
    arrays: tuple[NamedArray, ...]


def layer_arrays(trace: NetworkTrace) -> tuple[LayerArrays, ...]:
    """Every layer in order, followed by the loss."""
    return (*(_layer(layer, trace.step) for layer in trace.layers), _loss(trace))


def _layer(layer: LayerPass, step: StepTrace | None) -> LayerArrays:
    back = [layer.backward, *(change.equation for change in layer.changes if change.equation)]
    equations = (layer.forward, *back) if step else (layer.forward,)
    return LayerArrays(layer.name, layer.title, equations, tuple(_arrays(layer, step)))


def _arrays(layer: LayerPass, step: StepTrace | None) -> Iterator[NamedArray]:
    yield NamedArray("input x", "", layer.input)
    for name, array in layer.weights.items():
        yield NamedArray(name, "", array)
    yield NamedArray("output y", layer.forward, layer.output)
    if step is None or layer.output_gradient is None or layer.input_gradient is None:
        return
    yield NamedArray("output gradient dy", "dy = ∂L/∂y", layer.output_gradient)
    for change in layer.changes:
        yield from _changed(change, step)
    yield NamedArray("input gradient dx", layer.backward, layer.input_gradient)


def _changed(array: ArrayChange, step: StepTrace) -> Iterator[NamedArray]:
    name = array.name.partition(".")[2]
    if array.gradient is not None:
        yield NamedArray(f"{name} gradient", array.equation, array.gradient)
    for slot in array.slots_before:
        yield NamedArray(f"{name} {slot} before", "", array.slots_before[slot])
        yield NamedArray(f"{name} {slot} after", step.optimizer, array.slots_after[slot])
    running = "momentum · old + (1 - momentum) · statistic of the image"
    equation = running if array.gradient is None else step.optimizer
    yield NamedArray(f"{name} update", equation, array.update)
    yield NamedArray(f"{name} after", f"{name} + update", array.after)


def _loss(trace: NetworkTrace) -> LayerArrays:
    arrays = [
        NamedArray("logits z", "", trace.logits),
        NamedArray("probabilities", "softmax(z) = exp(z) / Σ exp(z)", trace.probabilities),
    ]
    if trace.step is None:
        return LayerArrays(LOSS, "softmax", ("p = softmax(z)",), tuple(arrays))
    step = trace.step
    arrays.append(NamedArray("logit gradient dz", step.loss_equation, step.logit_gradient))
    title = f"loss {step.loss:.6g}, after the step {step.loss_after:.6g}"
    return LayerArrays(LOSS, title, (step.loss_equation, step.optimizer), tuple(arrays))
