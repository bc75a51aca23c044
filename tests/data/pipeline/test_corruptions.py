from typing import get_args

import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.data.pipeline.corruptions import BLOCK, CORRUPTIONS, Images, Kind, corrupted

KINDS = list(CORRUPTIONS)
DIGITS = builtin.load().test.images[:300]
each = pytest.mark.parametrize("kind", KINDS)


def square(count: int = 1, side: int = 8, level: int = 200) -> Images:
    """Gray squares in the middle of black images."""
    images = np.zeros((count, 28, 28), np.uint8)
    inside = slice(14 - side // 2, 14 + side // 2)
    images[:, inside, inside] = level
    return images


def centers(images: Images) -> np.ndarray:
    """(n, 2): where the mass is, y and x."""
    mass = images.astype(float) / images.sum(axis=(1, 2), keepdims=True)
    axis = np.arange(28)
    return np.stack([mass.sum(axis=2) @ axis, mass.sum(axis=1) @ axis], axis=1)


def change(kind: Kind, strength: float, images: Images = DIGITS) -> np.ndarray:
    """(n,): by how many levels the pixels of each differ, on average."""
    changed = np.abs(corrupted(images, kind, strength).astype(float) - images)
    return np.asarray(changed.mean(axis=(1, 2)))


def test_every_kind_has_five_ascending_strengths_and_a_unit() -> None:
    assert set(CORRUPTIONS) == set(get_args(Kind))
    for known in CORRUPTIONS.values():
        assert len(known.strengths) == 5
        assert [0, *known.strengths] == sorted({0, *known.strengths})
        assert known.title
        assert known.unit


@each
def test_a_strength_of_nothing_changes_nothing(kind: Kind) -> None:
    np.testing.assert_array_equal(corrupted(DIGITS, kind, 0.0), DIGITS)


@each
def test_a_change_is_made_of_place_and_seed_alone(kind: Kind) -> None:
    strength = CORRUPTIONS[kind].strengths[2]
    once = corrupted(DIGITS, kind, strength)
    assert (once.shape, once.dtype) == (DIGITS.shape, np.dtype(np.uint8))
    np.testing.assert_array_equal(once, corrupted(DIGITS.copy(), kind, strength))
    # Neither on how many digits there are.
    np.testing.assert_array_equal(once[: BLOCK + 7], corrupted(DIGITS[: BLOCK + 7], kind, strength))
    drawn = kind not in ("blur", "contrast")
    assert np.array_equal(once, corrupted(DIGITS, kind, strength, seed=1)) != drawn


@each
def test_the_stronger_the_more_is_changed(kind: Kind) -> None:
    changes = [change(kind, strength).mean() for strength in CORRUPTIONS[kind].strengths]
    assert changes == sorted(changes)
    assert changes[-1] > 1.1 * changes[0] > 0


@each
def test_no_digits_are_no_trouble(kind: Kind) -> None:
    assert corrupted(DIGITS[:0], kind, 1.0).shape == (0, 28, 28)


def test_a_shift_by_two_pixels_moves_the_mass_by_two_in_one_of_four_directions() -> None:
    images = square(200)
    moved = centers(corrupted(images, "shift", 2)) - centers(images)
    ways = dict.fromkeys(((2, 0), (-2, 0), (0, 2), (0, -2)), 0)
    for y, x in np.rint(moved).astype(int).tolist():
        ways[y, x] += 1
    np.testing.assert_allclose(moved, np.rint(moved), atol=1e-12)
    assert min(ways.values()) > 25  # Of about 50 each.
    for image, way in zip(corrupted(images, "shift", 2), np.rint(moved).astype(int), strict=True):
        np.testing.assert_array_equal(image, np.roll(images[0], way, (0, 1)))


def test_a_greater_shift_goes_the_same_way_and_black_comes_in() -> None:
    images = square(20)
    near, far = (centers(corrupted(images, "shift", by)) - 13.5 for by in (1, 4))
    np.testing.assert_allclose(far, 4 * near, atol=1e-9)
    assert corrupted(np.full((8, 28, 28), 255, np.uint8), "shift", 3).min() == 0


def test_a_rotation_by_a_right_angle_is_that_of_the_pixels_to_either_side() -> None:
    turned = corrupted(DIGITS, "rotation", 90)
    left = (turned == np.rot90(DIGITS, 1, axes=(1, 2))).all(axis=(1, 2))
    right = (turned == np.rot90(DIGITS, -1, axes=(1, 2))).all(axis=(1, 2))
    assert (left | right).all()
    assert 100 < left.sum() < 200


def test_a_scale_is_by_a_factor_or_its_inverse() -> None:
    images = square(100, side=12)
    mass = corrupted(images, "scale", 0.5).sum(axis=(1, 2)) / images[0].sum()
    larger = mass > 1
    np.testing.assert_allclose(mass[larger], 1.5**2, rtol=0.03)
    np.testing.assert_allclose(mass[~larger], 1 / 1.5**2, rtol=0.03)
    assert 30 < larger.sum() < 70
    np.testing.assert_allclose(centers(corrupted(images, "scale", 0.5)), 13.5, atol=0.01)


def test_noise_has_the_stated_deviation_and_is_independent_from_digit_to_digit() -> None:
    gray = np.full((300, 28, 28), 128, np.uint8)
    noise = corrupted(gray, "noise", 0.1).astype(float) - 128
    assert noise.mean() == pytest.approx(0, abs=0.3)
    assert noise.std() == pytest.approx(25.5, rel=0.01)
    assert np.mean(np.abs(noise) < 25.5) == pytest.approx(0.683, abs=0.01)
    flat = noise.reshape(300, -1)
    assert abs(np.corrcoef(flat[0], flat[1])[0, 1]) < 0.15
    assert abs(np.corrcoef(flat[0], flat[BLOCK])[0, 1]) < 0.15


def test_a_blur_spreads_a_point_as_a_gaussian_and_keeps_its_mass() -> None:
    point = np.zeros((1, 28, 28), np.uint8)
    point[0, 10, 14] = 255
    spread = corrupted(point, "blur", 1.0)[0].astype(float)
    assert spread.sum() == pytest.approx(255, abs=6)  # Rounded pixel by pixel.
    wanted = 255 * np.exp(-(1**2 + 2**2) / 2) / (2 * np.pi)
    assert spread[11, 16] == spread[9, 12] == round(wanted)
    np.testing.assert_array_equal(spread[:, 1:], spread[:, :0:-1])


def test_strokes_grow_or_shrink_by_a_pixel_at_each_edge() -> None:
    images = square(100, side=8)
    changed = corrupted(images, "stroke", 1.0)
    lit = (changed == 200).sum(axis=(1, 2))
    assert set(lit.tolist()) == {6 * 6, 8 * 8 + 4 * 8}  # A disk of radius 1 rounds the corners.
    thicker = lit > 64
    assert 30 < thicker.sum() < 70
    half = corrupted(images, "stroke", 0.5)
    assert set(half[thicker][0].ravel().tolist()) == {0, 100, 200}
    assert (half[thicker] == 100).sum() == 32 * thicker.sum()
    assert (half[~thicker] == 100).sum() == 28 * (~thicker).sum()


def test_less_contrast_brings_levels_nearer_to_their_mean() -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[:, :14] = 200
    got = corrupted(images, "contrast", 0.5)
    assert set(got.ravel().tolist()) == {50, 150}
    assert set(corrupted(images, "contrast", 1.0).ravel().tolist()) == {100}
