import numpy as np
import pytest

from mnist_studio.data.images import LabeledImages, fingerprint
from mnist_studio.errors import DataError


def blank(count: int) -> LabeledImages:
    return LabeledImages(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))


def test_taking_copies_in_the_given_order() -> None:
    digits = LabeledImages(
        np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8),
        np.array([5, 6, 7], np.uint8),
    )
    taken = digits.take(np.array([2, 0]))
    assert taken.labels.tolist() == [7, 5]
    assert taken.images[:, 0, 0].tolist() == [2, 0]
    assert not np.shares_memory(taken.images, digits.images)
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("images", "labels", "problem"),
    [
        (np.zeros((2, 28, 28)), np.zeros(2, np.uint8), "not bytes"),
        (np.zeros((2, 28, 27), np.uint8), np.zeros(2, np.uint8), "28×27 pixels"),
        (np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8), "not 28×28"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.uint8), "2 images but 3 labels"),
        (np.zeros((1, 28, 28), np.uint8), np.full(1, 62, np.uint8), "0 to 61, got 62"),
    ],
)
def test_what_is_no_digits_is_refused(images: object, labels: object, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        LabeledImages(images, labels)  # type: ignore[arg-type]


def test_the_fingerprint_sees_images_and_labels() -> None:
    one, other = blank(2), blank(2)
    assert fingerprint(one) == fingerprint(other)
    other.labels[1] = 1
    assert fingerprint(one) != fingerprint(other)
    other = blank(2)
    other.images[0, 3, 3] = 1
    assert fingerprint(one) != fingerprint(other)
