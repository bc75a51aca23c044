"""MNIST copied from a folder into the cache: whole, in part, canceled, and on a full disk."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.data.datasets.published_import import import_mnist
from mnist_studio.data.datasets.sources import (
    has_mnist,
    load,
)
from mnist_studio.errors import CancelledByUser, DataError
from tests.data.conftest import Small


def quietly(_: float) -> None:
    pass


def never() -> bool:
    return False


def test_an_import_can_be_loaded_without_its_folder(small: Small, folder: Path) -> None:
    fractions: list[float] = []
    import_mnist(folder, fractions.append, never, small.catalog)
    shutil.rmtree(folder)
    assert len(load("mnist", None, small.catalog).train) == 30
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)


def test_a_bad_import_loses_no_stored_files(small: Small, folder: Path) -> None:
    small.write(paths.mnist_cache())
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"bad")
    with pytest.raises(DataError, match="t10k-labels"):
        import_mnist(folder, quietly, never, small.catalog)
    assert len(load("mnist", None, small.catalog).test) == 20


def test_an_import_can_be_cancelled(small: Small, folder: Path) -> None:
    with pytest.raises(CancelledByUser):
        import_mnist(folder, quietly, lambda: True, small.catalog)
    assert not has_mnist()


def test_a_full_disk_during_an_import_is_reported(
    small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="disk is full"):
        import_mnist(folder, quietly, never, small.catalog)
    assert not list(paths.mnist_cache().iterdir())


def test_a_cut_import_says_what_it_has_and_resumes(small: Small, folder: Path) -> None:
    asked: list[bool] = []

    def third() -> bool:
        asked.append(True)
        return len(asked) == 3

    with pytest.raises(CancelledByUser, match=r"Two files of four are stored\."):
        import_mnist(folder, quietly, third, small.catalog)
    first, second, *_ = small.catalog.files
    for file in (first, second):
        # They are not read again.
        (folder / file.name).write_bytes(b"damaged")
    fractions: list[float] = []
    import_mnist(folder, fractions.append, never, small.catalog)
    assert fractions[0] == (first.size + second.size) / small.catalog.size
    assert fractions[-1] == 1
    assert load("mnist", None, small.catalog).source == "the cache"
