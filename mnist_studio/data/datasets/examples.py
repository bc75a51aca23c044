"""Images to try models on, each with its true label: test images, and a table of numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pictures.files import picture_from_levels
from mnist_studio.errors import UnknownName
from mnist_studio.formatting import class_noun
from mnist_studio.spec import datasets
from mnist_studio.spec.model import MOST_CLASSES
from mnist_studio.spec.run import DIGITS, DatasetName

FOUR = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.7, 0.0, 0.6, 0.0, 0.0),
    (0.0, 0.2, 0.9, 0.0, 1.0, 0.0, 0.0),
    (0.0, 0.8, 0.5, 0.1, 1.0, 0.1, 0.0),
    (0.0, 0.9, 1.0, 1.0, 1.0, 0.9, 0.0),
    (0.0, 0.0, 0.0, 0.2, 1.0, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.3, 0.9, 0.0, 0.0),
)
"""A four: 7x7 amounts of ink, 0-1.

Source D (From scratch: PyTorch vs. NumPy) tries its networks on a 4 of 7x7 values, scaled up to
28x28. Inferred: the values, which are ours, and how they are scaled.
"""


def _of(name: DatasetName) -> str:
    return "the built-in dataset" if name == "builtin" else datasets.title(name)


@dataclass(frozen=True, eq=False)
class Example:
    """An image whose true label is known.

    Attributes:
        title: the source, such as ``Test image 1,234 of MNIST``.
        image: (28, 28) uint8, white on black.
        label: number of its class.
        class_names: of its dataset.
    """

    title: str
    image: NDArray[np.uint8]
    label: int
    class_names: tuple[str, ...] = DIGITS

    @property
    def true_class(self) -> str:
        """The name of its class."""
        return self.class_names[self.label]

    @property
    def caption(self) -> str:
        """The title with the true label, without a full stop."""
        return f"{self.title}: {class_noun(self.true_class)}"


def from_test(test: LabeledImages, name: DatasetName, index: int | None = None) -> Example:
    """One of the test images.

    Args:
        test: of the data set.
        name: of the data set.
        index: its place, from 0; any of them where it is None.

    Raises:
        UnknownName: there is none at this place.
    """
    place = int(np.random.default_rng().integers(len(test))) if index is None else index
    if not 0 <= place < len(test):
        raise UnknownName(
            f"Index of a test image of {_of(name)} must be 0 to {len(test) - 1:,}, got {place:,}.",
            "Choose an index in this range.",
        )
    title = f"Test image {place:,} of {_of(name)}"
    known = datasets.facts(name)
    names = known.class_names if known else tuple(map(str, range(MOST_CLASSES)))
    return Example(title, test.images[place], int(test.labels[place]), names)


def grid() -> Example:
    """The four of 7x7 numbers, scaled up by the normalization of pictures."""
    return Example("Table of 7 × 7 numbers", picture_from_levels(np.array(FOUR)), 4)
