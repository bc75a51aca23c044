"""Fewer training images, and wrong labels."""

import numpy as np

from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.reduction import reduced, with_label_noise

LABELS = (np.arange(600) % 6).astype(np.uint8)
IMAGES = np.zeros((600, 28, 28), np.uint8)
IMAGES[:, 0, 0], IMAGES[:, 0, 1] = np.arange(600) % 256, np.arange(600) // 256
TRAIN = LabeledImages(IMAGES, LABELS)


def numbers(part: LabeledImages) -> list[int]:
    return [int(one[0, 1]) * 256 + int(one[0, 0]) for one in part.images]


def test_a_fraction_is_drawn_by_the_seed_in_order() -> None:
    tenth = numbers(reduced(TRAIN, 0.1, 3))
    assert len(tenth) == 60
    assert tenth == sorted(tenth)
    assert tenth == numbers(reduced(TRAIN, 0.1, 3))
    assert tenth != numbers(reduced(TRAIN, 0.1, 4))
    assert set(tenth) < set(numbers(reduced(TRAIN, 0.5, 3)))
    assert reduced(TRAIN, 1.0, 3) is TRAIN
    assert len(reduced(TRAIN, 0.0001, 3)) == 1


def test_exactly_the_share_of_labels_is_wrong_and_evenly_so() -> None:
    noisy = with_label_noise(TRAIN, 0.5, 6, 3)
    wrong = noisy.labels != LABELS
    assert wrong.sum() == 300
    assert int(noisy.labels.max()) == 5
    shift = (noisy.labels.astype(int) - LABELS)[wrong] % 6
    assert np.bincount(shift, minlength=6)[1:].min() > 40
    assert (noisy.images == IMAGES).all()
    assert (TRAIN.labels == LABELS).all()
    more = with_label_noise(TRAIN, 0.7, 6, 3)
    assert (more.labels[wrong] == noisy.labels[wrong]).all()
    assert with_label_noise(TRAIN, 0.0, 6, 3) is TRAIN
    assert (with_label_noise(TRAIN, 1.0, 2, 3).labels != LABELS).all()
