"""How strange is strange."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mnist_studio.analysis import novelty
from mnist_studio.store.known_digits import KnownDigits, KnownOutlines

CORNERS = np.tile(np.array([[1, 0, 0], [0, 1, 0]], np.float32), (5, 1))
MEAN = np.array([0.5, 0.5, 0], np.float32)
KNOWN = KnownDigits(
    model="a",
    layer="whole",
    mean=MEAN,
    axes=np.array([[1, -1, 0]], np.float32) / np.float32(2**0.5),
    features=((CORNERS - MEAN) @ np.array([[1], [-1], [0]]) / 2**0.5).astype(np.float32),
    lengths=np.full(10, 0.5, np.float32),
    labels=np.arange(10, dtype=np.uint8),
    indices=np.arange(10, dtype=np.int32),
    distances=np.linspace(0.0, 0.9, 10, dtype=np.float32),
    shapes=np.zeros((10, 6, 6), np.int32),
    strangeness=np.linspace(0.1, 1.0, 10),
)


def test_only_directions_count() -> None:
    far = novelty.distances(KNOWN, np.array([[1, 0, 0], [0, 9, 0]]))
    np.testing.assert_allclose(far, [0, 0], atol=1e-3)


def test_what_is_left_over_counts_as_if_at_right_angles() -> None:
    # Half of the squared length is the mean's, which the known digits do not leave over.
    far = novelty.distances(KNOWN, np.array([[0, 0, 2]]))
    np.testing.assert_allclose(far, [(1.5 + 0.5) ** 0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("distance", "rare", "share"),
    [
        (0.0, 1.0, 1.0),
        (0.45, 1.0, 6 / 11),
        (2.0, 1.0, 1 / 11),
        (0.0, 0.05, 3 / 11),
        (0.0, 0.0001, 1 / 11),
    ],
)
def test_shares_fall_with_both_looks_and_stay_above_nothing(
    distance: float, rare: float, share: float
) -> None:
    look = novelty.NoveltyScores(np.array([distance]), np.array([rare]))
    assert novelty.p_values(KNOWN, look) == pytest.approx([share])


def test_a_shape_is_as_rare_as_those_that_are_no_more_common() -> None:
    shapes = np.zeros((10, 6, 6), np.int32)
    shapes[0, 1, :3] = 9, 90, 0
    shapes[0, 2, 1] = 1
    ring = np.zeros((28, 28), np.uint8)
    ring[4:24, 4:24] = 255
    ring[6:22, 6:22] = 0
    eyes = ring.copy()
    eyes[10:12, 9:12] = eyes[10:12, 16:19] = 255
    images = np.stack([ring, np.where(np.arange(28) < 14, ring, 0), eyes])
    found = novelty.rarity(replace(KNOWN, shapes=shapes), images, np.zeros(3, np.int64))
    np.testing.assert_allclose(found, [1, 11 / 101, 1 / 101])


class _Echo:
    """A network whose layer is the image, and which takes everything for a 3."""

    def activations(self, images: np.ndarray) -> dict[str, np.ndarray]:
        logits = np.tile(np.arange(10) == 3, (len(images), 1)).astype(np.float32)
        return {"whole": images.astype(np.float32), "logits": logits}


def test_reference_images_have_the_strangeness_of_others() -> None:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (40, 28, 28)).astype(np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 10
    network: Any = _Echo()
    known = novelty.reference_images(
        network, ("a", "whole"), (images[:20], labels[:20]), range(5, 15), images[20:]
    )
    assert known.labels.tolist() == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]
    assert (known.axes.shape, known.features.shape) == ((10, 784), (10, 10))
    assert known.shapes.sum(axis=(1, 2)).tolist() == [2] * 10
    look = novelty.novelty_scores(known, network, images[20:])
    np.testing.assert_allclose(np.sort(look.distance), known.distances, atol=1e-6)
    assert novelty.p_values(known, look).min() == pytest.approx(2 / 21)
    # Axes and what is left over together are the whole distance, but for what two leave over in
    # common, of which a learned feature has none.
    again = novelty.distances(known, images[5:6].reshape(1, -1))
    assert again[0] == pytest.approx(float(np.sort(_angles(images[5:15]))[:5].mean()), abs=2e-3)


def _angles(images: np.ndarray) -> np.ndarray:
    """Distances of the first to all, of length 1."""
    flat = images.reshape(len(images), -1).astype(float)
    cosines = flat @ flat[0] / np.linalg.norm(flat, axis=1) / np.linalg.norm(flat[0])
    return np.asarray(np.sqrt(np.maximum(2 - 2 * cosines, 0)))


def test_only_rings_that_are_predicted_as_zero_have_an_outline() -> None:
    ring = np.zeros((28, 28), np.uint8)
    ring[4:24, 4:24] = 255
    ring[6:22, 6:22] = 0
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 12:16] = 255
    few = KnownOutlines(np.zeros(6), np.eye(6), np.linspace(0, 0.5, 99))
    known = replace(KNOWN, outlines=few)
    found = novelty.outlines(known, np.stack([ring, ring, bar]), np.array([0, 8, 0]))
    assert found[0] == 1 / 100
    assert np.isinf(found[1:]).all()
    assert np.isinf(novelty.outlines(KNOWN, ring[None], np.array([0]))).all()
    look = novelty.NoveltyScores(np.zeros(1), np.ones(1), found[:1])
    assert novelty.p_values(known, look) == pytest.approx([1 / 11])
