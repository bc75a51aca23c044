"""Whether images with labels are like MNIST's digits at all, before a model is judged by them.

A model scores about 10 % on transposed, inverted, or foreign images, and nothing else shows why.
So four facts of MNIST are compared, each measured on its 10,000 test images:

- its digits are light on black: no pixel of the outer frame is ever bright;
- its mean brightness is 33.8 of 255, and 27 to 42 in any sample of ten images;
- no image is blank, and the brightest pixel is 255;
- the mean image of every class, less the mean of all classes, correlates by 0.58 with that of the
  built-in digits, which are by other people; drawings of pen strokes by 30 more people by 0.69.
  The transposed MNIST has 0.14, mirrored 0.31, and shuffled labels -0.04. In samples of 100 images,
  the right orientation has 0.44 to 0.55, and every other at most 0.29.

So a set that reads the same classes in another orientation, other things than digits, and labels of
other images each fall far below what digits have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import builtin
from mnist_studio.data.images import SIDE, Dataset, LabeledImages, joined
from mnist_studio.formatting import count, percent
from mnist_studio.spec.run import DIGITS

FEWEST = 100
"""Images below which means of classes say too little."""

LOWEST_CORRELATION = 0.3
_CLEARER = 0.1
"""By which another orientation must exceed the given one."""

_FEWEST_CLASSES = 5
_BRIGHTNESS = (15.0, 60.0)
_FEWEST_FOR_BRIGHTNESS = 10
_BLANK = 0.01
_BRIGHT = 128
_DIMMEST = 64

_MNIST_BRIGHTNESS = 33.8
_MNIST_CORRELATION = 0.58

Means = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """What images are compared with.

    Attributes:
        images: a phrase for its images.
        title: a shorter one.
        means: (k, 28, 28), the mean image of every class.
    """

    images: str
    title: str
    means: Means


_SAMPLE = 2_000
"""Images of a dataset that are looked at before a training."""

_ORIENTATIONS: dict[str, Callable[[Means], Means]] = {
    "transposed, so rows and columns are swapped": lambda means: means.transpose(0, 2, 1),
    "mirrored from left to right": lambda means: means[:, :, ::-1],
    "mirrored from top to bottom": lambda means: means[:, ::-1],
    "rotated by 180°": lambda means: means[:, ::-1, ::-1],
    "rotated by 90° counterclockwise": lambda means: np.rot90(means, 1, (1, 2)),
    "rotated by 90° clockwise": lambda means: np.rot90(means, -1, (1, 2)),
    "mirrored along the rising diagonal": lambda means: means[:, ::-1, ::-1].transpose(0, 2, 1),
}
"""What may have happened to images, and the same done to the means of the reference."""


def problems(given: LabeledImages) -> tuple[str, ...]:
    """Sentences about how images are unlike MNIST's digits; none if they are like them.

    Takes about a millisecond for a hundred images.

    Args:
        given: any number of images.
    """
    return tuple(_problems(given)) if len(given) else ()


def unlike(given: LabeledImages, known: LabeledImages, title: str) -> tuple[str, ...]:
    """Sentences about how images are unlike those of a dataset; none if they are like them.

    Args:
        given: any number of images.
        known: images of the dataset, of every class.
        title: of the dataset.
    """
    if not len(given):
        return ()
    light = np.median(_frame(given.images)) >= _BRIGHT
    inverted = bool(light) and not np.median(_frame(known.images)) >= _BRIGHT
    upright = LabeledImages(255 - given.images, given.labels) if inverted else given
    sentences = list(_blank(given))
    if inverted:
        sentences.append(f"The images are dark on a light background, unlike those of {title}.")
    reference = Reference(f"the images of {title}", title, _means_of_all(known))
    return (*sentences, *_orientation(upright, reference))


def of_dataset(dataset: Dataset) -> tuple[str, ...]:
    """What the training images of a dataset look like, if that is not as it should be.

    Those that are named 0 to 9 are compared with digits.
    """
    some = dataset.train.take(np.arange(min(len(dataset.train), _SAMPLE)))
    return problems(some) if dataset.class_names == DIGITS else general_problems(some)


def general_problems(given: LabeledImages) -> tuple[str, ...]:
    """Sentences about images of anything: blank, hardly any contrast, or dark on light."""
    return tuple(_general(given)) if len(given) else ()


def correlation(given: LabeledImages) -> float:
    """How far the means of the classes are those of digits, from -1 to 1; see the module."""
    means, labels = _class_means(given)
    return _correlation(means, _centered(_digits().means[labels]))


def _general(given: LabeledImages) -> Iterator[str]:
    yield from _blank(given)
    brightest = int(given.images.max())
    if 0 < brightest < _DIMMEST:
        yield (
            f"The brightest pixel is {brightest} of 255. The pixels may have been rescaled before "
            f"they were saved."
        )
    if np.ptp(given.images) and np.median(_frame(given.images)) >= _BRIGHT:
        yield "The images are light at their borders. MNIST Studio expects light ink on black."


def _problems(given: LabeledImages) -> Iterator[str]:
    yield from _blank(given)
    if not np.ptp(given.images):
        return  # Nothing else can be said of images that are all blank.
    brightest = int(given.images.max())
    if 0 < brightest < _DIMMEST:
        yield (
            f"The brightest pixel is {brightest} of 255. The pixels may have been rescaled before "
            f"they were saved."
        )
    inverted = bool(np.median(_frame(given.images)) >= _BRIGHT)
    if inverted:
        yield "The digits are dark on a light background. MNIST has light digits on black."
    upright = LabeledImages(255 - given.images, given.labels) if inverted else given
    yield from _orientation(upright, _digits())
    yield from _brightness(upright)


def _blank(given: LabeledImages) -> Iterator[str]:
    flat = given.images.reshape(len(given), -1)
    blank = int((flat.max(axis=1) == flat.min(axis=1)).sum())
    if blank > _BLANK * len(given):
        share = percent(blank / len(given))
        yield f"{count(blank)} of {count(len(given))} images ({share}) are blank."


def _brightness(given: LabeledImages) -> Iterator[str]:
    mean = float(given.images.mean())
    lowest, highest = _BRIGHTNESS
    if len(given) >= _FEWEST_FOR_BRIGHTNESS and not lowest <= mean <= highest:
        word = "little" if mean < lowest else "much"
        yield (
            f"The images have unusually {word} ink: their mean brightness is {mean:.1f} of 255. "
            f"MNIST has {_MNIST_BRIGHTNESS}."
        )


def _orientation(given: LabeledImages, reference: Reference) -> Iterator[str]:
    means, labels = _class_means(given)
    count = len(reference.means)
    if len(given) < FEWEST or len(labels) < min(_FEWEST_CLASSES, count):
        return
    yield from _foreign_labels(labels, count)
    known = labels < count
    means, labels = _centered(means[known]), labels[known]
    here = _correlation(means, _centered(reference.means[labels]))
    others = {
        title: _correlation(means, _centered(change(reference.means[labels])))
        for title, change in _ORIENTATIONS.items()
    }
    title = max(others, key=others.__getitem__)
    shift, shifted = _best_shift(means, labels, reference)
    if max(others[title], shifted) <= max(here + _CLEARER, LOWEST_CORRELATION):
        yield from _dissimilar(here, reference)
    elif shifted > others[title]:
        yield (
            f"The labels seem to be {'higher' if shift > 0 else 'lower'} by one than the classes: "
            f"their correlation with {reference.images} is {here:.2f}, but {shifted:.2f} without "
            f"that. Or the labels may belong to other images."
        )
    else:
        yield (
            f"The images seem to be {title}. Their correlation with {reference.title} is "
            f"{others[title]:.2f} in that orientation, but {here:.2f} as they are."
        )


def _foreign_labels(labels: NDArray[np.int64], count: int) -> Iterator[str]:
    if int(labels.max()) >= count:
        yield (
            f"The labels go up to {int(labels.max())}, but there are {count} classes, from 0 to "
            f"{count - 1}. Labels may begin at 1, or belong to another dataset."
        )


def _best_shift(means: Means, labels: NDArray[np.int64], reference: Reference) -> tuple[int, float]:
    """By how much labels seem to be too high, 1 or -1, and the correlation without that."""
    found = {}
    for shift in (1, -1):
        right = labels - shift
        inside = (right >= 0) & (right < len(reference.means))
        moved = _centered(reference.means[right[inside]]) if inside.sum() > 1 else means[:0]
        found[shift] = _correlation(_centered(means[inside]), moved) if len(moved) else -1.0
    best = max(found, key=found.__getitem__)
    return best, found[best]


def _dissimilar(here: float, reference: Reference) -> Iterator[str]:
    if here >= LOWEST_CORRELATION:
        return
    usual = f", but {_MNIST_CORRELATION} for MNIST" if reference.title == "digits" else ""
    # Without the sign of a negative number that is rounded to 0.
    rounded = f"{round(here, 2) + 0.0:.2f}"
    yield (
        f"The images and labels do not resemble {reference.images}. Their correlation is "
        f"{rounded}{usual}. They may show something else, or the labels may belong to other "
        f"images."
    )


def _frame(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The outermost pixels of all images, at most of the first thousand."""
    some = images[:1000]
    rows, columns = some[:, [0, -1]], some[:, :, [0, -1]]
    return np.concatenate([rows.reshape(-1), columns.reshape(-1)])


def _class_means(given: LabeledImages) -> tuple[Means, NDArray[np.int64]]:
    """The mean image (k, 28, 28) of every class that is present, less their mean; and which are."""
    labels = np.unique(given.labels).astype(np.int64)
    means = [given.images[given.labels == label].mean(axis=0) for label in labels]
    return _centered(np.array(means).reshape(-1, SIDE, SIDE)), labels


@lru_cache(maxsize=1)
def _digits() -> Reference:
    """The built-in digits."""
    dataset = builtin.load()
    means = _means_of_all(joined(dataset.train, dataset.test))
    return Reference("handwritten digits", "digits", means)


def _means_of_all(known: LabeledImages) -> Means:
    """The mean image (k, 28, 28) of every class; zeros for a class without images."""
    means = np.zeros((int(known.labels.max(initial=0)) + 1, SIDE, SIDE))
    for label in np.unique(known.labels):
        means[label] = known.images[known.labels == label].mean(axis=0)
    return means


def _centered(means: Means) -> Means:
    return np.asarray(means - means.mean(axis=0))


def _correlation(one: Means, other: Means) -> float:
    """Pearson's correlation over all pixels of all classes; 0 if one of them is constant."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / size if size > 0 else 0.0
