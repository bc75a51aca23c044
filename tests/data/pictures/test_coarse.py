"""Digits of few pixels, as they are and enlarged."""

import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.data.pictures.coarse import block_of, smoothed
from mnist_studio.data.pictures.files import number_from_levels, picture_from_levels

SEVEN = np.array(
    [[0, 9, 9, 9, 9, 0], [0, 2, 0, 2, 9, 0], [0, 0, 0, 8, 4, 0], [0, 0, 3, 9, 0, 0],
     [0, 0, 8, 5, 0, 0], [0, 0, 9, 1, 0, 0]], np.float32,
)  # fmt: skip


@pytest.mark.parametrize("side", [3, 4, 10])
def test_the_side_of_blocks_is_found(side: int) -> None:
    assert block_of(np.kron(np.pad(SEVEN, 2), np.ones((side, side)))) == side


def test_smooth_pictures_and_small_blocks_have_none() -> None:
    assert block_of(np.linspace(0, 1, 900).reshape(30, 30)) == 1
    assert block_of(np.kron(SEVEN, np.ones((2, 2)))) == 1
    assert block_of(np.ones((60, 60))) == 1


def test_enlarged_pixels_give_the_same_digit_as_the_small_picture() -> None:
    small = picture_from_levels(np.pad(SEVEN, 3) / 9).astype(int)
    for side in (4, 12):
        large = np.kron(np.pad(SEVEN, 3), np.ones((side, side))) / 9
        assert np.abs(picture_from_levels(large) - small).mean() < 6, side


def test_smoothed_ink_has_no_steps() -> None:
    fine = smoothed(np.kron(SEVEN, np.ones((10, 10))), 10)
    steps = np.abs(np.diff(fine, axis=0)).max()
    assert 0 < steps < 0.25 * fine.max()


def test_digits_with_the_pixels_of_mnist_stay_as_they_are() -> None:
    image = builtin.load().test.images[0].astype(np.float64)
    assert smoothed(image, 1) is image
    assert not smoothed(np.zeros((5, 5)), 1).any()


def test_a_number_of_enlarged_digits_is_split() -> None:
    row = np.hstack([np.pad(SEVEN, 2)] * 3)
    assert number_from_levels(np.kron(row, np.ones((8, 8))) / 9).pattern == "###"
