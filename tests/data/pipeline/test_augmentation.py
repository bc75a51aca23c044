import math
from itertools import product

import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.data.pipeline import augmentation
from mnist_studio.data.pipeline.augmentation import BLOCK, augmented
from mnist_studio.spec.augmentation import Augmentation

IMAGES = builtin.load().train.images[:100]
ALL = Augmentation(rotation=20, zoom=0.2, shift=3, shear=10, elastic=2.5, smoothness=3)
CENTRE = 13.5
CHECKSUM = 537_329


def _one_way(**limits: float) -> np.ndarray:
    return augmented(IMAGES, Augmentation(**limits), seed=3, step=5)


def _level(image: np.ndarray, x: float, y: float) -> float:
    """Bilinear, by the book."""
    left, top, total = math.floor(x), math.floor(y), 0.0
    for column, row in product((left, left + 1), (top, top + 1)):
        if 0 <= column < 28 and 0 <= row < 28:
            total += float(image[row, column]) * (1 - abs(x - column)) * (1 - abs(y - row))
    return total


def _moved(image: np.ndarray, matrix: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The image whose pixel p shows the old one at center + matrix (p - center) + shift."""
    new = np.empty((28, 28))
    for row, column in product(range(28), range(28)):
        x, y = matrix @ (column - CENTRE, row - CENTRE) + CENTRE + shift
        new[row, column] = _level(image, x, y)
    return new


def _maps(limits: Augmentation, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The maps of the digits as their amounts stand in ``augment``."""
    amounts = augmentation._amounts(limits, 3, 5, count)
    return [(amounts[:4, i].reshape(2, 2), amounts[4:, i]) for i in range(count)]


def test_without_any_limit_nothing_changes() -> None:
    np.testing.assert_array_equal(_one_way(), IMAGES)


@pytest.mark.parametrize(
    "limits",
    [
        {"rotation": 25.0}, {"zoom": 0.3}, {"shift": 4.0}, {"shear": 20.0},
        {"rotation": 180.0, "zoom": 0.9, "shift": 14.0, "shear": 60.0},
    ],
)  # fmt: skip
def test_every_pixel_shows_the_old_level_of_its_place(limits: dict[str, float]) -> None:
    got, maps = _one_way(**limits), _maps(Augmentation(**limits), 4)
    for image, changed, (matrix, shift) in zip(IMAGES, got, maps, strict=False):
        wanted = _moved(image, matrix, shift)
        # Places in float32 are exact to 1e-5 of a pixel.
        assert abs(changed - wanted).max() <= 0.5 + 0.01
    assert not np.array_equal(got, IMAGES)


def test_each_limit_matches_its_name() -> None:
    (rotation, _), *_ = _maps(Augmentation(rotation=30), 1)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(2), atol=1e-12)
    (zoom, _), *_ = _maps(Augmentation(zoom=0.2), 1)
    assert zoom[0, 0] == zoom[1, 1]
    assert zoom[0, 1] == zoom[1, 0] == 0
    (shear, _), *_ = _maps(Augmentation(shear=30), 1)
    np.testing.assert_array_equal(shear[:, 0], (1, 0))
    assert shear[1, 1] == 1
    (still, shift), *_ = _maps(Augmentation(shift=2), 1)
    np.testing.assert_array_equal(still, np.eye(2))
    assert 0 < abs(shift[0]) <= 2


def test_amounts_are_spread_evenly_between_the_limits() -> None:
    limits = Augmentation(rotation=10, zoom=0.1, shift=3)
    maps = _maps(limits, 4000)
    angles = np.degrees([np.arctan2(matrix[1, 0], matrix[0, 0]) for matrix, _ in maps])
    zooms = [1 / math.sqrt(np.linalg.det(matrix)) - 1 for matrix, _ in maps]
    x, y = np.transpose([shift for _, shift in maps])
    for drawn, limit in ((angles, 10), (zooms, 0.1), (x, 3), (y, 3)):
        counts, _ = np.histogram(drawn, bins=10, range=(-limit, limit))
        assert counts.sum() == 4000
        # 9 degrees of freedom; 27.9 is passed once in a thousand.
        assert ((counts - 400) ** 2 / 400).sum() < 27.9
    drawn = np.corrcoef([angles, zooms, x, y]) - np.eye(4)
    assert abs(drawn).max() < 0.06


