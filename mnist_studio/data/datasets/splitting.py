"""What every import of own images shares: classes from names, a split by seed, and what is said."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.randomness import Purpose, permutation
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.formatting import count, counted, listed, percent, printable
from mnist_studio.spec.model import FEWEST_CLASSES, MOST_CLASSES

MOST_IMAGES = 300_000
"""235 MB of pixels; EMNIST has 280,000 images of digits."""

TEST_SHARE = 0.2
"""Share of each class that is drawn for the test set, where no images are named as such."""

NAMED = 3
"""Names of skipped files that a sentence lists."""


@dataclass(frozen=True)
class ImportOptions:
    """How images become a dataset.

    Attributes:
        seed: draws the test set.
        whole: keep whole pictures; else they are cropped to their ink and centered like digits.
        progress: gets the fraction done.
        is_cancelled: called between images.
    """

    seed: int = 42
    whole: bool = True
    progress: Callable[[float], object] = field(default=lambda fraction: None, compare=False)
    is_cancelled: Callable[[], bool] = field(default=lambda: False, compare=False)

    def check_cancelled(self) -> None:
        """Ends an import that the user has canceled.

        Raises:
            CancelledByUser: it was.
        """
        if self.is_cancelled():
            raise CancelledByUser("The import was canceled.", "Nothing was stored.")


class Skipped:
    """Files or lines that cost only themselves, with the reasons."""

    def __init__(self) -> None:
        self._reasons: list[str] = []

    def add(self, reason: str) -> None:
        """Takes a sentence that names the file or the line."""
        self._reasons.append(reason)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._reasons)

    def sentences(self, what: str = "file") -> tuple[str, ...]:
        """How many were left out, and why the first ones were."""
        if not self._reasons:
            return ()
        more = "" if len(self) <= NAMED else f" And {count(len(self) - NAMED)} more."
        first = " ".join(self._reasons[:NAMED])
        were = "was" if len(self) == 1 else "were"
        return (f"{counted(len(self), what).capitalize()} {were} left out. {first}{more}",)


def ordered(names: Sequence[str]) -> list[str]:
    """Names in the order that people expect: 2 before 10."""

    def key(name: str) -> tuple[tuple[int, int, str], ...]:
        parts = re.findall(r"\d+|\D+", name)
        return tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts
        )

    return sorted(names, key=lambda name: (key(name), name))


def check_class_count(names: Sequence[str], place: str) -> None:
    """Checks that there are 2 to 62 classes.

    Raises:
        DataError: there are not.
    """
    if FEWEST_CLASSES <= len(names) <= MOST_CLASSES:
        return
    found = listed([f"“{printable(name)}”" for name in list(names)[:NAMED]])
    some = f" ({found}{' …' if len(names) > NAMED else ''})" if names else ""
    raise DataError(
        f"{place} has {counted(len(names), 'class', 'classes')}{some}, but a dataset needs "
        f"{FEWEST_CLASSES} to {MOST_CLASSES}.",
        "Put the images of each class into a folder of their own."
        if len(names) < FEWEST_CLASSES
        else "Choose fewer classes.",
    )


def split_by_seed(all_: LabeledImages, seed: int) -> tuple[LabeledImages, LabeledImages]:
    """Draws a fifth of every class, at least one image, as the test set.

    Raises:
        DataError: a class has only one image.
    """
    is_test = np.zeros(len(all_), np.bool_)
    for label in np.unique(all_.labels):
        places = np.flatnonzero(all_.labels == label)
        order = permutation(seed, Purpose.TEST_SPLIT, int(label), len(places))
        is_test[places[order[: max(1, round(TEST_SHARE * len(places)))]]] = True
    rows = np.arange(len(all_))
    return all_.take(rows[~is_test]), all_.take(rows[is_test])


def check_counts(part: LabeledImages, names: Sequence[str], fewest: int, where: str) -> None:
    """Checks that every class has enough images.

    Raises:
        DataError: names those that have not.
    """
    counts = np.bincount(part.labels, minlength=len(names))
    few = [name for name, number in zip(names, counts, strict=True) if number < fewest]
    if not few:
        return
    some = listed([f"“{printable(name)}”" for name in few[:NAMED]])
    more = f" and {count(len(few) - NAMED)} more" if len(few) > NAMED else ""
    have = "has" if len(few) == 1 else "have"
    needs = "no images" if fewest == 1 else f"fewer than {fewest} images"
    raise DataError(
        f"{'The class' if len(few) == 1 else 'The classes'} {some}{more} {have} {needs}{where}.",
        "Add images to each class, or remove the empty ones.",
    )


def check_number(number: int) -> None:
    """Checks that there are not too many images.

    Raises:
        DataError: there are.
    """
    if number > MOST_IMAGES:
        raise DataError(
            f"A dataset can have at most {count(MOST_IMAGES)} images, and these are more.",
            "Import a part of them.",
        )


def finished(
    title: str,
    names: Sequence[str],
    parts: tuple[LabeledImages, LabeledImages] | LabeledImages,
    source: str,
    notes: Sequence[str],
    options: ImportOptions,
) -> NewDataset:
    """The dataset of images that were read: split, turned light on dark, and with notes.

    Args:
        title: of the dataset.
        names: of the classes.
        parts: training and test images, or all images to be split.
        source: where they came from.
        notes: sentences so far.
        options: with the seed.

    Raises:
        DataError: a class has too few images.
    """
    if isinstance(parts, LabeledImages):
        check_counts(parts, names, 2, "")
        train, test = split_by_seed(parts, options.seed)
        drawn = f"{TEST_SHARE:.0%} of each class were drawn for the test set".replace("%", " %")
        notes = (*notes, f"{drawn} (seed {options.seed}).")
    else:
        train, test = parts
        check_counts(train, names, 1, " for training")
    sentences = [*notes, *_alike(train, test)]
    return NewDataset(title, tuple(names), train, test, source, tuple(sentences))


def light_on_dark(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Images with a dark background: all are inverted if most have a light border."""
    frames = np.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1
    )
    light = np.median(frames, axis=1) >= 128
    if light.mean() <= 0.5:
        return images, ()
    return 255 - images, ("The images were inverted: most are dark on a light background.",)


def _alike(train: LabeledImages, test: LabeledImages) -> list[str]:
    """Sentences about images that are there twice."""
    known: dict[bytes, int] = {}
    labels_differ = 0
    for image, label in zip(train.images, train.labels, strict=True):
        key = sha256(image.tobytes()).digest()
        labels_differ += known.setdefault(key, int(label)) != label
    keys = [sha256(image.tobytes()).digest() for image in test.images]
    leaked = sum(key in known for key in keys)
    labels_differ += sum(
        known.get(key, int(label)) != label for key, label in zip(keys, test.labels, strict=True)
    )
    found = []
    if leaked:
        found.append(
            f"{counted(leaked, 'test image').capitalize()} ({percent(leaked / len(test))}) "
            f"{'is' if leaked == 1 else 'are'} also in the training set, so the test accuracy "
            f"will be too high."
        )
    if labels_differ:
        found.append(
            f"{counted(labels_differ, 'image').capitalize()} "
            f"{'has' if labels_differ == 1 else 'have'} the pixels of an image of another class."
        )
    return found
