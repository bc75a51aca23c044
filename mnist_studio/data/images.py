"""Images with their labels, and datasets of them."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import DataError
from mnist_studio.spec.model import MOST_CLASSES
from mnist_studio.spec.run import DIGITS, DatasetName

SIDE = 28


@dataclass(frozen=True, eq=False)
class LabeledImages:
    """Images, white on black, with their labels.

    Attributes:
        images: (n, 28, 28) uint8.
        labels: (n,) uint8, 0-61: the place of a class among the names of all.

    Raises:
        DataError: the arrays do not have these shapes and types.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Checks shapes, types, and labels."""
        problem = _problem(self.images, self.labels)
        if problem:
            raise DataError(problem, "Select images of 28×28 pixels with one label each.")

    def __len__(self) -> int:
        """The number of images."""
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> "LabeledImages":
        """Copies of the images at these indices, in this order."""
        return LabeledImages(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images to train and to test on.

    Attributes:
        name: its id on the command line and in files.
        title: readable.
        source: the folder or cache that it was loaded from, as text.
        train: to train (and validate) on.
        test: to test on.
        fingerprint: sha256 of the test images and labels; equal means the same test set.
        notes: sentences about damaged copies of its files that good ones replaced.
        class_names: the name of every class, in the order of their labels.
    """

    name: DatasetName
    title: str
    source: str
    train: LabeledImages
    test: LabeledImages
    fingerprint: str
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = DIGITS


def joined(one: LabeledImages, other: LabeledImages) -> LabeledImages:
    """The images of both, in that order."""
    images = np.concatenate([one.images, other.images])
    return LabeledImages(images, np.concatenate([one.labels, other.labels]))


def fingerprint(test: LabeledImages) -> str:
    """sha256, in hexadecimal, of the images' bytes and then the labels' bytes."""
    digest = sha256(np.ascontiguousarray(test.images).data)
    digest.update(np.ascontiguousarray(test.labels).data)
    return digest.hexdigest()


def _problem(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> str:
    if images.dtype != np.uint8 or labels.dtype != np.uint8:
        return f"The images are {images.dtype} and the labels {labels.dtype}, not bytes."
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or labels.ndim != 1:
        shape = "×".join(str(size) for size in images.shape[1:])
        return f"The images have {shape} pixels, not 28×28."
    if len(images) != len(labels):
        return f"There are {len(images):,} images but {len(labels):,} labels."
    if len(labels) and int(labels.max()) >= MOST_CLASSES:
        return f"Labels must be 0 to {MOST_CLASSES - 1}, got {int(labels.max())}."
    return ""
