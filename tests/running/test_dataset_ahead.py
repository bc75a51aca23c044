"""A dataset that was loaded ahead: used once, and only while its files are as they were."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_studio.data.datasets import builtin, sources
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.data.images import Dataset
from mnist_studio.errors import DataError
from mnist_studio.running import dataset_ahead


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every dataset that is read. The files of "mnist" are a and b."""
    read: list[str] = []

    def load(name: str, folder: Path | None = None) -> Dataset:
        read.append(name)
        return builtin.load()

    files = (tmp_path / "a", tmp_path / "b")
    for path in files:
        path.write_bytes(b"images")
    monkeypatch.setattr(sources, "load", load)
    monkeypatch.setattr(sources, "files", lambda name: files if name == "mnist" else ())
    monkeypatch.setattr(dataset_ahead, "_loaded", None)
    return read


def test_it_is_read_once_for_one_run(reads: list[str]) -> None:
    dataset_ahead.load_ahead("mnist")
    dataset_ahead.take("mnist", None)
    assert reads == ["mnist"]
    dataset_ahead.take("mnist", None)
    assert reads == ["mnist", "mnist"]


def _write(folder: Path) -> None:
    (folder / "b").write_bytes(b"others")


def _replace(folder: Path) -> None:
    (folder / "new").write_bytes(b"images")
    (folder / "new").replace(folder / "a")


def _remove(folder: Path) -> None:
    (folder / "a").unlink()


@pytest.mark.parametrize("change", [_write, _replace, _remove])
def test_it_is_read_again_after_a_change(
    reads: list[str], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    dataset_ahead.load_ahead("mnist")
    change(tmp_path)
    dataset_ahead.take("mnist", None)
    assert reads == ["mnist", "mnist"]


def test_another_dataset_or_folder_is_read(reads: list[str], tmp_path: Path) -> None:
    dataset_ahead.load_ahead("mnist")
    dataset_ahead.take("mnist", tmp_path)
    dataset_ahead.load_ahead("mnist")
    dataset_ahead.take("builtin", None)
    assert reads == ["mnist", "mnist", "mnist", "builtin"]


def test_one_of_unknown_files_is_read_by_the_run(reads: list[str]) -> None:
    dataset_ahead.load_ahead("own/letters")
    dataset_ahead.take("own/letters", None)
    assert reads == ["own/letters"]


def test_a_dataset_that_is_not_here_is_left_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def files(name: str) -> tuple[Path, ...]:
        raise DataError("MNIST is not on this computer.", "")

    monkeypatch.setattr(sources, "files", files)
    dataset_ahead.load_ahead("mnist")
    assert dataset_ahead._loaded is None


def test_the_files_of_mnist_are_those_that_it_is_loaded_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_STUDIO_DATA", str(tmp_path))
    with pytest.raises(DataError):
        sources.files("mnist")
    names = [file.name for file in MNIST.files]
    for name in (*names, f"{names[0]}.gz"):
        (tmp_path / name).write_bytes(b"")
    assert {path.name for path in sources.files("mnist")} == {*names, f"{names[0]}.gz"}
    assert sources.files("builtin") == ()
