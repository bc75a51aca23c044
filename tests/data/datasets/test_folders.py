import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import folders, idx
from mnist_studio.errors import DataError
from tests.data.conftest import Small


def read(folder: Path, small: Small) -> dict[str, bytes]:
    found = folders.locate(folder, small.catalog)
    return {file.name: raw for file, raw in folders.raw_files(found, small.catalog)}


def keras_arrays(small: Small) -> dict[str, np.ndarray]:
    keys = ("x_train", "y_train", "x_test", "y_test")
    files = small.catalog.files
    return {
        key: idx.parse(small.raw[file.name], key, 3 if key[0] == "x" else 1)
        for key, file in zip(keys, files, strict=True)
    }


@pytest.mark.parametrize("beneath", ["", "MNIST/raw", "raw", "mnist"])
def test_idx_files_are_found(small: Small, tmp_path: Path, beneath: str) -> None:
    small.write(tmp_path / beneath)
    assert read(tmp_path, small) == small.raw


def test_dotted_and_packed_files_are_found(small: Small, folder: Path) -> None:
    for path in list(folder.iterdir()):
        packed = gzip.compress(path.read_bytes())
        path.with_name(path.name.replace("-idx", ".idx") + ".gz").write_bytes(packed)
        path.unlink()
    assert read(folder, small) == small.raw


@pytest.mark.parametrize("name", ["mnist.npz", "datasets/mnist.npz", ".keras/datasets/mnist.npz"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_keras_left_is_found(
    small: Small, tmp_path: Path, name: str, save: Callable[..., None]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, **keras_arrays(small))
    assert read(tmp_path, small) == small.raw
    assert read(path, small) == small.raw


def test_a_missing_folder_is_reported(small: Small, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none does not exist"):
        read(tmp_path / "none", small)


def test_an_empty_folder_is_reported_with_what_is_expected(small: Small, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not contain MNIST") as caught:
        read(tmp_path, small)
    assert "torchvision" in caught.value.remedy
    assert "Keras" in caught.value.remedy


def test_the_missing_file_is_named(small: Small, folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="does not contain t10k-labels-idx1-ubyte"):
        read(folder, small)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_truncated_file_is_named(small: Small, folder: Path, name: str) -> None:
    (folder / name).write_bytes(small.raw[name][:-3])
    with pytest.raises(DataError, match=f"{name} is damaged: it unpacks to"):
        read(folder, small)


def test_a_flipped_bit_is_seen(small: Small, folder: Path) -> None:
    name = "train-labels-idx1-ubyte"
    content = bytearray(small.raw[name])
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name} is damaged: its checksum"):
        read(folder, small)


def test_swapped_files_are_seen(small: Small, folder: Path) -> None:
    labels = small.raw["t10k-labels-idx1-ubyte"]
    (folder / "train-labels-idx1-ubyte").write_bytes(labels)
    with pytest.raises(DataError, match="train-labels-idx1-ubyte is damaged"):
        read(folder, small)


def archive(tmp_path: Path, **arrays: np.ndarray) -> Path:
    np.savez(tmp_path / "mnist.npz", allow_pickle=True, **arrays)
    return tmp_path


def test_an_archive_without_its_arrays_is_reported(small: Small, tmp_path: Path) -> None:
    arrays = keras_arrays(small)
    del arrays["y_test"]
    with pytest.raises(DataError, match="does not contain the arrays of Keras' file"):
        read(archive(tmp_path, **arrays), small)


def test_an_archive_of_other_digits_is_reported(small: Small, tmp_path: Path) -> None:
    arrays = keras_arrays(small)
    arrays["x_test"][0, 0, 0] ^= 1
    with pytest.raises(DataError, match="its checksum"):
        read(archive(tmp_path, **arrays), small)


def test_an_archive_of_other_numbers_is_reported(small: Small, tmp_path: Path) -> None:
    arrays = keras_arrays(small)
    arrays["x_test"] = arrays["x_test"].astype(np.float32)
    with pytest.raises(DataError, match="not bytes"):
        read(archive(tmp_path, **arrays), small)


def test_a_pickle_in_an_archive_is_not_run(small: Small, tmp_path: Path) -> None:
    arrays = keras_arrays(small)
    arrays["y_test"] = np.array([print], dtype=object)
    with pytest.raises(DataError, match="incomplete or damaged"):
        read(archive(tmp_path, **arrays), small)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"nothing of the kind"])
def test_a_broken_archive_is_reported(small: Small, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"mnist\.npz is damaged"):
        read(tmp_path, small)


def test_an_archive_that_unpacks_to_too_much_is_refused(small: Small, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("x_train.npy", bytes(1_000_000))
    with pytest.raises(DataError, match="would unpack to 1,000,000 bytes"):
        read(tmp_path, small)
