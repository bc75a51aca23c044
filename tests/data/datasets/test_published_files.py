"""Every dataset of the catalog from made files, wherever they were left, and told apart."""

import bz2
import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.data.datasets import idx, published_files, published_import, sources, usps
from mnist_studio.data.datasets.published import PUBLISHED
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.spec import datasets
from tests.data.datasets.made import Files, emnist_members, small_published, zipped


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_dataset_is_read_upright_with_labels_from_0_and_its_class_names(
    name: str, tmp_path: Path
) -> None:
    small, files, parts = small_published(name)
    notes = published_import.import_published(write(tmp_path / "x", files), small, known=(small,))
    assert notes == ()
    found = sources.load(name)
    assert found.class_names == datasets.CATALOG[name].class_names
    assert found.title == datasets.title(name)
    for got, made in ((found.train, parts["train"]), (found.test, parts["test"])):
        np.testing.assert_array_equal(got.labels, made.labels)
        if small.form != "usps":
            np.testing.assert_array_equal(got.images, made.images)
    assert sources.is_here(name)
    np.testing.assert_array_equal(sources.load_test(name).images, found.test.images)


def unpacked(files: Files) -> Files:
    return {name.removesuffix(".gz"): gzip.decompress(packed) for name, packed in files.items()}


@pytest.mark.parametrize(
    "where",
    ["", "FashionMNIST/raw/", "fashion-mnist/", "datasets/fashion-mnist/", "zip", "numbered"],
)
def test_files_are_found_wherever_torchvision_keras_or_a_browser_left_them(
    where: str, tmp_path: Path
) -> None:
    small, files, parts = small_published("fashion-mnist")
    if where == "zip":
        write(tmp_path, {"archive.zip": zipped(files)})
    elif where == "numbered":
        write(tmp_path, {n.replace(".gz", " (1).gz"): packed for n, packed in files.items()})
    else:
        write(tmp_path, {where + n: packed for n, packed in files.items()})
    found = published_files.read(tmp_path, small, known=(small,))
    np.testing.assert_array_equal(found.train.images, parts["train"].images)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "page": lambda content: b"<!DOCTYPE html><html>Sign in</html>",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["fashion-mnist", "qmnist", "usps", "emnist-letters"])
def test_a_damaged_file_does_not_hide_the_good_archive_next_to_it(
    name: str, damage: str, tmp_path: Path
) -> None:
    small, files, parts = small_published(name)
    if small.form == "emnist":
        files = emnist_members(parts, "letters")
    for packed, content in files.items():
        open_ = bz2.decompress if packed.endswith(".bz2") else gzip.decompress
        bad = packed.removesuffix(".gz").removesuffix(".bz2")
        folder = tmp_path / bad.replace("/", "-")
        write(folder, files)
        write(folder, {bad: DAMAGES[damage](open_(content))})
        found = published_files.read(folder, small, known=(small,))
        np.testing.assert_array_equal(found.test.labels, parts["test"].labels)
        np.testing.assert_array_equal(found.train.labels, parts["train"].labels)
        note = found.notes[0]
        assert note.startswith(f"{bad.rpartition('/')[2]} is damaged: ")
        assert note.endswith(f"MNIST Studio used {packed.rpartition('/')[2]} instead.")


def test_without_a_good_copy_each_is_named(tmp_path: Path) -> None:
    small, files, _ = small_published("fashion-mnist")
    name = "train-images-idx3-ubyte"
    write(tmp_path, files)
    write(tmp_path, {name: b"", f"{name}.gz": DAMAGES["page"](b"")})
    with pytest.raises(DataError) as caught:
        published_files.read(tmp_path, small, known=(small,))
    assert f"{name} is damaged: it is empty." in caught.value.problem
    assert f"{name}.gz is damaged: it is a web page." in caught.value.problem


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("archive", [True, False])
def test_kaggles_folder_for_each_file_is_found(packed: bool, archive: bool, tmp_path: Path) -> None:
    small, files, parts = small_published("fashion-mnist")
    like = replace(small, brightness=(0.0, 255.0))
    plain = files if packed else unpacked(files)
    own = {f"{name.removesuffix('.gz')}/{name}": content for name, content in plain.items()}
    write(tmp_path, {"archive.zip": zipped(own)} if archive else own)
    found = published_files.read(tmp_path, like, known=(like,))
    np.testing.assert_array_equal(found.train.images, parts["train"].images)


