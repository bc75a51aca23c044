import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import features, tensors
from mnist_studio.store.artifacts import FEATURES, WEIGHTS
from mnist_studio.store.features import FeatureSource

SOURCE = FeatureSource(step=40, layer="relu1", digits="abc", count=3, engine="numpy")
VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert features.load(tmp_path, SOURCE) is None
    features.save(tmp_path, SOURCE, VECTORS)
    found = features.load(tmp_path, SOURCE)
    assert found is not None
    np.testing.assert_array_equal(found, VECTORS)


@pytest.mark.parametrize(
    "other",
    [
        replace(SOURCE, step=41),
        replace(SOURCE, layer="relu2"),
        replace(SOURCE, digits="x"),
        replace(SOURCE, count=4),
        replace(SOURCE, engine="keras"),
    ],
)
def test_of_another_source_there_are_none(tmp_path: Path, other: FeatureSource) -> None:
    features.save(tmp_path, SOURCE, VECTORS)
    assert features.load(tmp_path, other) is None


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / FEATURES).write_bytes(b"nothing of the kind")
    assert features.load(tmp_path, SOURCE) is None


def test_a_deleted_run_does_not_come_back(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no longer exists"):
        features.save(tmp_path / "gone", SOURCE, VECTORS)


def test_a_model_of_the_studio_is_not_written_to(models: Path, home: Path) -> None:
    folder = models / "one"
    folder.mkdir()
    (folder / WEIGHTS).write_bytes(b"weights")
    features.save(folder, SOURCE, VECTORS)
    assert [file.name for file in folder.iterdir()] == [WEIGHTS]
    assert len(list(paths.features_cache().iterdir())) == 1
    assert features.load(folder, SOURCE) is not None
    (folder / WEIGHTS).write_bytes(b"other weights")
    assert features.load(folder, SOURCE) is None


def test_the_file_of_a_bundled_model_has_the_hash_of_its_weights(models: Path) -> None:
    folder = models / "one"
    folder.mkdir()
    (folder / WEIGHTS).write_bytes(b"weights")
    features.save(folder, SOURCE, VECTORS)
    (file,) = paths.features_cache().iterdir()
    assert file.name == f"one-{hashlib.sha256(b'weights').hexdigest()[:16]}.safetensors"
    (folder / WEIGHTS).unlink()
    with pytest.raises(StoreError, match=rf"{WEIGHTS} is missing"):
        features.load(folder, SOURCE)


def test_a_file_has_its_source_as_notes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    features.save(tmp_path, SOURCE, VECTORS)
    stored = tensors.load(tmp_path / FEATURES)
    assert stored.notes == {
        "step": "40", "layer": "relu1", "digits": "abc", "count": "3", "engine": "numpy",
    }  # fmt: skip
    tensors.save(tmp_path / FEATURES, {"other": VECTORS}, stored.notes)
    assert features.load(tmp_path, SOURCE) is None
    (tmp_path / FEATURES).write_bytes(b"x")
    assert features.load(tmp_path, SOURCE) is None
    assert "Recomputing features" in caplog.text
    with pytest.raises(StoreError) as raised:
        features.save(tmp_path / "gone", SOURCE, VECTORS)
    assert raised.value.remedy == "Select another run."
