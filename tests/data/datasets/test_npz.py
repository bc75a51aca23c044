import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import npz

ARRAYS = {
    "images": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
    "labels": np.array([1.5, 2.5], ">f4"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.npz"


def npy(array: np.ndarray) -> bytes:
    target = io.BytesIO()
    np.save(target, array)
    return target.getvalue()


def pack(path: Path, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("images.npy", content)


def refused(path: Path, largest: int = 10_000) -> str:
    with pytest.raises(npz.NpzError) as caught:
        npz.read_arrays(path, ("images",), largest)
    return str(caught.value)


def test_arrays_are_read_as_numpy_reads_them(path: Path) -> None:
    fortran = {"order": np.asfortranarray(ARRAYS["images"]), "empty": np.zeros((0, 5))}
    for save in (np.savez, np.savez_compressed):
        save(path, allow_pickle=False, **ARRAYS, **fortran)
        with np.load(path, allow_pickle=False) as archive:
            names = list(archive)
            for name, array in zip(names, npz.read_arrays(path, names, 10_000), strict=True):
                np.testing.assert_array_equal(array, archive[name])
                assert array.dtype == archive[name].dtype


def test_an_array_that_is_missing_is_named(path: Path) -> None:
    np.savez(path, allow_pickle=False, **ARRAYS)
    with pytest.raises(npz.ArrayMissing, match=r"^y$"):
        npz.read_arrays(path, ("images", "y"), 10_000)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(path: Path, method: int) -> None:
    pack(path, npy(ARRAYS["images"]), method)
    assert "unsupported compression method" in refused(path)


def test_an_unknown_compression_is_refused(path: Path) -> None:
    pack(path, npy(ARRAYS["images"]), zipfile.ZIP_STORED)
    content = path.read_bytes()
    # The method is at byte 8 of the entry and at byte 10 of the directory.
    directory = content.index(b"PK\x01\x02")
    for place in (8, directory + 10):
        content = content[:place] + b"\x63\x00" + content[place + 2 :]
    path.write_bytes(content)
    assert "compression" in refused(path)


def test_a_password_is_refused(path: Path) -> None:
    pack(path, npy(ARRAYS["images"]), zipfile.ZIP_STORED)
    content = path.read_bytes()
    directory = content.index(b"PK\x01\x02")
    path.write_bytes(content[: directory + 8] + b"\x01" + content[directory + 9 :])
    assert "password" in refused(path)


def test_sizes_are_checked_before_unpacking(path: Path) -> None:
    pack(path, bytes(10_001))
    assert refused(path) == "it would unpack to 10,001 bytes"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(npz.MOST_ENTRIES + 1):
            archive.writestr(f"{number}.npy", b"")
    assert refused(path) == "it has 65 entries, more than 64"
    with path.open("r+b") as file:
        file.truncate(10_001 + (1 << 20))
    assert refused(path) == "it has 1,058,577 bytes"


def header(text: str) -> bytes:
    padded = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing of the kind",
        npy(ARRAYS["images"])[:-1],
        npy(ARRAYS["images"]) + b"x",
        npy(ARRAYS["images"])[:40],
        b"\x93NUMPY\x09\x00",
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999, 99999999)}"),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 4)}"),
        header("{'descr': '|V0', 'fortran_order': False, 'shape': (9,)}"),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (0,)}"),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999)}"),
        header("{'descr': [('a', '|u1', 99999999999)], 'fortran_order': False, 'shape': (1,)}"),
        header("[" * 900),
        header("__import__('os')"),
        header("{" + "'a':1," * 900 + "}"),
        header("\0"),
    ],
)
def test_what_is_no_array_is_refused(path: Path, content: bytes) -> None:
    pack(path, content)
    assert refused(path) == "it is incomplete or damaged"


def test_a_pickle_is_not_run(path: Path) -> None:
    np.savez(path, allow_pickle=True, images=np.array([print], dtype=object))
    assert refused(path) == "it is incomplete or damaged"


def test_a_flipped_bit_is_seen_or_harmless(path: Path) -> None:
    pack(path, npy(ARRAYS["images"]))
    good = path.read_bytes()
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bad)
        try:
            (array,) = npz.read_arrays(path, ("images",), 10_000)
        except npz.NpzError:
            continue
        np.testing.assert_array_equal(array, ARRAYS["images"])


def test_a_missing_file_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        npz.read_arrays(path, ("images",), 10_000)
