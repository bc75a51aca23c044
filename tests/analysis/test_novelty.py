"""How strange is strange."""

import numpy as np
import pytest

from mnist_studio.analysis import novelty
from mnist_studio.store.known_digits import KnownDigits

KNOWN = KnownDigits(
    model="a",
    layer="b",
    features=np.tile(np.array([[255, 0, 0], [0, 255, 0]], np.uint8), (5, 1)),
    labels=np.arange(10, dtype=np.uint8),
    indices=np.arange(10, dtype=np.int32),
    distances=np.linspace(0.0, 0.9, 10, dtype=np.float32),
)


def test_only_directions_count() -> None:
    far = novelty.distances(KNOWN, np.array([[1, 0, 0], [0, 9, 0], [0, 0, 2], [0, 0, 0]]))
    np.testing.assert_allclose(far, [0, 0, 2**0.5, 2**0.5], atol=1e-6)


@pytest.mark.parametrize(("distance", "share"), [(0.0, 1.0), (0.45, 6 / 11), (2.0, 1 / 11)])
def test_shares_fall_with_the_distance_and_stay_above_nothing(
    distance: float, share: float
) -> None:
    assert novelty.shares(KNOWN, np.array([distance])) == pytest.approx([share])


class _Echo:
    """A network whose layer is the image."""

    def activations(self, images: np.ndarray) -> dict[str, np.ndarray]:
        return {"whole": images.astype(np.float32)}


def test_digits_are_learnt_with_the_distances_of_others() -> None:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (40, 28, 28)).astype(np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 10
    known = novelty.learnt(
        _Echo(),  # type: ignore[arg-type]
        ("a", "whole"),
        (images[:20], labels[:20]),
        range(5, 15),
        images[20:],
    )
    assert known.labels.tolist() == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]
    assert known.features.shape == (10, 784)
    assert known.features.max() == 255
    again = novelty.distances(known, images[20:].reshape(20, -1))
    np.testing.assert_allclose(np.sort(again), known.distances, atol=1e-6)
    assert novelty.distances(known, np.ones((1, 784)))[0] == pytest.approx(
        float(np.sort(_angles(images[5:15]))[:5].mean()), abs=2e-3
    )


def _angles(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), -1).astype(float)
    cosines = flat.sum(axis=1) / np.linalg.norm(flat, axis=1) / np.sqrt(784)
    return np.sqrt(2 - 2 * cosines)
