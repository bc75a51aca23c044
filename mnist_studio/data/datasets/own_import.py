"""Reading what a user has as a dataset of their own: pictures in folders, tables, or IDX files."""

from pathlib import Path

import numpy as np

from mnist_studio.data.datasets import csv_table, folders, image_folder
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.data.datasets.folders import Bytes
from mnist_studio.data.datasets.splitting import (
    ImportOptions,
    check_class_count,
    check_number,
    finished,
    light_on_dark,
)
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import ARCHIVES, HEAD, format_of
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.errors import DataError

_TABLES = (".csv", ".tsv", ".txt")
_EXPECTED = (
    "Select a folder with a subfolder of images for each class, or a CSV file with a label and 784 "
    "pixels in every line."
)


def read(place: Path, title: str, options: ImportOptions) -> NewDataset:
    """A dataset from a folder of pictures, a table, or IDX files.

    Args:
        place: the folder or the file.
        title: of the dataset.
        options: how it is read.

    Raises:
        DataError: there is no dataset, or a part of it is missing; says what.
        CancelledByUser: by the user.
    """
    try:
        if place.is_file():
            return _of_file(place, title, options)
        if not place.is_dir():
            raise DataError(f"{place} does not exist.", _EXPECTED)
        if image_folder.is_image_folder(place):
            return image_folder.read(place, title, options)
        if tables := csv_table.tables_in(place):
            return csv_table.read(*tables, title, options)
        files = [one for one in place.iterdir() if one.suffix.lower() in _TABLES[:2]]
        if len(files) == 1:
            return csv_table.read(files[0], None, title, options)
    except OSError as error:
        raise unreadable(error, place) from error
    if _has_idx(place):
        return _of_idx(place, title, options)
    return image_folder.read(place, title, options)  # Says what the folder lacks.


def _of_file(path: Path, title: str, options: ImportOptions) -> NewDataset:
    if path.suffix.lower() in _TABLES:
        return csv_table.read(path, None, title, options)
    if path.suffix.lower() == ".npz":
        return _of_idx(path, title, options)
    with path.open("rb") as file:
        kind = format_of(file.read(HEAD))
    if kind in ARCHIVES:
        raise DataError(
            f"{path.name} is {kind}, not a folder.",
            "Unpack it, and select the folder that it creates.",
        )
    raise DataError(f"{path.name} is {kind or 'not a dataset'}.", _EXPECTED)


def _has_idx(place: Path) -> bool:
    try:
        folders.locate(place, MNIST)
    except DataError:
        return False
    return True


def _of_idx(place: Path, title: str, options: ImportOptions) -> NewDataset:
    """Four IDX files, or an archive like Keras', of any images of 28×28 pixels."""
    options.check_cancelled()
    parts = folders.quad(place)
    options.progress(0.5)
    check_number(sum(len(labels) for _, labels in parts))
    values = np.unique(np.concatenate([labels for _, labels in parts]))
    names = [str(value) for value in values]
    check_class_count(names, str(place))
    images, notes = light_on_dark(np.concatenate([_checked(images, place) for images, _ in parts]))
    labels = np.searchsorted(values, np.concatenate([labels for _, labels in parts]))
    everything = LabeledImages(images, labels.astype(np.uint8))
    rows, first = np.arange(len(everything)), len(parts[0][1])
    return finished(
        title, names, (everything.take(rows[:first]), everything.take(rows[first:])),
        str(place), notes, options,
    )  # fmt: skip


def _checked(images: Bytes, place: Path) -> Bytes:
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        shape = "×".join(str(size) for size in images.shape[1:])
        raise DataError(
            f"The images in {place} have {shape} pixels, not 28×28.",
            "Save them as a folder of images. MNIST Studio scales those.",
        )
    return images
