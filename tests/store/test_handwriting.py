"""Generated digits are made once, and damage of their file costs only time."""

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink import style_samples
from mnist_studio.store import handwriting


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The first and the last of the images that were made, for every call."""
    calls: list[tuple[int, int]] = []

    def recorded(count: int, seed: int, first: int = 0) -> LabeledImages:
        if count:
            calls.append((first, count))
        places = np.arange(first, count)
        images = (
            np.zeros((len(places), 28, 28), np.uint8)
            + (places + seed).astype(np.uint8)[:, None, None]
        )
        return LabeledImages(images, (places % 10).astype(np.uint8))

    monkeypatch.setattr(style_samples, "labeled_images", recorded)
    return calls


def test_only_missing_images_are_made(made: list[tuple[int, int]]) -> None:
    for count in (5, 5, 3, 8, 9, 9):
        found = handwriting.labeled_images(count, 40)
        assert found.images[:, 0, 0].tolist() == [40 + place for place in range(count)]
        assert found.labels.tolist() == list(range(count))
    assert made == [(0, 5), (5, 8), (8, 9)]
    assert handwriting.labeled_images(2, 60).images[0, 0, 0] == 60


def test_a_damaged_file_is_replaced(made: list[tuple[int, int]]) -> None:
    handwriting.labeled_images(3, 41)
    (file,) = paths.handwriting_cache().glob("*-41.safetensors")
    file.write_bytes(file.read_bytes()[:-1])
    for _ in range(2):
        assert len(handwriting.labeled_images(3, 41)) == 3
    assert made == [(0, 3), (0, 3)]


def test_images_of_another_version_are_not_used(
    made: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    handwriting.labeled_images(3, 42)
    monkeypatch.setattr(style_samples, "VERSION", style_samples.VERSION + 1)
    handwriting.labeled_images(3, 42)
    assert made == [(0, 3), (0, 3)]
