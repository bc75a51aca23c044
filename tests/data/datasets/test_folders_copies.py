"""A damaged copy next to a good one, other layouts of folders, and files given as folders."""

import gzip
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import folders, idx
from mnist_studio.data.datasets.catalog import MNIST, RawFile
from mnist_studio.data.datasets.sources import check_folder, load, load_test, read_test_folder
from mnist_studio.errors import DataError
from tests.data.conftest import Small

NAME = "train-images-idx3-ubyte"
PAGE = b"<!DOCTYPE html><html><title>Sign in to this network</title></html>"


def pack(folder: Path, raw: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in raw.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))


def read(place: Path, small: Small) -> dict[str, bytes]:
    found = folders.locate(place, small.catalog)
    return {file.name: raw for file, raw in folders.raw_files(found, small.catalog)}


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "one byte": lambda content: content[:1],
    "half": lambda content: content[: len(content) // 2],
    "flipped": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "page": lambda content: PAGE,
}


@pytest.mark.parametrize("file", MNIST.files, ids=lambda file: file.name)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_raw_file_does_not_hide_the_good_archive(
    small: Small, tmp_path: Path, file: RawFile, damage: str
) -> None:
    pack(tmp_path, small.raw)
    (tmp_path / file.name).write_bytes(DAMAGES[damage](small.raw[file.name]))
    assert read(tmp_path, small) == small.raw
    (note,) = check_folder(tmp_path, small.catalog)
    assert note.startswith(f"{file.name} is damaged: it")
    assert note.endswith(f"MNIST Studio used {file.name}.gz instead.")
    assert load("mnist", tmp_path, small.catalog).notes == (note,)


def test_a_damaged_archive_does_not_hide_the_good_raw_file(small: Small, folder: Path) -> None:
    (folder / f"{NAME}.gz").write_bytes(gzip.compress(small.raw[NAME])[:50])
    assert read(folder, small) == small.raw
    (folder / NAME).rename(folder / NAME.replace("-idx", ".idx"))
    assert read(folder, small) == small.raw
    (note,) = check_folder(folder, small.catalog)
    assert note.startswith(f"{NAME}.gz is damaged: its archive is incomplete")


def test_without_a_good_copy_each_is_named(small: Small, folder: Path) -> None:
    (folder / NAME).write_bytes(small.raw[NAME][:99])
    (folder / f"{NAME}.gz").write_bytes(PAGE)
    with pytest.raises(DataError) as caught:
        read(folder, small)
    assert f"{NAME} is damaged: it unpacks to 99 bytes" in caught.value.problem
    assert f"{NAME}.gz is damaged: it is a web page." in caught.value.problem


def test_keras_archive_replaces_a_damaged_file(small: Small, folder: Path) -> None:
    keys = ("x_train", "y_train", "x_test", "y_test")
    arrays = {
        key: idx.parse(small.raw[file.name], key, 3 if key[0] == "x" else 1)
        for key, file in zip(keys, small.catalog.files, strict=True)
    }
    np.savez(folder / "mnist.npz", allow_pickle=False, **arrays)
    (folder / NAME).write_bytes(b"")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    assert read(folder, small) == small.raw
    (note,) = check_folder(folder, small.catalog)
    assert note.endswith("MNIST Studio used mnist.npz instead.")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("dotted", [True, False])
def test_kaggles_folders_are_found(
    small: Small, tmp_path: Path, packed: bool, dotted: bool
) -> None:
    for name, content in small.raw.items():
        spelled = name.replace("-idx", ".idx") if dotted else name
        place = tmp_path / spelled
        place.mkdir()
        file = place / (f"{spelled}.gz" if packed else spelled)
        file.write_bytes(gzip.compress(content) if packed else content)
    assert read(tmp_path, small) == small.raw
    assert len(read_test_folder(tmp_path)) == 20


@pytest.mark.parametrize("beneath", ["data", "archive", "some/raw"])
def test_a_folder_one_level_deeper_is_found(small: Small, tmp_path: Path, beneath: str) -> None:
    (tmp_path / "another").mkdir()
    small.write(tmp_path / beneath)
    assert read(tmp_path, small) == small.raw
    assert len(read_test_folder(tmp_path)) == 20


def test_the_folder_whose_files_match_is_taken(small: Small, tmp_path: Path) -> None:
    small.write(tmp_path / "mnist-copy")
    other = {name: content[:-1] + b"\0" for name, content in small.raw.items()}
    for name, content in other.items():
        (tmp_path / "fashion").mkdir(exist_ok=True)
        (tmp_path / "fashion" / name).write_bytes(content)
    assert read(tmp_path, small) == small.raw
    # Without checksums nobody knows which is meant.
    with pytest.raises(DataError, match="several datasets: fashion and mnist-copy"):
        read_test_folder(tmp_path)


@pytest.mark.parametrize("name", [NAME, "t10k-labels-idx1-ubyte"])
@pytest.mark.parametrize("packed", [True, False])
def test_one_of_the_files_leads_to_the_others(
    small: Small, tmp_path: Path, name: str, packed: bool
) -> None:
    if packed:
        pack(tmp_path, small.raw)
    else:
        small.write(tmp_path)
    file = tmp_path / (f"{name}.gz" if packed else name)
    assert read(file, small) == small.raw
    assert len(load_test("mnist", file, small.catalog)) == 20
    assert len(read_test_folder(file)) == 20


