from collections.abc import Mapping
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.store.epoch_files import EpochFiles, evenly


@pytest.mark.parametrize(
    ("count", "most", "best", "chosen"),
    [
        (5, 5, 2, (1, 2, 3, 4, 5)),
        (6, 5, 6, (1, 3, 5, 6)),
        (10, 5, 2, (1, 2, 5, 9, 10)),
        (9, 5, 9, (1, 3, 5, 7, 9)),
        (7, 3, 4, (1, 4, 7)),
        (7, 2, 4, (1, 7)),
        (7, 1, 4, (7,)),
        (7, 0, 4, ()),
        (0, 5, 4, ()),
    ],
)
def test_epochs_are_thinned_out_evenly(
    count: int, most: int, best: int, chosen: tuple[int, ...]
) -> None:
    assert evenly(range(1, count + 1), most, best) == chosen


def test_thinning_out_bit_by_bit_ends_like_all_at_once() -> None:
    for most in range(3, 20):
        left: tuple[int, ...] = ()
        for epoch in range(1, 200):
            left = evenly((*left, epoch), most, best=1)
            assert left == evenly(range(1, epoch + 1), most, best=1)
            assert len(left) <= most


@pytest.mark.parametrize("kind", ["", "-record"])
def test_only_files_of_their_kind_are_epochs(tmp_path: Path, kind: str) -> None:
    names = ["epoch-0001.safetensors", "epoch-0002-record.safetensors", "epoch-12345.safetensors",
             "epoch-123456789-record.safetensors", "epoch-001.safetensors", "lock",
             "epoch-1234567890.safetensors", "epoch-0003.safetensors.part",
             "xepoch-0004-record.safetensors", "epoch-0005-other.safetensors"]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    wanted = {"": (1, 12345), "-record": (2, 123456789)}[kind]
    files = EpochFiles(kind)
    assert files.epochs(tmp_path) == wanted
    assert [files.path_of(tmp_path, epoch).exists() for epoch in wanted] == [True, True]
    with pytest.raises(StoreError, match="gone is missing"):
        files.epochs(tmp_path / "gone")


def files_of(folder: Path, sizes: Mapping[int, int]) -> EpochFiles:
    files = EpochFiles()
    for epoch, size in sizes.items():
        files.path_of(folder, epoch).write_bytes(bytes(size))
    return files


def test_the_largest_file_says_how_many_fit(tmp_path: Path) -> None:
    files = files_of(tmp_path, {1: 10, 2: 10, 3: 20, 4: 10})
    assert files.thin_out(tmp_path, 80, best=3) == ()
    assert files.thin_out(tmp_path, 79, best=3) == (2,)
    assert files.epochs(tmp_path) == (1, 3, 4)
    assert files.thin_out(tmp_path, 59, best=3) == (3,)
    assert files.thin_out(tmp_path, 10, best=3) == (1,)
    assert files.thin_out(tmp_path, 9, best=3) == (4,)
    assert files.thin_out(tmp_path, 9, best=3) == ()


def test_only_later_epochs_are_removed(tmp_path: Path) -> None:
    files = files_of(tmp_path, dict.fromkeys((1, 2, 3, 5), 1))
    files.remove_after(tmp_path, 2)
    assert files.epochs(tmp_path) == (1, 2)
    files.remove_after(tmp_path, 0)
    assert files.epochs(tmp_path) == ()
    files.path_of(tmp_path, 1).mkdir()
    with pytest.raises(StoreError, match=r"epoch-0001\.safetensors could not be written"):
        files.remove_after(tmp_path, 0)


def test_epochs_may_come_in_any_order_and_twice() -> None:
    assert evenly((5, 1, 3, 3), 3, 3) == (1, 3, 5)
    assert evenly((4, 4), 1, 4) == (4,)
    assert evenly((7,), 5, 1) == (7,)
    # A best epoch that is not there takes no place.
    assert evenly((1, 2, 3), 2, 9) == (1, 3)
