"""What the studio knows of real digits, and that damage is noticed."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import known_digits, tensors
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.known_digits import FILE, KnownDigits, KnownOutlines


@pytest.fixture
def kept(tmp_path: Path) -> KnownDigits:
    (tmp_path / "robust").mkdir()
    (tmp_path / "robust" / WEIGHTS).write_bytes(b"weights")
    known = KnownDigits(
        model="robust",
        layer="max_pool2",
        mean=np.array([0.5, 0.25, 0], np.float32),
        axes=np.eye(2, 3, dtype=np.float32),
        features=np.array([[0.5, 0], [0, -0.25]], np.float32),
        lengths=np.array([0.5, 0.25], np.float32),
        labels=np.array([3, 4], np.uint8),
        indices=np.array([10, 20], np.int32),
        distances=np.array([0.1, 0.2], np.float32),
        shapes=np.ones((10, 6, 6), np.int32),
        strangeness=np.array([0.01, 0.5]),
    )
    known_digits.save(tmp_path, known)
    return known


def test_stored_digits_are_loaded_unchanged(tmp_path: Path, kept: KnownDigits) -> None:
    found = known_digits.load(tmp_path)
    assert (found.model, found.layer) == ("robust", "max_pool2")
    for field in fields(KnownDigits):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(kept, field.name))
    assert found.features.dtype == np.float32


def test_outlines_are_stored_and_may_be_missing(tmp_path: Path, kept: KnownDigits) -> None:
    assert known_digits.load(tmp_path).outlines is None
    outlines = KnownOutlines(np.arange(6.0), np.eye(6), np.array([0.5, 2.0]))
    known_digits.save(tmp_path, replace(kept, outlines=outlines))
    found = known_digits.load(tmp_path).outlines
    assert found is not None
    for field in fields(KnownOutlines):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(outlines, field.name))


def test_a_changed_byte_is_refused(tmp_path: Path, kept: KnownDigits) -> None:
    content = bytearray((tmp_path / FILE).read_bytes())
    content[-1] ^= 1
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as told:
        known_digits.load(tmp_path)
    assert told.value.remedy == "Reinstall MNIST Studio."


def test_features_of_other_weights_are_refused(tmp_path: Path, kept: KnownDigits) -> None:
    (tmp_path / "robust" / WEIGHTS).write_bytes(b"others")
    with pytest.raises(StoreError, match="different weights"):
        known_digits.load(tmp_path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=FILE):
        known_digits.load(tmp_path)


def test_what_comes_with_the_studio_can_be_used() -> None:
    found = known_digits.load(paths.resources() / "models")
    assert np.bincount(found.labels).tolist() == [540] * 10
    assert (found.features.shape, found.axes.shape) == ((5400, 96), (96, 800))
    assert len(found.distances) == len(found.strangeness) == 5000
    assert (np.diff(found.distances) >= 0).all()
    assert (np.diff(found.strangeness) >= 0).all()
    # All training digits, and the 600 that were stretched.
    assert found.shapes.sum() == 60_600
    assert found.outlines is not None
    assert len(found.outlines.distances) == found.shapes[0, 1, 1]
    # Nearly all zeros are one piece with one hole, and no one else is.
    assert found.shapes[:, 1, 1].argmax() == 0
    assert found.shapes[0, 1, 1] / found.shapes[0].sum() > 0.8


def test_each_problem_of_the_file_says_what_to_do(tmp_path: Path, kept: KnownDigits) -> None:
    stored = tensors.load(tmp_path / FILE)
    assert set(stored.notes) == {"model", "layer", "weights"}
    path = tmp_path / FILE
    wrong = f"{path} belongs to different weights than the model."
    outlines = {"outline_mean": np.zeros(6)}
    for arrays, notes in (
        ({**stored.arrays, **outlines}, stored.notes),
        ({name: one for name, one in stored.arrays.items() if name != "axes"}, stored.notes),
        (stored.arrays, stored.notes | {"weights": "0"}),
        (stored.arrays, {"model": "robust"}),
    ):
        tensors.save(path, arrays, notes)
        with pytest.raises(StoreError) as raised:
            known_digits.load(tmp_path)
        assert (raised.value.problem, raised.value.remedy) == (wrong, "Reinstall MNIST Studio.")
    tensors.save(path, stored.arrays, stored.notes | {"model": "gone"})
    with pytest.raises(StoreError, match=rf"{WEIGHTS} is missing"):
        known_digits.load(tmp_path)


def test_a_file_without_a_layer_or_a_model_is_read(tmp_path: Path, kept: KnownDigits) -> None:
    stored = tensors.load(tmp_path / FILE)
    notes = {name: note for name, note in stored.notes.items() if name != "layer"}
    tensors.save(tmp_path / FILE, stored.arrays, notes)
    assert known_digits.load(tmp_path).layer == ""
    (tmp_path / WEIGHTS).write_bytes(b"weights")
    notes = {"weights": stored.notes["weights"]}
    tensors.save(tmp_path / FILE, stored.arrays, notes)
    assert known_digits.load(tmp_path).model == ""


def test_features_are_stored_as_float16_and_outlines_as_float32(
    tmp_path: Path, kept: KnownDigits
) -> None:
    outlines = KnownOutlines(np.arange(6.0), np.eye(6), np.array([0.5, 2.0]))
    assert known_digits.save(tmp_path, replace(kept, outlines=outlines)) == tmp_path / FILE
    arrays = tensors.load(tmp_path / FILE).arrays
    assert arrays["features"].dtype == np.float16
    assert {name: array.dtype for name, array in arrays.items() if name.startswith("outline")} == {
        "outline_mean": np.float32, "outline_scaling": np.float32, "outline_distances": np.float32,
    }  # fmt: skip
    found = known_digits.load(tmp_path)
    assert found.outlines is not None
    assert found.outlines.mean.dtype == np.float64
