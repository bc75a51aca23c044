import json
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.errors import StoreError
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
