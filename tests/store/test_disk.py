"""Errors of the disk are errors of the store, with the path and what to do."""

import errno
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from mnist_studio.data import files
from mnist_studio.errors import DataError, StoreError
from mnist_studio.store import disk

PATH = Path("/somewhere/runs")


def explained(around: AbstractContextManager[None], error: Exception) -> tuple[str, str]:
    with pytest.raises(StoreError) as raised, around:
        raise error
    assert raised.value.__cause__ is error
    return raised.value.problem, raised.value.remedy


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EIO])
def test_an_error_while_writing_says_what_files_say(code: int) -> None:
    error = OSError(code, "the reason")
    wanted = files.unwritable(error, PATH)
    assert explained(disk.writing(PATH), error) == (wanted.problem, wanted.remedy)
    assert explained(disk.writing(PATH), DataError("It is full.", "Empty it.")) == (
        "It is full.", "Empty it.",
    )  # fmt: skip


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EIO])
def test_an_error_while_reading_says_what_files_say(code: int) -> None:
    error = OSError(code, "the reason")
    wanted = files.unreadable(error, PATH)
    for named in (False, True):
        assert explained(disk.reading(PATH, named), error) == (wanted.problem, wanted.remedy)


def test_a_missing_file_of_the_user_may_be_misspelled_and_one_of_ours_was_removed() -> None:
    error = FileNotFoundError(errno.ENOENT, "gone")
    assert explained(disk.reading(PATH, named=True), error) == (
        f"{PATH} does not exist.", "Check the spelling.",
    )  # fmt: skip
    assert explained(disk.reading(PATH), error) == (
        f"{PATH} is missing. MNIST Studio created it, but it was removed.",
        "Restore it from a copy.",
    )


def test_other_errors_pass() -> None:
    for around in (disk.reading(PATH), disk.writing(PATH)):
        with pytest.raises(ValueError, match="mine"), around:
            raise ValueError("mine")
    with disk.reading(PATH), disk.writing(PATH):
        pass
