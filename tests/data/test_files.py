import errno
import os
from collections import namedtuple
from pathlib import Path
from typing import BinaryIO

import pytest

from mnist_studio.data.files import (
    LARGEST_TEXT,
    parse_text,
    read_text,
    staged,
    unreadable,
    unwritable,
    write_bytes,
)
from mnist_studio.errors import DataError, SpecError, UsageError


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def fail_half_way(file: BinaryIO, error: type[BaseException]) -> None:
    file.write(b"half")
    raise error


def test_content_is_replaced_and_folders_are_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "file"
    write_bytes(target, b"old")
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert names(target.parent) == ["file"]


def test_until_the_end_a_reader_finds_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")
    with staged(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_any_error_leaves_the_old_content_and_no_staging_file(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")
    with pytest.raises(error), staged(target) as file:
        fail_half_way(file, error)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_device_is_reported() -> None:
    with pytest.raises(OSError, match="No space") as caught, Path("/dev/full").open("wb") as full:
        full.write(b"x")
    assert "disk is full" in unwritable(caught.value, Path("file")).problem


def test_a_full_disk_while_syncing_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    write_bytes(target, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="disk is full") as caught:
        write_bytes(target, b"new")
    assert "Free some space" in caught.value.remedy
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_file_where_a_folder_must_be_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="could not be written"):
        write_bytes(tmp_path / "file" / "beneath", b"")


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.EACCES, "do not have permission"),
        (errno.EROFS, "do not have permission"),
        (errno.EDQUOT, "disk is full"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_each_refusal_has_its_sentence(number: int, problem: str) -> None:
    told = unwritable(OSError(number, os.strerror(number)), Path("file"))
    assert problem in told.problem
    assert told.remedy


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOENT, "does not exist"),
        (errno.EACCES, "do not have permission"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_each_failure_to_read_has_its_sentence(number: int, problem: str) -> None:
    told = unreadable(OSError(number, os.strerror(number)), Path("file"))
    assert problem in told.problem
    assert told.remedy


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x89PNG\x00", "is not a text file"),
        (b"#" * (LARGEST_TEXT + 1), "is too large for a settings file"),
        (None, "does not exist"),
    ],
)
def test_an_invalid_text_file_is_reported(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=problem) as raised:
        read_text(file, "settings")
    assert raised.value.remedy
    file.write_text("format = 2 # größer", "utf-8")
    assert read_text(file, "settings") == "format = 2 # größer"


def test_every_complaint_about_a_text_file_names_it(tmp_path: Path) -> None:
    def refuse(text: str) -> str:
        raise SpecError("Line 1: wrong.", "Correct it.", ("run", 0))

    file = tmp_path / "mine.toml"
    file.write_text("a = 1", "utf-8-sig")
    assert parse_text(file, "settings", str.upper) == "A = 1"
    with pytest.raises(SpecError) as caught:
        parse_text(file, "settings", refuse)
    problem = "mine.toml: Line 1: wrong."
    assert (caught.value.problem, caught.value.path) == (problem, ("run", 0))
    file.write_text("<!DOCTYPE html><title>Sign in</title>")
    with pytest.raises(UsageError, match=r"mine\.toml is a web page"):
        parse_text(file, "settings", str.upper)


Disk = namedtuple("Disk", "f_files f_favail f_bavail")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no inodes")
@pytest.mark.parametrize(
    ("disk", "said"),
    [
        (Disk(f_files=1000, f_favail=0, f_bavail=5000), "cannot hold more files"),
        (Disk(f_files=1000, f_favail=5, f_bavail=0), "the disk is full"),
        # A file system without a fixed number of files.
        (Disk(f_files=0, f_favail=0, f_bavail=0), "the disk is full"),
    ],
)
def test_a_disk_without_room_for_files_is_not_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk, said: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda folder: disk)
    error = unwritable(OSError(errno.ENOSPC, "No space left on device"), tmp_path / "x")
    assert said in error.problem
    assert "permission" not in str(error)


@pytest.mark.skipif(os.name != "posix", reason="the rights of POSIX")
def test_files_of_the_home_are_private_and_others_as_usual(home: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    for target, mode in ((home / "a" / "x", 0o600), (tmp_path / "y", usual.stat().st_mode & 0o777)):
        write_bytes(target, b"content")
        assert target.stat().st_mode & 0o777 == mode


def test_a_target_that_is_read_for_a_moment_is_replaced_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = Path.replace, iter([True, True])

    def replace(self: Path, target: Path) -> Path:
        if next(refusals, False):
            raise PermissionError(errno.EACCES, "in use")
        return real(self, target)

    monkeypatch.setattr("mnist_studio.data.files.REPLACE_SECONDS", 0.0)
    monkeypatch.setattr("mnist_studio.data.files.READERS_BLOCK", True)
    monkeypatch.setattr(Path, "replace", replace)
    write_bytes(tmp_path / "x", b"content")
    assert (tmp_path / "x").read_bytes() == b"content"