def test_files_that_emnists_archive_was_unpacked_to_are_found(tmp_path: Path) -> None:
    small, _, parts = small_published("emnist-letters")
    members = emnist_members(parts, "letters") | emnist_members(parts, "byclass")
    found = published_files.read(write(tmp_path, members), small, known=(small,))
    np.testing.assert_array_equal(found.test.labels, parts["test"].labels)
    assert "no published checksum" in found.notes[0]


def test_unpacked_files_are_checked_by_their_content(tmp_path: Path) -> None:
    small, files, _ = small_published("fashion-mnist")
    like = replace(small, brightness=(0.0, 255.0))
    found = published_files.read(write(tmp_path, unpacked(files)), like, known=(like,))
    assert "no published checksum" in found.notes[0]
    with pytest.raises(DataError, match="are not Fashion-MNIST: their checksums do not match"):
        published_files.read(tmp_path, small, known=(small,))
    with pytest.raises(DataError, match="have 30 and 20 images, not 31 and 20"):
        published_files.read(tmp_path, replace(like, train=31), known=(like,))


def test_files_of_another_dataset_with_the_same_names_are_named(
    tmp_path: Path, shared_mnist: Path
) -> None:
    fashion, files, _ = small_published("fashion-mnist")
    kana, _, _ = small_published("kuzushiji-mnist")
    other = replace(fashion, brightness=(0.0, 255.0))
    write(tmp_path, unpacked(files))
    with pytest.raises(DataError, match="are Fashion-MNIST's, not Kuzushiji-MNIST's") as caught:
        published_files.read(tmp_path, kana, known=(other, kana))
    assert "datasets import FOLDER --name fashion-mnist" in caught.value.remedy
    with pytest.raises(DataError, match="are MNIST's, not Fashion-MNIST's"):
        published_files.read(shared_mnist, PUBLISHED["fashion-mnist"])


def test_fashion_mnist_is_never_taken_for_mnist(tmp_path: Path) -> None:
    clothes = np.zeros((10_000, 28, 28), np.uint8)
    clothes[:, 6:24, 6:22] = 200  # As bright as clothes are.
    labels = (np.arange(10_000) % 10).astype(np.uint8)
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx.build(clothes))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx.build(labels))
    for attempt in (
        lambda: sources.load("mnist", tmp_path),
        lambda: published_import.import_mnist(tmp_path, lambda f: None, lambda: False),
    ):
        with pytest.raises(DataError, match="are Fashion-MNIST's, not MNIST's") as caught:
            attempt()
        assert "--name fashion-mnist" in caught.value.remedy


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_truncated_file_or_a_missing_one_is_named(name: str, tmp_path: Path) -> None:
    small, files, _ = small_published(name)
    first = next(iter(files))
    write(tmp_path / "cut", {**files, first: files[first][: len(files[first]) // 2]})
    with pytest.raises(DataError) as caught:
        published_files.read(tmp_path / "cut", small, known=(small,))
    assert caught.value.remedy
    with pytest.raises(DataError, match=f"does not contain {datasets.title(name)}"):
        published_files.read(write(tmp_path / "empty", {"x.txt": b""}), small)


def test_what_emnist_comes_as_besides_is_explained(tmp_path: Path) -> None:
    (tmp_path / "emnist-letters.mat").write_bytes(b"MATLAB 5.0")
    with pytest.raises(DataError, match=r"a MATLAB file\. Take EMNIST's file gzip\.zip"):
        published_files.read(tmp_path, PUBLISHED["emnist-letters"])


def test_an_import_can_be_canceled_and_leaves_nothing(tmp_path: Path) -> None:
    small, files, _ = small_published("qmnist")
    write(tmp_path / "x", files)
    with pytest.raises(CancelledByUser):
        published_import.import_published(tmp_path / "x", small, is_cancelled=lambda: True)
    assert not sources.is_here("qmnist")


def test_usps_keeps_its_shape_and_is_centered() -> None:
    levels = np.zeros((16, 16))
    levels[2:14, 7:9] = 1
    image = usps.image(levels)
    assert image.shape == (28, 28)
    assert image.max() == 255
    mass = image.sum(axis=0) @ np.arange(28) / image.sum(), image.sum(axis=1) @ np.arange(28)
    assert abs(mass[0] - 13.5) <= 0.5
    assert 15 <= np.count_nonzero(image.sum(axis=1)) <= 18  # 12 of 16 rows are 15 of 20.