def test_a_single_file_is_not_enough(small: Small, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(small.raw[NAME])
    with pytest.raises(DataError, match="does not contain train-labels"):
        read(tmp_path / NAME, small)
    with pytest.raises(DataError, match=r"does not contain t10k-images.* and t10k-labels"):
        read_test_folder(tmp_path / NAME)


def archives(folder: Path, small: Small) -> dict[str, str]:
    """Files of several kinds, and what is said of each."""
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr(NAME, small.raw[NAME])
    with tarfile.open(folder / "mnist.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo(NAME), io.BytesIO())
    (folder / "mnist.tar.gz").write_bytes(gzip.compress((folder / "mnist.tar").read_bytes()))
    contents = {
        "page.gz": PAGE,
        "empty": b"",
        "train.csv": b"label,pixel0,pixel1,pixel2\n1,0,0,0\n",
        "mnist.pkl.gz": gzip.compress(b"\x80\x02cnumpy"),
        "mnist.7z": b"7z\xbc\xaf\x27\x1c",
        "notes.txt": b"notes",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {
        "archive.zip": "is a ZIP archive, not a folder",
        "mnist.tar": "is a tar archive, not a folder",
        "mnist.tar.gz": "is a gzipped tar archive, not a folder",
        "page.gz": "is a web page",
        "empty": "is empty",
        "train.csv": "is a table of comma-separated values",
        "mnist.pkl.gz": "is a Python pickle",
        "mnist.7z": "is a 7-Zip archive, not a folder",
        "notes.txt": "is not an MNIST file",
    }


def test_other_files_are_told_as_what_they_are(small: Small, tmp_path: Path) -> None:
    for name, words in archives(tmp_path, small).items():
        for reader in (lambda path: read(path, small), read_test_folder):
            with pytest.raises(DataError) as caught:
                reader(tmp_path / name)
            assert f"{tmp_path / name} {words}" in caught.value.problem
            unpack = "Unpack it" in caught.value.remedy
            assert unpack == ("not a folder" in words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("archive.zip", "but it contains the archive archive.zip, which you can unpack"),
        ("MNIST.TAR.GZ", "but it contains the archive MNIST.TAR.GZ, which you can unpack"),
        ("train.csv", "but it contains the table train.csv, which has another format"),
    ],
)
def test_what_a_folder_has_instead_is_named(
    small: Small, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match=f"does not contain MNIST, {words}"):
        read(tmp_path, small)
    with pytest.raises(DataError, match=words):
        read_test_folder(tmp_path)


def test_a_web_page_in_place_of_each_file_is_told(small: Small, tmp_path: Path) -> None:
    pack(tmp_path, small.raw)
    for name in small.raw:
        file = tmp_path / f"{name}.gz"
        good = file.read_bytes()
        for page in (PAGE, PAGE * 2000, gzip.compress(PAGE)):
            file.write_bytes(page)
            with pytest.raises(DataError, match=f"{name}.gz is damaged: it is a web page"):
                read(tmp_path, small)
        file.write_bytes(PAGE)
        if name.startswith("t10k"):
            with pytest.raises(DataError, match=f"{name}.gz is damaged: .* a web page"):
                read_test_folder(tmp_path)
        file.write_bytes(good)


def test_an_archive_of_keras_that_is_none_is_told(small: Small, tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    kinds = ((PAGE, "it is a web page"), (b"", "it is empty"), (b"x", "not a NumPy archive"))
    for content, words in kinds:
        path.write_bytes(content)
        with pytest.raises(DataError, match=f"mnist.npz is damaged: {words}|{words}"):
            read(path, small)


def test_a_damaged_test_file_does_not_hide_the_good_one(small: Small, tmp_path: Path) -> None:
    pack(tmp_path, small.raw)
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        for size in (0, 7, 1000):
            (tmp_path / name).write_bytes(small.raw[name][: min(size, len(small.raw[name]) - 1)])
            assert len(read_test_folder(tmp_path)) == 20


def test_images_and_labels_are_not_mixed_up(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx.build(np.zeros(3, np.uint8)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx.build(np.zeros(3, np.uint8)))
    with pytest.raises(DataError, match="not an IDX file with images, but one with labels"):
        read_test_folder(tmp_path)


def test_a_locked_folder_is_reported(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", locked)
    for reader in (lambda path: read(path, small), read_test_folder):
        with pytest.raises(DataError, match="do not have permission"):
            reader(tmp_path)


def test_a_folder_full_of_folders_is_still_read(small: Small, tmp_path: Path) -> None:
    for number in range(folders.MOST_FOLDERS + 20):
        (tmp_path / f"{number:04}").mkdir()
    small.write(tmp_path / "raw")
    assert read(tmp_path, small) == small.raw
    shutil.rmtree(tmp_path / "raw")
    with pytest.raises(DataError, match="does not contain MNIST"):
        read(tmp_path, small)


def test_the_test_set_of_an_archive_like_keras_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    images = np.full((3, 28, 28), 7, np.uint8)
    for labels in (np.arange(3, dtype=np.uint8), np.arange(3)):
        np.savez(path, allow_pickle=False, x_test=images, y_test=labels)
        given = read_test_folder(path)
        assert (given.images == 7).all()
        assert given.labels.tolist() == [0, 1, 2]
    wrong = {
        "not 28×28": (images[:, :9], labels),
        "3 images but 2 labels": (images, labels[:2]),
        "Labels must be 0 to 61": (images, labels + 62),
        "not bytes": (images, labels + 300),
        "float64": (images / 255, labels),
        "pixels": (images[0, 0, 0], labels),
    }
    for problem, (pixels, classes) in wrong.items():
        np.savez(path, allow_pickle=False, x_test=pixels, y_test=classes)
        with pytest.raises(DataError, match=rf"mine\.npz: .*{problem}"):
            read_test_folder(path)
    np.savez(path, allow_pickle=False, x_test=images)
    with pytest.raises(DataError, match=r"mine\.npz is damaged: .*y_test is missing"):
        read_test_folder(path)
