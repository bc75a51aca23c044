"""Cached predictions come back as they were, and never for other weights."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import tensors
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.own_image_predictions import load, name_of, save


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run with weights."""
    made = tmp_path / "20260102-030405-abcd"
    made.mkdir()
    (made / WEIGHTS).write_bytes(b"weights")
    return made


def predictions(count: int) -> dict[bytes, np.ndarray]:
    images = np.arange(count * 784, dtype=np.uint32).astype(np.uint8).reshape(count, 28, 28)
    images[:, 0, 0] = np.arange(count)
    logits = np.random.default_rng(1).normal(size=(count, 10))
    return {name_of(image): row for image, row in zip(images, logits, strict=True)}


def the_file() -> Path:
    (found,) = paths.own_image_cache().iterdir()
    return found


@pytest.mark.parametrize("count", [0, 1, 3])
def test_predictions_come_back_bit_for_bit_in_their_order(folder: Path, count: int) -> None:
    stored = predictions(count)
    assert len(stored) == count
    save(folder, stored)
    found = load(folder)
    assert list(found) == list(stored)
    for name, row in stored.items():
        assert found[name].dtype == np.float64
        np.testing.assert_array_equal(found[name], row)


def test_without_a_file_there_are_none(folder: Path) -> None:
    assert load(folder) == {}


def test_other_weights_have_other_predictions(folder: Path) -> None:
    save(folder, predictions(2))
    (folder / WEIGHTS).write_bytes(b"other weights")
    assert load(folder) == {}
    (folder / WEIGHTS).write_bytes(b"weights")
    assert len(load(folder)) == 2


def test_runs_have_files_of_their_own(folder: Path, tmp_path: Path) -> None:
    save(folder, predictions(2))
    assert the_file().name.startswith(f"{folder.name}-")
    other = tmp_path / "20260102-030405-efgh"
    other.mkdir()
    (other / WEIGHTS).write_bytes(b"weights")
    assert load(other) == {}


def test_the_name_of_an_image_is_that_of_its_pixels() -> None:
    image = np.zeros((28, 28), np.uint8)
    assert len(name_of(image)) == 16
    other = image.copy()
    other[27, 27] = 1
    assert name_of(image) == name_of(image.copy()) != name_of(other)


@pytest.mark.parametrize("lacking", ["names", "logits"])
def test_a_damaged_file_is_computed_again(
    folder: Path, lacking: str, caplog: pytest.LogCaptureFixture
) -> None:
    save(folder, predictions(2))
    arrays = dict(tensors.load(the_file()).arrays)
    del arrays[lacking]
    tensors.save(the_file(), arrays)
    assert load(folder) == {}
    assert "Recomputing predictions" in caplog.text
    the_file().write_bytes(b"not tensors")
    assert load(folder) == {}


def test_names_that_do_not_fit_the_logits_are_computed_again(folder: Path) -> None:
    save(folder, predictions(2))
    arrays = dict(tensors.load(the_file()).arrays)
    tensors.save(the_file(), arrays | {"logits": arrays["logits"][:1]})
    assert load(folder) == {}


def test_a_run_without_weights_has_no_predictions(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    with pytest.raises(StoreError, match="is missing"):
        load(folder)


def test_a_file_is_named_by_the_hash_of_the_weights(folder: Path) -> None:
    save(folder, predictions(1))
    assert (
        the_file().name
        == f"{folder.name}-{hashlib.sha256(b'weights').hexdigest()[:16]}.safetensors"
    )
