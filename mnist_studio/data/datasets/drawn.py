"""Classes that are collected by drawing: some images of each, and then one trains on them.

A drawing becomes an image as a digit on the canvas does, so that a model that was trained on them
reads what is drawn there.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.data.datasets.splitting import ImportOptions, finished
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.files import write_bytes
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.ink.rendering import Ink, digit_image
from mnist_studio.errors import DataError, MnistStudioError, SpecError
from mnist_studio.spec.model import FEWEST_CLASSES
from mnist_studio.spec.run_checks import check_class_names

WANTED = 20
"""Drawings of each class that make a usable dataset, which augmentation enlarges."""
FEWEST = 5
SOURCE = "drawings in MNIST Studio"
_LONGEST = 100_000_000
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawn:
    """One drawing.

    Attributes:
        name: of its class.
        ink: strokes in a square with sides of length 1.
    """

    name: str
    ink: Ink

    @property
    def image(self) -> NDArray[np.uint8]:
        """The (28, 28) image.

        Raises:
            PictureError: nothing was drawn.
        """
        return digit_image(self.ink)


@dataclass(frozen=True)
class Collection:
    """Classes and what was drawn of them, in order.

    Attributes:
        names: of the classes.
        drawings: of all classes, the oldest first.
    """

    names: tuple[str, ...] = ()
    drawings: tuple[Drawn, ...] = ()

    def count(self, name: str) -> int:
        """How many drawings a class has."""
        return sum(one.name == name for one in self.drawings)

    def with_class(self, name: str) -> "Collection":
        """The collection with another class.

        Raises:
            SpecError: the name cannot be used, or is there already.
        """
        names = (*self.names, name.strip())
        if len(names) >= FEWEST_CLASSES:
            check_class_names(names)
        else:
            check_class_names((*names, "another class"))
        return replace(self, names=names)

    def without_class(self, name: str) -> "Collection":
        """The collection without a class and its drawings."""
        return Collection(
            tuple(one for one in self.names if one != name),
            tuple(one for one in self.drawings if one.name != name),
        )

    def drawn(self, name: str, ink: Ink) -> "Collection":
        """The collection with one more drawing."""
        return replace(self, drawings=(*self.drawings, Drawn(name, ink)))

    def undone(self) -> "Collection":
        """The collection without its last drawing."""
        return replace(self, drawings=self.drawings[:-1])

    def missing(self) -> str:
        """What is still missing for a dataset, as a sentence; empty if nothing is."""
        if len(self.names) < FEWEST_CLASSES:
            return f"Add at least {FEWEST_CLASSES} classes."
        few = [name for name in self.names if self.count(name) < FEWEST]
        return f"Draw at least {FEWEST} of “{few[0]}”." if few else ""


def save(collection: Collection) -> None:
    """Stores a collection that is not a dataset yet, so that it can be completed later.

    Raises:
        DataError: the disk fails.
    """
    write_bytes(paths.drawn_classes(), msgspec.json.encode(collection))


def saved() -> Collection:
    """The collection that was stored; an empty one if there is none, or if it is damaged."""
    try:
        with paths.drawn_classes().open("rb") as file:
            found = msgspec.json.decode(file.read(_LONGEST), type=Collection)
        if found.names:
            check_class_names(found.names if len(found.names) > 1 else (*found.names, "another"))
        usable = [one for one in found.drawings if one.name in found.names and _drawable(one)]
        return replace(found, drawings=tuple(usable))
    except FileNotFoundError:
        return Collection()
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError, SpecError) as error:
        _LOG.info("no drawn classes: %s", error)
        return Collection()


def _drawable(one: Drawn) -> bool:
    try:
        return bool(one.image.any())
    except MnistStudioError:
        return False


def dataset(collection: Collection, title: str, options: ImportOptions) -> NewDataset:
    """The dataset of a collection; a fifth of each class is drawn for the test set.

    Raises:
        DataError: it has too few classes or drawings.
    """
    if problem := collection.missing():
        raise DataError("The dataset is not complete.", problem)
    images = np.array([one.image for one in collection.drawings], np.uint8)
    labels = _labels(collection.names, collection.drawings)
    everything = LabeledImages(images.reshape(-1, SIDE, SIDE), labels)
    return finished(title, collection.names, everything, SOURCE, (), options)


def _labels(names: Sequence[str], drawings: Sequence[Drawn]) -> NDArray[np.uint8]:
    return np.array([names.index(one.name) for one in drawings], np.uint8)
