"""Datasets and images for the Python API."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.api.home import load_yours
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import SIDE, Dataset, LabeledImages
from mnist_studio.data.pictures.files import open_picture, picture_from_levels
from mnist_studio.errors import DataError
from mnist_studio.running.run_request import known_dataset

if TYPE_CHECKING:
    from PIL.Image import Image

Picture: TypeAlias = "str | Path | Image | NDArray[Any]"
"""A picture file, a picture of Pillow, or (28, 28) gray levels from 0 to 255, ink being bright."""

Pictures: TypeAlias = "Picture | Sequence[Picture]"
"""One picture, several, or (n, 28, 28) gray levels."""

TestSet: TypeAlias = "str | Path | Dataset | LabeledImages | tuple[NDArray[Any], NDArray[Any]]"
"""The name of a dataset, a folder with IDX files, a dataset, or images with their labels."""


def dataset(name: str | None = None, data: str | Path | None = None) -> Dataset:
    """A dataset as NumPy arrays: ``dataset.test.images`` (n, 28, 28) and ``dataset.test.labels``.

    Args:
        name: such as ``mnist``, ``builtin``, or one of your own; MNIST if it is on this computer,
            and else the built-in one, if not given.
        data: folder with the MNIST files.

    Raises:
        UnknownName: there is no such dataset.
        DataError: it is not on this computer, or its files are damaged.
    """
    load_yours()
    folder = folder_of(data)
    chosen = known_dataset(name) if name else sources.default_dataset(folder)
    return sources.load(chosen, folder)


def folder_of(path: str | Path | None) -> Path | None:
    """A folder that a user named; ``~`` at its start is the home folder."""
    return None if path is None else paths.expanded(str(path))


def labeled_images(source: TestSet) -> LabeledImages:
    """The images and labels to test on.

    Raises:
        UnknownName: there is no such dataset.
        DataError: it cannot be read, or images and labels do not fit.
    """
    match source:
        case str():
            load_yours()
            return sources.load_test(known_dataset(source))
        case Path():
            return sources.read_test_folder(source)
        case Dataset():
            return source.test
        case LabeledImages():
            return source
        case (images, labels):
            return LabeledImages(gray_levels(images), _labels(labels))


def images_of(pictures: Pictures) -> NDArray[np.uint8]:
    """Pictures as the network input, (n, 28, 28).

    Raises:
        DataError: an array has another shape, or levels other than 0 to 255.
        PictureError: a file cannot be read, or does not show one digit.
    """
    if isinstance(pictures, str | Path):
        return open_picture(paths.expanded(str(pictures)))[np.newaxis]
    if isinstance(pictures, np.ndarray):
        return gray_levels(pictures)
    if not isinstance(pictures, Sequence):
        return picture_from_levels(np.asarray(pictures.convert("RGB")))[np.newaxis]
    if not pictures:
        return np.empty((0, SIDE, SIDE), np.uint8)
    return np.concatenate([images_of(picture) for picture in pictures])


def gray_levels(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Gray levels as (n, 28, 28) bytes.

    Raises:
        DataError: another shape or type, or a level that is no byte.
    """
    levels = np.asarray(array)
    levels = levels[np.newaxis] if levels.ndim == 2 else levels
    if levels.ndim != 3 or levels.shape[1:] != (SIDE, SIDE):
        raise DataError(
            f"Images must have the shape (28, 28) or (n, 28, 28), got {np.asarray(array).shape}.",
            "Reshape them, or pass the path of a picture, which is scaled as drawings are.",
        )
    if not np.issubdtype(levels.dtype, np.integer):
        raise DataError(
            f"Images must be integers from 0 to 255, got {levels.dtype}.",
            "If they are from 0 to 1, write: (images * 255).astype('uint8')",
        )
    if levels.size and not 0 <= int(levels.min()) <= int(levels.max()) <= np.iinfo(np.uint8).max:
        raise DataError(
            f"Gray levels must be 0 to 255, got {levels.min():,} to {levels.max():,}.",
            "Scale them to this range.",
        )
    return levels.astype(np.uint8)


def _labels(labels: NDArray[Any]) -> NDArray[np.uint8]:
    found = np.asarray(labels)
    byte = np.iinfo(np.uint8).max
    if found.ndim != 1 or not np.issubdtype(found.dtype, np.integer):
        problem = f"Labels must be integers of the shape (n,), got {found.dtype} of {found.shape}."
    elif found.size and not 0 <= int(found.min()) <= int(found.max()) <= byte:
        problem = f"Labels must be 0 or more, got {found.min():,} to {found.max():,}."
    else:
        return found.astype(np.uint8)
    raise DataError(problem, "Use the number of each class, from 0.")
