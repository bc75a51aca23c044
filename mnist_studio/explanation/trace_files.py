"""A step-by-step trace as text and as CSV files."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import numpy as np

from mnist_studio.data.files import write_bytes
from mnist_studio.explanation.arrays import NamedArray, layer_arrays
from mnist_studio.explanation.trace import Trace
from mnist_studio.frameworks.base import Array
from mnist_studio.spec import layers

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
    yield f"{mode}: {prediction}, probability {trace.network.probabilities[prediction]:.6g}"
    if step:
        yield f"target label {step.label}, update {step.number:,}, learning rate {step.rate:g}"
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
