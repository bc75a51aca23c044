"""What the disk refuses, as errors of the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mnist_studio.data import files
from mnist_studio.errors import DataError, StoreError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around whatever writes ``path``.

    Raises:
        StoreError: the disk is full or refuses.
    """
    try:
        yield
    except OSError as error:
        raise _told(files.unwritable(error, path)) from error
    except DataError as error:
        raise _told(error) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Around whatever reads ``path``.

    Raises:
        StoreError: it is missing or may not be read.
    """
    try:
        yield
    except OSError as error:
        raise _told(files.unreadable(error, path)) from error


def _told(error: DataError) -> StoreError:
    return StoreError(error.problem, error.remedy)
