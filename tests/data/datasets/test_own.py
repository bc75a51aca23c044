"""Your own datasets in the home."""

import errno
import os
from pathlib import Path

import pytest

from mnist_studio.data.datasets import own, sources, stored
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.errors import CancelledByUser, DataError, SpecError, UnknownName
from mnist_studio.spec import datasets
from tests.data.datasets.made import new_dataset


@pytest.fixture(autouse=True)
def forgotten() -> object:
    yield
    datasets.hand_in(())


def test_a_dataset_is_stored_listed_and_read_with_its_class_names() -> None:
    new = new_dataset(("A", "B", "C"))
    made = OwnDatasets().add("My letters", new)
    assert made.name == "My letters"
    found = sources.load("own/My letters")
    assert found.class_names == ("A", "B", "C")
    assert (found.train.images == new.train.images).all()
    assert sources.is_here("own/My letters")
    assert own.load() == ()
    facts = datasets.facts("own/My letters")
    assert facts is not None
    assert (facts.title, facts.train, facts.test) == ("My letters", 12, 3)
    assert datasets.known()[-1] == facts
    sources.require("own/My letters")


def test_a_renamed_dataset_is_found_by_its_former_name_too() -> None:
    yours = OwnDatasets()
    yours.add("one", new_dataset())
    yours.rename("one", "Two")
    own.load()
    assert [one.name for one in yours.all().datasets] == ["Two"]
    assert sources.load("own/one").name == "own/Two"
    assert datasets.title("own/one") == "Two"
    assert yours.rename("Two", "one").description.former_names == ("Two",)


def test_a_name_is_taken_once_whatever_its_case() -> None:
    yours = OwnDatasets()
    yours.add("a", new_dataset())
    with pytest.raises(SpecError, match="already have a dataset called “a”"):
        yours.add("A", new_dataset())
    yours.add("A", new_dataset(("x", "y")), overwrite=True)
    assert [one.name for one in yours.all().datasets] == ["A"]
    assert [one.name for one in yours.trashed()] == ["a"]


@pytest.mark.parametrize("name", ["", ".", "a/b", "a\\b", "../x", "con", "x" * 61, " a", "a\n"])
def test_names_that_cannot_be_folders_are_refused(name: str) -> None:
    with pytest.raises(SpecError, match="cannot be the name of a dataset"):
        OwnDatasets().add(name, new_dataset())


def test_a_deleted_dataset_comes_back_from_the_trash() -> None:
    yours = OwnDatasets()
    yours.add("a", new_dataset())
    yours.delete("a")
    with pytest.raises(DataError, match="“a” is not on this computer"):
        sources.load("own/a")
    with pytest.raises(UnknownName):
        yours.delete("a")
    assert yours.restore("a").name == "a"
    sources.load("own/a")
    yours.delete("a")
    yours.add("a", new_dataset())
    with pytest.raises(SpecError, match="already have"):
        yours.restore("a")
    assert yours.empty_trash() == 1
    assert yours.trashed() == ()


def test_a_damaged_dataset_costs_only_itself_and_is_named() -> None:
    yours = OwnDatasets()
    for name in ("a", "b", "c"):
        yours.add(name, new_dataset())
    (yours.folder / "a" / stored.DESCRIPTION).write_text("{}")
    images = yours.folder / "b" / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-1] + b"\xff")
    assert [one.name for one in yours.all().datasets] == ["b", "c"]
    assert "dataset.json is not valid" in str(yours.all().problems[0])
    with pytest.raises(DataError, match="checksum of t10k-images-idx3-ubyte"):
        sources.load("own/b")
    sources.load("own/c")


def test_an_import_that_is_canceled_leaves_what_was_there() -> None:
    yours = OwnDatasets()
    yours.add("a", new_dataset(("A", "B")))

    def cancel() -> None:
        raise CancelledByUser("x", "y")

    with pytest.raises(CancelledByUser):
        yours.add("a", new_dataset(("C", "D")), overwrite=True, on_file=cancel)
    assert sources.load("own/a").class_names == ("A", "B")
    assert len(list(yours.folder.iterdir())) == 1


def test_a_name_of_the_catalog_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Fashion-MNIST is not on this computer") as caught:
        sources.load("fashion-mnist")
    assert "mnist-studio datasets download fashion-mnist" in caught.value.remedy


def test_a_dataset_that_cannot_be_exchanged_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the one that is overwritten, nor the name by which runs know the renamed one."""
    yours = OwnDatasets()
    former = yours.add("letters", new_dataset())
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target.name == "other" or path.suffix == ".new":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", refuse)
        with pytest.raises(DataError, match="could not be written"):
            yours.add("letters", new_dataset(("X", "Y")), overwrite=True)
        with pytest.raises(DataError, match="could not be written"):
            yours.rename("letters", "other")
    assert yours.all().datasets == (former,)
