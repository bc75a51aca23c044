"""Tables of images as shared in many places: a label and 784 pixels in every line.

Kaggle's tables of MNIST, Fashion-MNIST, and letters have this form, with or without a header. One
bad line costs only itself, and is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets.splitting import (
    ImportOptions,
    Skipped,
    check_class_count,
    check_number,
    finished,
    light_on_dark,
    ordered,
)
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import HEAD, format_of
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.errors import DataError
from mnist_studio.formatting import count, has_controls, printable
from mnist_studio.spec.run import LONGEST_CLASS_NAME

MOST_BYTES = 3_000_000_000
"""300,000 images of 784 numbers, each written with several digits, are a little less."""

_Row = NDArray[np.uint8] | NDArray[np.float32]
_PIXELS = SIDE * SIDE
_LONGEST_LINE = 40_000
_EXPECTED = "Select a table with a label and 784 pixel values from 0 to 255 in every line."


@dataclass(frozen=True)
class _Table:
    """The lines that can be used.

    Attributes:
        labels: as text.
        pixels: (n, 784) uint8.
    """

    labels: list[str]
    pixels: NDArray[np.uint8]


def tables_in(folder: Path) -> tuple[Path, Path] | None:
    """A table for training and one for testing, if a folder has one of each."""
    found = sorted(one for one in folder.iterdir() if one.suffix.lower() == ".csv")
    train = [one for one in found if "train" in one.name.casefold()]
    test = [one for one in found if "test" in one.name.casefold()]
    return (train[0], test[0]) if len(train) == len(test) == 1 else None


def read(train: Path, test: Path | None, title: str, options: ImportOptions) -> NewDataset:
    """The dataset of one or two tables.

    Args:
        train: the table with the training images, or with all of them.
        test: the table with the test images; else they are drawn by the seed.
        title: of the dataset.
        options: with the seed.

    Raises:
        DataError: a table is not of that form, or a class has too few images.
        CancelledByUser: by the user.
    """
    skipped = Skipped()
    tables = [_table(path, skipped, options) for path in (train, test) if path]
    names = ordered(list({label for table in tables for label in table.labels}))
    check_class_count(names, f"The table {train.name}")
    places = {name: place for place, name in enumerate(names)}
    pixels = np.concatenate([table.pixels for table in tables]).reshape(-1, SIDE, SIDE)
    images, notes = light_on_dark(pixels)
    labels = np.array([places[one] for table in tables for one in table.labels], np.uint8)
    everything, first = LabeledImages(images, labels), len(tables[0].labels)
    rows = np.arange(len(everything))
    parts = everything.take(rows[:first]), everything.take(rows[first:])
    return finished(
        title, names, parts if test else everything, f"the table {train}",
        (*skipped.sentences("line"), *notes), options,
    )  # fmt: skip


def _table(path: Path, skipped: Skipped, options: ImportOptions) -> _Table:
    labels: list[str] = []
    rows: list[_Row] = []
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {count(size / 1e6)} MB, but a table can have at most "
                f"{count(MOST_BYTES / 1e6)} MB.",
                "Import a part of it.",
            )
        for number, cells in _lines(path, size, options):
            try:
                label, pixels = _parsed(cells)
            except ValueError as error:
                if number > 1 or labels:  # The first line may be a header.
                    skipped.add(f"{path.name}, line {number:,}: {error}.")
                continue
            labels.append(label)
            rows.append(pixels)
            check_number(len(labels))
    except OSError as error:
        raise unreadable(error, path) from error
    if not labels:
        first = " ".join(skipped.sentences("line"))
        raise DataError(f"{path.name} has no line with a label and 784 pixels. {first}", _EXPECTED)
    return _Table(labels, _as_bytes(rows))


def _lines(path: Path, size: int, options: ImportOptions) -> Iterator[tuple[int, str]]:
    """The number and the text of every line that is not empty."""
    done = 0
    with path.open("rb") as file:
        head = file.read(HEAD)
        kind = format_of(head)
        if kind and not kind.startswith("a table"):
            raise DataError(f"{path.name} is {kind}, not a table.", _EXPECTED)
        file.seek(0)
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            done += len(line)
            if number % 100 == 0:
                options.check_cancelled()
                options.progress(done / max(size, 1))
            if len(line) > _LONGEST_LINE:
                raise DataError(
                    f"Line {number:,} of {path.name} has more than {_LONGEST_LINE:,} characters.",
                    _EXPECTED,
                )
            text = line.decode("utf-8-sig", "replace").strip()
            if text:
                yield number, text


def _parsed(line: str) -> tuple[str, _Row]:
    """The label and the pixels of a line.

    Raises:
        ValueError: says what is wrong, as the end of a sentence.
    """
    separator = max(",;\t", key=line.count)
    label, _, rest = line.partition(separator)
    label = label.strip().strip('"').strip()
    values = rest.split(separator)
    if len(values) != _PIXELS:
        raise ValueError(f"it has {len(values):,} values after the label, not {_PIXELS}")
    if not 0 < len(label) <= LONGEST_CLASS_NAME or has_controls(label):
        raise ValueError(f"“{printable(label)[:LONGEST_CLASS_NAME]}” is not a valid class name")
    try:
        pixels = np.array(values, dtype=np.float64)
    except ValueError as error:
        raise ValueError("a pixel is not a number") from error
    if not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 255):
        raise ValueError("a pixel is not from 0 to 255")
    # A quarter of the memory, for all tables but those with fractions.
    fractions = (pixels % 1).any()
    return _tidy(label), pixels.astype(np.float32) if fractions else pixels.astype(np.uint8)


def _tidy(label: str) -> str:
    """A whole number without the decimals that some programs write: ``3.0`` is ``3``."""
    whole, dot, decimals = label.partition(".")
    return whole if dot and whole.isdecimal() and not decimals.strip("0") else label


def _as_bytes(rows: list[_Row]) -> NDArray[np.uint8]:
    """Pixels from 0 to 255; those of a table with fractions are from 0 to 1."""
    pixels = np.stack([np.asarray(row) for row in rows])
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    return np.asarray(np.rint(pixels * (255 if pixels.max() <= 1 else 1)), np.uint8)
