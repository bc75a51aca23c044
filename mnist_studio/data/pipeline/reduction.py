"""Fewer training images, and wrong labels among them: how much a network needs, and endures.

Both are functions of the seed alone, so that every framework trains on the same images and labels.
Validation and test sets are never changed.
"""

import numpy as np

from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.randomness import Purpose, permutation, random_bytes


def reduced_count(count: int, fraction: float) -> int:
    """How many of ``count`` training images a fraction is, at least one."""
    return count if fraction >= 1 else max(1, round(fraction * count))


def reduced(train: LabeledImages, fraction: float, seed: int) -> LabeledImages:
    """A fraction of the images, drawn by the seed, in their order.

    A smaller fraction by the same seed is a part of a larger one.
    """
    if fraction >= 1:
        return train
    order = permutation(seed, Purpose.FRACTION, 0, len(train))
    return train.take(np.sort(order[: reduced_count(len(train), fraction)]))


def with_label_noise(train: LabeledImages, noise: float, classes: int, seed: int) -> LabeledImages:
    """The images with a share of their labels replaced, each by any other class.

    Exactly the share of labels is wrong, rounded to whole images: a replaced label is never the
    true one. More noise by the same seed adds wrong labels, and keeps those of less.
    """
    wrong = round(noise * len(train))
    if not wrong:
        return train
    places = permutation(seed, Purpose.LABEL_NOISE, 0, len(train))[:wrong]
    drawn = random_bytes(seed, Purpose.LABEL_NOISE, 1, 0, 8 * len(train)).view("<u8")[places]
    labels = train.labels.copy()
    shift = 1 + (drawn % np.uint64(classes - 1)).astype(np.int64)
    labels[places] = (train.labels[places].astype(np.int64) + shift) % classes
    return LabeledImages(train.images, labels)
