"""A step-by-step trace as arrays with names and equations, as text, and as CSV files."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from mnist_studio.data.files import write_bytes
from mnist_studio.explanation.trace import Trace
from mnist_studio.formatting import number
from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.traced_arrays import (
    ArrayChange,
    LayerPass,
    NetworkTrace,
    StepTrace,
)
from mnist_studio.spec import layers

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


TEXT = "trace.txt"
FIRST = 6
"""The number of values of an array in the text."""


def text(trace: Trace) -> str:
    """Every layer with its equations, and its arrays with their shapes and first values."""
    return "\n".join((*_head(trace), *_body(trace))) + "\n"


def export(trace: Trace, folder: Path) -> tuple[Path, ...]:
    """Writes the text, and every array as a complete CSV file.

    Returns:
        The files.

    Raises:
        DataError: a file cannot be written.
    """
    contents = {TEXT: text(trace)} | {
        f"{number:02} {layer.name} {array.name}.csv".replace(" ", "-"): table(array.values)
        for number, layer in enumerate(layer_arrays(trace.network), start=1)
        for array in layer.arrays
    }
    paths = {folder / name: content for name, content in contents.items()}
    for path, content in paths.items():
        write_bytes(path, content.encode())
    return tuple(paths)


def matrix(array: Array) -> Array:
    """Any array as a matrix: the last axis as columns, all others as rows."""
    return array.reshape(-1, 1) if array.ndim == 1 else array.reshape(-1, array.shape[-1])


def row_names(shape: tuple[int, ...]) -> tuple[str, ...]:
    """The indices of each row of ``matrix``, such as ``3, 5``."""
    axes = shape if len(shape) == 1 else shape[:-1]
    return tuple(", ".join(map(str, indices)) for indices in np.ndindex(*axes))


def table(array: Array) -> str:
    """An array as CSV, in the layout of ``matrix``."""
    rows = matrix(array)
    into = StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow(("index", *range(rows.shape[1])))
    for name, numbers in zip(row_names(array.shape), rows.tolist(), strict=True):
        writer.writerow((name, *numbers))
    return into.getvalue()


def _head(trace: Trace) -> Iterator[str]:
    step = trace.network.step
    prediction = int(trace.network.probabilities.argmax())
    mode = "prediction in training mode" if step else "prediction"
    name = trace.class_names[prediction]
    yield f"{mode}: {name}, probability {trace.network.probabilities[prediction]:.6g}"
    if step:
        label = trace.class_names[step.label]
        yield f"target label {label}, update {step.number:,}, learning rate {number(step.rate, 6)}"
        yield f"loss {step.loss:.6g}, after the step {step.loss_after:.6g}"
        yield f"norm of all gradients {step.norm:.6g}"
    yield from trace.notes


def _body(trace: Trace) -> Iterator[str]:
    for layer in layer_arrays(trace.network):
        yield ""
        yield f"{layer.name}: {layer.title}"
        yield from (f"  {equation}" for equation in layer.equations)
        yield from (_line(array) for array in layer.arrays)


def _line(array: NamedArray) -> str:
    numbers = array.values.reshape(-1)
    first = " ".join(f"{number:.4g}" for number in numbers[:FIRST].tolist())
    more = " …" if len(numbers) > FIRST else ""
    shape = layers.text(array.values.shape)
    span = f"{numbers.min():.4g} to {numbers.max():.4g}"
    return f"  {array.name:28} {shape:>14}  {span:>24}  {first}{more}"
