"""What the studio knows of real digits, and that damage is noticed."""

from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import known_digits
from mnist_studio.store.artefacts import WEIGHTS
from mnist_studio.store.known_digits import FILE, KnownDigits


@pytest.fixture
def kept(tmp_path: Path) -> KnownDigits:
    (tmp_path / "robust").mkdir()
    (tmp_path / "robust" / WEIGHTS).write_bytes(b"weights")
    two = np.array([[255, 0], [0, 255]], np.uint8)
    known = KnownDigits(
        model="robust",
        layer="max_pool2",
        features=two,
        labels=np.array([3, 4], np.uint8),
        indices=np.array([10, 20], np.int32),
        distances=np.array([0.1, 0.2], np.float32),
    )
    known_digits.save(tmp_path, known)
    return known


def test_what_is_kept_comes_back(tmp_path: Path, kept: KnownDigits) -> None:
    found = known_digits.load(tmp_path)
    assert (found.model, found.layer) == ("robust", "max_pool2")
    for name in ("features", "labels", "indices", "distances"):
        np.testing.assert_array_equal(getattr(found, name), getattr(kept, name))


def test_a_changed_byte_is_refused(tmp_path: Path, kept: KnownDigits) -> None:
    content = bytearray((tmp_path / FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as told:
        known_digits.load(tmp_path)
    assert told.value.remedy == "Install MNIST Studio again."


def test_features_of_other_weights_are_refused(tmp_path: Path, kept: KnownDigits) -> None:
    (tmp_path / "robust" / WEIGHTS).write_bytes(b"others")
    with pytest.raises(StoreError, match="another model"):
        known_digits.load(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=FILE):
        known_digits.load(tmp_path)


def test_what_comes_with_the_studio_can_be_used() -> None:
    found = known_digits.load(paths.resources() / "models")
    assert np.bincount(found.labels).tolist() == [60] * 10
    assert found.features.shape == (600, 800)
    assert len(found.distances) == 5000
    assert (np.diff(found.distances) >= 0).all()