@pytest.mark.parametrize("smoothness", [0.5, 4.0, 14.0])
def test_the_longest_displacement_is_the_limit(smoothness: float) -> None:
    limits = Augmentation(elastic=3, smoothness=smoothness)
    x, y = augmentation._displacements(limits, 3, 5, 1, BLOCK)
    longest = np.sqrt(x**2 + y**2).max(axis=(1, 2))
    np.testing.assert_allclose(longest, 3, rtol=1e-5)
    assert abs(x.mean()) < 0.5
    assert abs(np.corrcoef(x.ravel(), y.ravel())[0, 1]) < 0.2
    # Smooth: from one pixel to the next it moves by a part of its deviation over smoothness.
    assert np.diff(x, axis=2).std() < 1.5 * x.std() / smoothness


def test_the_field_is_the_noise_smoothed_by_a_gaussian() -> None:
    kernel = augmentation._gaussian(4.0)
    np.testing.assert_array_equal(kernel, kernel.T)
    middle = kernel[14] / kernel[14, 14]
    np.testing.assert_allclose(middle, np.exp(-((np.arange(28) - 14) ** 2) / 32), atol=1e-5)
    # Sums of both smoothings are exact: whole numbers, whatever the order of adding them up.
    assert (kernel == np.rint(kernel)).all()
    assert 255 * augmentation._gaussian(14.0).sum(axis=0).max() ** 2 < 2**53


def test_elastic_digits_stay_near_where_they_were() -> None:
    got = _one_way(elastic=1.5)
    assert not np.array_equal(got, IMAGES)
    ink, before = got.sum(axis=(1, 2), dtype=float), IMAGES.sum(axis=(1, 2), dtype=float)
    assert 0.8 < (ink / before).mean() < 1.2


def test_a_digit_depends_on_seed_step_and_its_place_alone() -> None:
    whole = augmented(IMAGES, ALL, seed=3, step=5)
    for count in (1, BLOCK - 1, BLOCK, BLOCK + 1, 99):
        np.testing.assert_array_equal(augmented(IMAGES[:count], ALL, 3, 5), whole[:count])
    others = IMAGES.copy()
    others[:20] = 0
    np.testing.assert_array_equal(augmented(others, ALL, 3, 5)[20:], whole[20:])
    for seed, step in ((4, 5), (3, 6)):
        assert not np.array_equal(augmented(IMAGES, ALL, seed, step), whole)
    twins = augmented(np.stack([IMAGES[0]] * 40), ALL, 3, 5)
    assert len({twin.tobytes() for twin in twins}) == 40


def test_the_originals_are_left_alone() -> None:
    before = IMAGES.copy()
    assert augmented(IMAGES, ALL, 3, 5).flags.writeable
    np.testing.assert_array_equal(IMAGES, before)


def test_after_a_cancel_the_rest_stays_unchanged() -> None:
    answers = iter((True, False))
    got = augmented(IMAGES, ALL, 3, 5, lambda: next(answers))
    np.testing.assert_array_equal(got[:BLOCK], augmented(IMAGES, ALL, 3, 5)[:BLOCK])
    np.testing.assert_array_equal(got[BLOCK:], IMAGES[BLOCK:])


def test_a_batch_may_be_empty() -> None:
    assert augmented(IMAGES[:0], ALL, 3, 5).shape == (0, 28, 28)


def test_the_changes_are_pinned() -> None:
    got = augmented(IMAGES[:20], ALL, seed=42, step=7)
    # Another processor's sine may round a place, and that a level, otherwise.
    assert abs(got.sum(dtype=int) - CHECKSUM) < 20
