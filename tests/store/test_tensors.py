import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as serialize

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Array
from mnist_studio.store import tensors


@pytest.mark.parametrize(("kind", "size"), [("BF16", 2), ("F8_E4M3", 1), ("F8_E8M0", 1), ("F4", 1)])
def test_a_type_that_numpy_lacks_is_damage(tmp_path: Path, kind: str, size: int) -> None:
    shape = [2] if kind == "F4" else [1]
    entry = {"dtype": kind, "shape": shape, "data_offsets": [0, size]}
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(size))
    with pytest.raises(StoreError, match="is damaged"):
        tensors.load(path)


def test_a_huge_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    tensors.save(path, {"a": np.zeros(4)})
    monkeypatch.setattr(tensors, "LARGEST", 10)
    for load in (tensors.load, tensors.load_notes):
        with pytest.raises(StoreError, match=r"it has \d+ bytes"):
            load(path)


def test_each_damaged_part_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    tensors.save(path, {"a": np.zeros(4)}, {"unit": "meters"})
    content = path.read_bytes()
    assert tensors.load(path).notes == {"unit": "meters"}
    path.write_bytes(content.replace(b"meters", b"inches"))
    for load in (tensors.load, tensors.load_notes):
        with pytest.raises(StoreError, match="the hash of its metadata does not match") as caught:
            load(path)
        assert (str(path) in caught.value.problem, caught.value.remedy) == (True, TRAIN_AGAIN)
    path.write_bytes(content[:-1] + b"\1")
    with pytest.raises(StoreError, match="the hash of its content does not match"):
        tensors.load(path)


TRAIN_AGAIN = "Train this run again."


def test_a_file_has_hashes_of_content_and_notes(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    first: dict[str, Array] = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.arange(3)}
    tensors.save(path, first)
    plain = path.read_bytes()
    tensors.save(path, dict(reversed(first.items())))
    assert path.read_bytes() == plain
    assert (tensors.load(path).notes, tensors.load_notes(path)) == ({}, {})
    tensors.save(path, first, {"unit": "meters", "by": "me"})
    assert tensors.load_notes(path) == {"unit": "meters", "by": "me"}
    tensors.save(path, {"a": np.arange(6).reshape(2, 3)[:, ::-1]})
    np.testing.assert_array_equal(tensors.load(path).arrays["a"], [[2, 1, 0], [5, 4, 3]])


def test_hashes_distinguish_names_types_and_shapes() -> None:
    zeros = np.zeros(4, np.float32)
    hashes = [
        tensors._hash({"a": zeros}), tensors._hash({"b": zeros}),
        tensors._hash({"a": zeros.astype(np.int32)}), tensors._hash({"a": zeros.reshape(2, 2)}),
        tensors._hash({"a": zeros + 1}), tensors._hash({}),
    ]  # fmt: skip
    assert len({*hashes}) == len(hashes)
    assert tensors._hash({"a": zeros, "b": zeros}) == tensors._hash({"b": zeros, "a": zeros})
    # As earlier versions stored it.
    assert hashes[0] == hashlib.sha256(b"a float32 (4,)\n" + bytes(16)).hexdigest()


def test_a_file_without_hashes_of_notes_is_of_an_earlier_version(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    arrays = {"a": np.zeros(4)}
    header = {"sha256": tensors._hash(arrays), "unit": "meters"}
    path.write_bytes(serialize(arrays, header))
    assert tensors.load(path).notes == tensors.load_notes(path) == {"unit": "meters"}
    path.write_bytes(serialize(arrays, {"unit": "meters"}))
    with pytest.raises(StoreError, match="the hash of its content does not match"):
        tensors.load(path)
    path.write_bytes(serialize(arrays))
    assert tensors.load_notes(path) == {}


def test_a_file_may_be_as_large_as_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tensors.LARGEST == 1 << 32
    path = tmp_path / "a.safetensors"
    tensors.save(path, {"a": np.zeros(4)})
    size = path.stat().st_size
    monkeypatch.setattr(tensors, "LARGEST", size)
    assert len(tensors.load(path).arrays) == 1
    monkeypatch.setattr(tensors, "LARGEST", size - 1)
    with pytest.raises(StoreError) as raised:
        tensors.load(path)
    assert raised.value.problem == f"{path} is damaged: it has {size:,} bytes."
    assert raised.value.remedy == TRAIN_AGAIN


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    for load in (tensors.load, tensors.load_notes):
        with pytest.raises(StoreError, match=r"gone\.safetensors is missing"):
            load(tmp_path / "gone.safetensors")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="could not be written"):
        tensors.save(tmp_path / "file" / "a.safetensors", {})
