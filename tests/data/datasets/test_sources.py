import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths, settings
from mnist_studio.data.datasets import builtin, idx
from mnist_studio.data.datasets.sources import (
    check_folder,
    default_dataset,
    folder_problem,
    has_mnist,
    load,
    load_test,
    read_test_folder,
    require,
    usual_folder,
)
from mnist_studio.errors import DataError
from tests.data.conftest import Small


def test_a_named_folder_is_loaded(small: Small, folder: Path) -> None:
    dataset = load("mnist", folder, small.catalog)
    assert (dataset.name, dataset.title) == ("mnist", "MNIST")
    assert dataset.source == f"the folder {folder}"
    assert (len(dataset.train), len(dataset.test)) == (30, 20)
    assert idx.build(dataset.test.images) == small.raw["t10k-images-idx3-ubyte"]
    assert idx.build(dataset.train.labels) == small.raw["train-labels-idx1-ubyte"]
    assert len(dataset.fingerprint) == 64


def test_the_environment_comes_before_the_cache(
    small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(paths.mnist_cache())
    assert load("mnist", None, small.catalog).source == "the cache"
    monkeypatch.setenv(paths.DATA_VARIABLE, str(folder))
    assert paths.DATA_VARIABLE in load("mnist", None, small.catalog).source
    assert load("mnist", folder, small.catalog).source == f"the folder {folder}"


def test_the_folder_of_the_settings_comes_before_the_cache(
    small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(paths.mnist_cache())
    settings.save(settings.Settings(data_folder=str(folder)))
    assert load("mnist", None, small.catalog).source == f"the folder {folder} (settings)"
    assert usual_folder() == folder
    monkeypatch.setenv(paths.DATA_VARIABLE, str(folder))
    assert paths.DATA_VARIABLE in load("mnist", None, small.catalog).source
    monkeypatch.delenv(paths.DATA_VARIABLE)
    settings.save(settings.Settings(data_folder=str(folder / "gone")))
    with pytest.raises(DataError, match="gone does not exist") as caught:
        load("mnist", None, small.catalog)
    assert "remove it" in caught.value.remedy


def test_a_bad_named_folder_is_not_passed_over(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(paths.mnist_cache())
    with pytest.raises(DataError, match="none does not exist"):
        load("mnist", tmp_path / "none", small.catalog)
    monkeypatch.setenv(paths.DATA_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="nowhere does not exist") as caught:
        load("mnist", None, small.catalog)
    # It hides what was imported, so the way out is the variable.
    assert f"unset {paths.DATA_VARIABLE}" in caught.value.remedy


@pytest.mark.parametrize("kept", [0, 3])
def test_with_no_dataset_anywhere_the_error_lists_every_option(small: Small, kept: int) -> None:
    small.write(paths.mnist_cache())
    for name in list(small.raw)[kept:]:
        (paths.mnist_cache() / name).unlink()
    with pytest.raises(DataError, match="not on this computer") as caught:
        load("mnist", None, small.catalog)
    for way in ("Import", "download", "built-in"):
        assert way in caught.value.remedy


def test_the_built_in_digits_need_no_folder(tmp_path: Path) -> None:
    assert load("builtin", tmp_path / "none").name == "builtin"


def test_the_default_is_mnist_where_there_is_some(
    small: Small, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_dataset() == "builtin"
    assert not has_mnist()
    assert has_mnist(folder)
    assert not has_mnist(tmp_path / "none")
    small.write(paths.mnist_cache())
    assert default_dataset() == "mnist"
    shutil.rmtree(paths.mnist_cache())
    monkeypatch.setenv(paths.DATA_VARIABLE, str(folder))
    assert default_dataset() == "mnist"


def test_a_bad_named_folder_is_reported_on_loading(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_dataset(tmp_path / "none") == "mnist"
    assert folder_problem() == ""
    monkeypatch.setenv(paths.DATA_VARIABLE, str(tmp_path / "none"))
    assert "none does not exist" in folder_problem()
    monkeypatch.setenv(paths.DATA_VARIABLE, str(folder))
    assert folder_problem() == ""


def test_labels_of_another_dataset_are_seen_before_a_run_is_created(
    small: Small, folder: Path, tmp_path: Path
) -> None:
    require("mnist", folder, small.catalog)
    other = replace(small.catalog, test_labels=replace(small.catalog.test_labels, sha256="0"))
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte is damaged: its checksum"):
        require("mnist", folder, other)
    # Images are read by the training alone.
    (folder / "train-images-idx3-ubyte").write_bytes(b"x")
    require("mnist", folder, small.catalog)
    with pytest.raises(DataError, match="does not exist"):
        require("mnist", tmp_path / "none", small.catalog)


def test_the_test_digits_alone_need_no_training_digits(small: Small, folder: Path) -> None:
    whole = load("mnist", folder, small.catalog).test
    (damaged,) = (name for name in small.raw if "train-images" in name)
    (folder / damaged).write_bytes(b"")
    alone = load_test("mnist", folder, small.catalog)
    np.testing.assert_array_equal(alone.images, whole.images)
    np.testing.assert_array_equal(alone.labels, whole.labels)
    assert len(load_test("builtin")) == 500


def test_a_test_folder_may_hold_any_digits(tmp_path: Path) -> None:
    images, labels = np.full((5, 28, 28), 9, np.uint8), np.arange(5, dtype=np.uint8)
    (tmp_path / "t10k-images.idx3-ubyte").write_bytes(idx.build(images))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx.build(labels))
    digits = read_test_folder(tmp_path)
    assert (digits.images == 9).all()
    assert digits.labels.tolist() == [0, 1, 2, 3, 4]


def test_a_bad_test_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_test_folder(tmp_path / "none")
    with pytest.raises(DataError, match="does not contain t10k-images-idx3-ubyte"):
        read_test_folder(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx.build(np.zeros((2, 8, 8), np.uint8)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx.build(np.zeros(2, np.uint8)))
    with pytest.raises(DataError, match="8×8 pixels"):
        read_test_folder(tmp_path)


def test_the_real_mnist_is_verified_and_loaded(shared_mnist: Path) -> None:
    dataset = load("mnist", shared_mnist)
    assert (len(dataset.train), len(dataset.test)) == (60_000, 10_000)
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(dataset.test.labels).tolist()[:3] == [980, 1135, 1032]


def test_a_folder_of_other_images_says_how_they_are_unlike_digits(
    small: Small, folder: Path
) -> None:
    test = builtin.load().test
    for file, array in (
        (small.catalog.test_images, 255 - test.images), (small.catalog.test_labels, test.labels)
    ):  # fmt: skip
        (folder / file.name).write_bytes(idx.build(array))
    for read in (check_folder, lambda place, catalog: load("mnist", place, catalog)):
        with pytest.raises(DataError, match="dark on a light background"):
            read(folder, small.catalog)
