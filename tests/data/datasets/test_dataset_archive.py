"""Datasets on their way to another computer."""

import zlib
from pathlib import Path

import msgspec
import pytest

from mnist_studio import paths
from mnist_studio.data.datasets import dataset_archive, own, sources, stored
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.errors import DataError, SpecError
from mnist_studio.spec import datasets
from tests.data.datasets.made import new_dataset


@pytest.fixture
def sent(home: Path) -> object:
    OwnDatasets().add("My letters", new_dataset())
    OwnDatasets().rename("My letters", "Yours")
    yield dataset_archive.pack("own/My letters")
    datasets.hand_in(())


def test_a_sent_dataset_is_the_same_there_and_has_its_former_name_too(
    sent: dataset_archive.DatasetArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = sources.load("own/Yours")
    there = tmp_path / "there"
    dataset_archive.unpack(dataset_archive.encode(sent), there, there / "cache")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(there))
    assert own.load() == ()
    found = sources.load("own/My letters")
    assert found.class_names == here.class_names == ("A", "B", "C")
    assert found.fingerprint == here.fingerprint
    assert (found.train.images == here.train.images).all()


def test_a_published_dataset_is_sent_to_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_dataset(tuple(map(str, range(10))), 20)
    stored.write(paths.dataset_cache("usps"), new, 1.0)
    content = dataset_archive.encode(dataset_archive.pack("usps"))
    there = tmp_path / "there"
    dataset_archive.unpack(content, there, there / "cache")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(there))
    assert (sources.load("usps").test.images == new.test.images).all()


def test_equal_images_and_names_have_one_hash_whatever_they_are_called(
    sent: dataset_archive.DatasetArchive,
) -> None:
    OwnDatasets().add("copy", new_dataset())
    OwnDatasets().add("other", new_dataset(("A", "B", "D")))
    hashes = [dataset_archive.pack(f"own/{name}").content_hash for name in ("copy", "other")]
    assert hashes[0] == sent.content_hash != hashes[1]


def test_what_is_not_here_cannot_be_sent() -> None:
    with pytest.raises(DataError, match="Your dataset “gone” is not on this computer"):
        dataset_archive.pack("own/gone")


@pytest.mark.parametrize("name", ["own/../up", "/tmp/x", "own/", ".."])
def test_a_sent_name_is_never_another_path(
    sent: dataset_archive.DatasetArchive, tmp_path: Path, name: str
) -> None:
    content = dataset_archive.encode(msgspec.structs.replace(sent, name=name))
    with pytest.raises(SpecError, match="cannot be the name of a dataset"):
        dataset_archive.unpack(content, tmp_path / "there", tmp_path / "cache")
    assert not (tmp_path / "there").exists()


def test_what_is_not_an_archive_is_refused(
    sent: dataset_archive.DatasetArchive, tmp_path: Path
) -> None:
    whole = dataset_archive.encode(sent)
    contents = (b"no", zlib.compress(bytes(10_000_000)), zlib.compress(b"more")[:-1])
    damaged = [
        dataset_archive.encode(msgspec.structs.replace(sent, files=dict.fromkeys(sent.files, one)))
        for one in contents
    ]
    for content in (b"", whole[:-1], *damaged):
        with pytest.raises(DataError, match="The dataset that was sent cannot be read"):
            dataset_archive.unpack(content, tmp_path, tmp_path)
