"""Errors of the disk as errors of the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mnist_studio.data import files
from mnist_studio.errors import DataError, StoreError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """For code that writes ``path``.

    Raises:
        StoreError: the disk is full or does not allow it.
    """
    try:
        yield
    except OSError as error:
        raise _store_error(files.unwritable(error, path)) from error
    except DataError as error:
        raise _store_error(error) from error


@contextmanager
def reading(path: Path, named: bool = False) -> Iterator[None]:
    """For code that reads ``path``.

    Args:
        path: of a file or folder.
        named: by the user, who may have misspelled it. MNIST Studio itself wrote all others.

    Raises:
        StoreError: it is missing or not readable.
    """
    try:
        yield
    except FileNotFoundError as error:
        if named:
            raise _store_error(files.unreadable(error, path)) from error
        raise StoreError(
            f"{path} is missing. MNIST Studio created it, but it was removed.",
            "Restore it from a copy.",
        ) from error
    except OSError as error:
        raise _store_error(files.unreadable(error, path)) from error


def _store_error(error: DataError) -> StoreError:
    return StoreError(error.problem, error.remedy)
