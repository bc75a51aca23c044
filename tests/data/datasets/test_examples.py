"""Digits to try models on, each with its true label."""

import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.data.datasets.examples import FOUR, from_test, grid
from mnist_studio.data.pictures.files import picture_from_levels
from mnist_studio.errors import UnknownName

TEST = builtin.load().test


@pytest.mark.parametrize("place", [0, 17, len(TEST) - 1])
def test_a_test_digit_is_found_by_its_place(place: int) -> None:
    found = from_test(TEST, "builtin", place)
    assert found.title == f"Test image {place} of the built-in dataset"
    assert found.label == TEST.labels[place]
    np.testing.assert_array_equal(found.image, TEST.images[place])


@pytest.mark.parametrize("place", [-1, len(TEST)])
def test_where_there_is_none_the_last_is_named(place: int) -> None:
    with pytest.raises(UnknownName, match=f"must be 0 to 499, got {place}"):
        from_test(TEST, "builtin", place)


def test_any_of_them_is_another_every_time() -> None:
    found = [from_test(TEST, "builtin") for _ in range(20)]
    assert len({one.title for one in found}) > 10
    for one in found:
        place = int(one.title.split()[2])
        assert one.label == TEST.labels[place]
        np.testing.assert_array_equal(one.image, TEST.images[place])


def test_numbers_and_labels_are_written_as_people_do() -> None:
    eight = int(np.flatnonzero(TEST.labels == 8)[0])
    assert from_test(TEST, "builtin", eight).caption.endswith("of the built-in dataset: an 8")
    four = int(np.flatnonzero(TEST.labels == 4)[0])
    assert from_test(TEST, "builtin", four).caption.endswith(": a 4")


def test_the_table_of_numbers_is_scaled_up_as_pictures_are() -> None:
    found = grid()
    assert (found.label, found.image.shape, found.image.dtype) == (4, (28, 28), np.dtype(np.uint8))
    np.testing.assert_array_equal(found.image, picture_from_levels(np.array(FOUR)))
    assert found.caption == "Table of 7 × 7 numbers: a 4"
