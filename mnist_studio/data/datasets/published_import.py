"""Copies datasets that somebody published from a folder into the cache, checked file by file."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time
from uuid import uuid4

from mnist_studio import paths
from mnist_studio.data.datasets import folders, idx, published_files, similarity, stored
from mnist_studio.data.datasets.catalog import MNIST, Catalog, RawFile
from mnist_studio.data.datasets.published import PUBLISHED, Published
from mnist_studio.data.files import unwritable, write_bytes
from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.formatting import counted, word

_STEPS_OF_IMPORT = 8
"""Four files are read, and four are written."""


def import_mnist(
    folder: Path,
    progress: Callable[[float], None],
    is_cancelled: Callable[[], bool],
    catalog: Catalog = MNIST,
) -> None:
    """Copies MNIST from a folder into the user's cache, file by file and verified.

    Files that an earlier import or download has stored are not copied again.

    Args:
        folder: as ``load`` takes it.
        progress: gets the fraction done.
        is_cancelled: called between files.
        catalog: what MNIST consists of.

    Raises:
        DataError: a file is missing, damaged, or cannot be written; files that were imported stay.
        Cancelled: by the user.
    """
    found = folders.locate(folder, catalog)
    # Whoever imports a second time has another folder in mind, so that all of it is checked.
    left = [file for file in catalog.files if not _is_stored(file)] or list(catalog.files)
    done = catalog.size - sum(file.size for file in left)
    progress(done / catalog.size)
    with naming_unlike_digits(folder, catalog):
        for file, content in folders.raw_files(found, catalog, [file.name for file in left]):
            if is_cancelled():
                stored = sum(map(_is_stored, catalog.files))
                raise CancelledByUser(
                    f"The import was canceled. {counted(stored, 'file').capitalize()} of "
                    f"{word(len(catalog.files))} are stored.",
                    "The next import copies the others.",
                )
            write_bytes(paths.mnist_cache() / file.name, content)
            done += file.size
            progress(done / catalog.size)


def import_published(
    place: Path,
    wanted: Published,
    progress: Callable[[float], None] = lambda fraction: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    known: Sequence[Published] = tuple(PUBLISHED.values()),
) -> tuple[str, ...]:
    """Stores a published dataset from a folder or an archive in the user's cache.

    Args:
        place: the folder or archive.
        wanted: the dataset.
        progress: gets the fraction done.
        is_cancelled: called between files.
        known: all published datasets.

    Returns:
        Sentences about how it was checked.

    Raises:
        DataError: it is not there, is damaged, or is another dataset; or the disk fails.
        CancelledByUser: by the user.
    """
    done = 0

    def check() -> None:
        nonlocal done
        if is_cancelled():
            raise CancelledByUser("The import was canceled.", "Nothing was stored.")
        progress(min(1.0, done / _STEPS_OF_IMPORT))
        done += 1

    new = published_files.read(place, wanted, check, known)
    folder = paths.dataset_cache(wanted.name)
    made = folder.with_name(f".{folder.name}.{uuid4().hex}.new")
    try:
        stored.write(made, new, time(), check)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    except OSError as error:
        raise unwritable(error, folder) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return new.notes


def _is_stored(file: RawFile) -> bool:
    """Whether the cache has a file, whole."""
    path = paths.mnist_cache() / file.name
    try:
        return bool(folders.verified(idx.read_raw(path, file.size), file, file.name))
    except DataError:
        return False


@contextmanager
def naming_unlike_digits(folder: Path, catalog: Catalog) -> Iterator[None]:
    """Adds to an error what the test images of a folder are, if they are unlike MNIST's digits."""
    try:
        yield
    except DataError as error:
        unlike = _unlike_digits(folder, catalog)
        if not unlike:
            raise
        if isinstance(unlike, DataError):
            raise unlike from error
        raise DataError(f"{error.problem} {unlike}", error.remedy) from error


def _unlike_digits(folder: Path, catalog: Catalog) -> str | DataError:
    """What is wrong with the test images of a folder, or the error that they are of another."""
    try:
        images, labels = folders.pair(folder, catalog.test_images, catalog.test_labels)
        test = LabeledImages(images, labels)
    except DataError:
        return ""
    known = published_files.identity(test)
    if known and known != "mnist":
        return published_files.another(known, "mnist")
    return " ".join(similarity.problems(test))
