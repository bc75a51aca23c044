"""Atomic writing of files, reading of text files, and errors of the disk in plain language."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import BinaryIO, Literal, TypeVar
from uuid import uuid4

from mnist_studio import paths
from mnist_studio.data.formats import is_page
from mnist_studio.errors import DataError, SpecError, UsageError

T = TypeVar("T")

READERS_BLOCK = os.name == "nt"
"""Whether a file cannot be replaced while somebody reads it."""
REPLACE_ATTEMPTS, REPLACE_SECONDS = 20, 0.05
"""How often, and how far apart, Windows is asked to replace a file that somebody reads."""

PRIVATE = 0o700
"""Mode of the folders of the home: only their owner can enter them."""

PRIVATE_FILE = 0o600
"""Mode of the files of the home: only their owner can read and write them."""

LARGEST_TEXT = 4_000_000
"""Limit in bytes for text files: far more than any file that MNIST Studio writes for users."""


def read_text(path: Path, what: str) -> str:
    """The text of a file that a user may have written.

    Args:
        path: of the file.
        what: it should be, such as ``settings``.

    Raises:
        UsageError: the file cannot be read, is too large, or is not text.
    """
    instead = f"Select a {what} file."
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_TEXT + 1)
        if len(content) > LARGEST_TEXT:
            raise UsageError(
                f"{path} is too large for a {what} file: more than {LARGEST_TEXT:,} bytes.", instead
            )
        if is_page(content):
            raise UsageError(f"{path} is a web page.", "Save the file itself from that page.")
        return content.decode("utf-8-sig")
    except UnicodeError as error:
        raise UsageError(f"{path} is not a text file.", instead) from error
    except OSError as error:
        known = unreadable(error, path)
        raise UsageError(known.problem, known.remedy) from error


def parse_text(path: Path, what: str, parse: Callable[[str], T]) -> T:
    """The content of a text file, which every complaint about it names.

    Args:
        path: of the file.
        what: it should be, such as ``settings``.
        parse: raises SpecError.

    Raises:
        UsageError: the file cannot be read, is too large, or is not text.
        SpecError: its content is not valid.
    """
    text = read_text(path, what)
    try:
        return parse(text)
    except SpecError as error:
        raise SpecError(f"{path.name}: {error.problem}", error.remedy, error.path) from error


def write_bytes(target: Path, content: bytes) -> None:
    """Replaces the content of a file atomically; creates its folder if necessary.

    Raises:
        DataError: the file cannot be written; its old content is unchanged.
    """
    with staged(target) as file:
        file.write(content)


@contextmanager
def staged(target: Path) -> Iterator[BinaryIO]:
    """A new file that replaces ``target`` when the block ends without an error.

    It is in the same folder, because a rename is atomic only within one file system. After an error
    or a cancellation it is removed, and the target is unchanged.

    Raises:
        DataError: the file cannot be written.
    """
    stage = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        make_folder(target.parent)
        try:
            with opened(stage, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _replace(stage, target)
        finally:
            # After the rename the stage no longer exists.
            stage.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise unwritable(error, target) from error


def _replace(stage: Path, target: Path) -> None:
    """Puts a file in place of another, also where a reader has that one open for a moment."""
    for _ in range(REPLACE_ATTEMPTS - 1):
        try:
            stage.replace(target)
        except PermissionError:
            if not READERS_BLOCK:
                raise
            sleep(REPLACE_SECONDS)
        else:
            return
    stage.replace(target)


def make_folder(folder: Path, private: bool = False) -> None:
    """Creates a folder and its parents, if necessary; the user's data is for its owner only.

    Args:
        folder: to create.
        private: whether it is the user's data wherever it is.

    Raises:
        OSError: it cannot be created; see ``unwritable``.
    """
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        # Another process may create it at the same time.
        each.mkdir(PRIVATE if private or _is_private(each) else 0o777, exist_ok=True)


def opened(path: Path, mode: Literal["xb", "wb", "ab"]) -> BinaryIO:
    """A file, open for writing; if it is new and the user's data, only its owner can read it.

    Raises:
        OSError: it cannot be opened; see ``unwritable``.
    """
    rights = PRIVATE_FILE if _is_private(path) else 0o666
    # Path.open cannot set a mode, and a descriptor would hide the name of the file.
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, rights))


def _is_private(path: Path) -> bool:
    return path.is_relative_to(paths.home()) or path.is_relative_to(paths.cache())


def unwritable(error: OSError, target: Path) -> DataError:
    """The error for a file that cannot be written."""
    match error.errno:
        case errno.ENOSPC if no_room_for_files(target.parent):
            return DataError(
                f"{target} could not be written because the disk cannot hold more files, although "
                f"it has free space.",
                "Delete files that you no longer need. Files that are already stored are kept.",
            )
        case errno.ENOSPC | errno.EDQUOT:
            problem = f"{target} could not be written because the disk is full."
            return DataError(
                problem, "Free some space and try again. Files that are already stored are kept."
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            problem = f"{target} could not be written because you do not have permission."
            return DataError(problem, "Choose another folder or change its permissions.")
        case _:
            problem = f"{target} could not be written: {error.strerror or error}."
            return DataError(problem, "Choose another folder and try again.")


def no_room_for_files(folder: Path) -> bool:
    """Whether the disk of a folder has free bytes but no inode, the entry that each file needs."""
    if os.name == "nt":
        return False
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    # Some file systems have no fixed number of files and report zero of zero.
    return disk.f_files > 0 and disk.f_favail == 0 and disk.f_bavail > 0


def unreadable(error: OSError, path: Path) -> DataError:
    """The error for a file that cannot be read."""
    match error.errno:
        case errno.ENOENT:
            return DataError(f"{path} does not exist.", "Check the spelling.")
        case errno.EACCES | errno.EPERM:
            return DataError(
                f"{path} could not be read because you do not have permission.",
                "Change its permissions.",
            )
        case _:
            problem = f"{path} could not be read: {error.strerror or error}."
            return DataError(problem, "Check the disk, or select another copy.")


def _sync_folder(folder: Path) -> None:
    """Flushes a rename in the folder to the disk, so that it survives a power failure."""
    if os.name == "nt":
        return  # Windows has no such call; its file systems journal names.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
