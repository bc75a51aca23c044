"""A walkthrough as text and as tables."""

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

TEXT = "walkthrough.txt"
FIRST = 6
"""So many numbers of an array stand in the text."""


def text(found: Trace) -> str:
    """Every layer with its equations, the shapes of its arrays and their first numbers."""
    return "\n".join((*_head(found), *_body(found))) + "\n"


def export(found: Trace, folder: Path) -> tuple[Path, ...]:
    """Writes the text and every array as a CSV file, whole.

    Returns:
        The files.

    Raises:
        DataError: the disk is full or refuses.
    """
    contents = {TEXT: text(found)} | {
        f"{number:02} {place.name} {one.name}.csv".replace(" ", "-"): table(one.values)
        for number, place in enumerate(layer_arrays(found.walk), start=1)
        for one in place.arrays
    }
    paths = {folder / name: content for name, content in contents.items()}
    for path, content in paths.items():
        write_bytes(path, content.encode())
    return tuple(paths)


def matrix(array: Array) -> Array:
    """Any array as rows and columns of numbers: its last axis across, all others down."""
    return array.reshape(-1, 1) if array.ndim == 1 else array.reshape(-1, array.shape[-1])


def row_names(shape: tuple[int, ...]) -> tuple[str, ...]:
    """The indices of every row of ``matrix``, such as ``3, 5``."""
    axes = shape if len(shape) == 1 else shape[:-1]
    return tuple(", ".join(map(str, place)) for place in np.ndindex(*axes))


def table(array: Array) -> str:
    """An array as CSV: a row for all indices but the last, which go across."""
    rows = matrix(array)
    into = StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow(("index", *range(rows.shape[1])))
    for name, numbers in zip(row_names(array.shape), rows.tolist(), strict=True):
        writer.writerow((name, *numbers))
    return into.getvalue()


def _head(found: Trace) -> Iterator[str]:
    step = found.walk.step
    answer = int(found.walk.probabilities.argmax())
    way = "in training it answers" if step else "it answers"
    yield f"{way} {answer}, with probability {found.walk.probabilities[answer]:.6g}"
    if step:
        yield f"taught as {step.label}: update {step.number:,} at the learning rate {step.rate:g}"
        yield f"loss {step.loss:.6g}, after the step {step.loss_after:.6g}"
        yield f"norm of all gradients {step.norm:.6g}"
    yield from found.notes


def _body(found: Trace) -> Iterator[str]:
    for place in layer_arrays(found.walk):
        yield ""
        yield f"{place.name}: {place.title}"
        yield from (f"  {equation}" for equation in place.equations)
        yield from (_line(one) for one in place.arrays)


def _line(one: NamedArray) -> str:
    numbers = one.values.reshape(-1)
    first = " ".join(f"{number:.4g}" for number in numbers[:FIRST].tolist())
    more = " …" if len(numbers) > FIRST else ""
    shape = layers.text(one.values.shape)
    span = f"{numbers.min():.4g} to {numbers.max():.4g}"
    return f"  {one.name:28} {shape:>14}  {span:>24}  {first}{more}"
