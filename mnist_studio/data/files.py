"""Writing files so that a reader finds the old content or the new, never a part; reading texts."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from mnist_studio.errors import DataError, UsageError

LARGEST_TEXT = 4_000_000
"""Bytes of a text that is read: far more than any file that the studio writes for people."""


def read_text(path: Path, what: str) -> str:
    """The text of a file that people may have written.

    Args:
        path: of the file.
        what: it should be, such as ``settings``.

    Raises:
        UsageError: it cannot be read, is far too large or no text; says what to choose instead.
    """
    instead = f"Choose a {what} file."
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_TEXT + 1)
        if len(content) > LARGEST_TEXT:
            raise UsageError(f"{path} is far larger than any {what} file.", instead)
        return content.decode()
    except UnicodeError as error:
        raise UsageError(f"{path} is no text.", instead) from error
    except OSError as error:
        known = unreadable(error, path)
        raise UsageError(known.problem, known.remedy) from error


def write_bytes(target: Path, content: bytes) -> None:
    """Replaces a file's content at once; makes its folder if need be.

    Raises:
        DataError: the disk is full or refuses; what was there is untouched.
    """
    with staged(target) as file:
        file.write(content)


@contextmanager
def staged(target: Path) -> Iterator[BinaryIO]:
    """A new file beside ``target`` that takes its place when the block ends well.

    It is beside the target, since a rename is atomic only within one file system. An error in the
    block, a cancellation too, removes it and leaves the target as it was.

    Raises:
        DataError: the disk is full or refuses.
    """
    stage = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with stage.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            stage.replace(target)
        finally:
            # After the rename there is nothing left of that name.
            stage.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise unwritable(error, target) from error


def unwritable(error: OSError, target: Path) -> DataError:
    """Why a file cannot be written, in words."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            problem = f"The disk is full: {target} could not be written."
            return DataError(
                problem, "Free some space and try again; nothing already kept is lost."
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            problem = f"{target} may not be written."
            return DataError(problem, "Choose another folder or change its permissions.")
        case _:
            problem = f"{target} could not be written: {error.strerror or error}."
            return DataError(problem, "Choose another folder and try again.")


def unreadable(error: OSError, path: Path) -> DataError:
    """Why a file cannot be read, in words."""
    match error.errno:
        case errno.ENOENT:
            return DataError(f"{path} does not exist.", "Check how it is spelt.")
        case errno.EACCES | errno.EPERM:
            return DataError(f"{path} may not be read.", "Change its permissions.")
        case _:
            problem = f"{path} could not be read: {error.strerror or error}."
            return DataError(problem, "Check the disk or choose another copy.")


def _sync_folder(folder: Path) -> None:
    """Makes a rename in the folder last through a loss of power."""
    if os.name == "nt":
        return  # Windows has no such call; its file systems keep a journal of names.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
