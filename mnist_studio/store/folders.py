"""The folders of runs: created under a new id, and deleted through a trash.

To delete a run, its folder is renamed, then its row is deleted, then the renamed folder. If the
program ends in between, the next start finishes the deletion.
"""

import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from mnist_studio.errors import StoreError
from mnist_studio.store import locks
from mnist_studio.store.database import Database
from mnist_studio.store.disk import writing

# Crockford's base 32: no i, l, o, u, which are misread.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TRASH = ".deleted"
_LOG = logging.getLogger(__name__)


def make(runs: Path) -> Path:
    """Makes a folder whose name is a new run id, ``YYYYmmdd-HHMMSS-xxxx`` in UTC.

    Making a folder that exists fails in every process but one, so an id is never used twice.

    Raises:
        StoreError: the folder cannot be made.
    """
    with writing(runs):
        runs.mkdir(parents=True, exist_ok=True)
        while True:
            folder = runs / _new_id()
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder


def move_to_trash(folder: Path) -> None:
    """Renames a folder, if it exists, so that it no longer counts as a run.

    Raises:
        StoreError: it cannot be renamed, for instance because a program has a file of it open.
    """
    with writing(folder):
        if folder.is_dir():
            folder.rename(_trash(folder))


def take_from_trash(folder: Path) -> None:
    """Undoes ``move_to_trash``.

    Raises:
        StoreError: it cannot be renamed.
    """
    with writing(folder):
        if _trash(folder).is_dir():
            _trash(folder).rename(folder)


def trashed(runs: Path) -> Iterator[Path]:
    """The original folders of everything in the trash."""
    return (trash.with_suffix("") for trash in runs.glob(f"*{_TRASH}"))


def remove_trash(folder: Path) -> None:
    """Removes a folder from the trash; files that resist are logged and tried again later."""
    shutil.rmtree(_trash(folder), onerror=_log_unless_gone)


def _trash(folder: Path) -> Path:
    return folder.with_suffix(_TRASH)


def _new_id() -> str:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return f"{stamp}-{''.join(secrets.choice(_ALPHABET) for _ in range(4))}"


def _log_unless_gone(
    function: object, path: str, raised: tuple[type[BaseException], BaseException, object]
) -> None:
    # Another process may be removing the same trash.
    if not isinstance(raised[1], FileNotFoundError):
        _LOG.warning("“%s” cannot be removed: %s", path, raised[1])


_LOG = logging.getLogger(__name__)


def delete(database: Database, folder: Path) -> None:
    """Deletes the run of a folder completely, or not at all.

    Raises:
        StoreError: also if it is running, here or elsewhere.
    """
    if folder.is_dir() and not locks.is_free(folder):
        raise locks.running(folder.name)
    move_to_trash(folder)
    try:
        _delete_row(database, folder)
    except BaseException:
        take_from_trash(folder)
        raise
    remove_trash(folder)


def finish(database: Database, runs: Path) -> None:
    """Finishes deletions that were interrupted."""
    for folder in trashed(runs):
        try:
            _delete_row(database, folder)
        except StoreError as error:
            # Even with a full disk the store must open, so that the user can free space.
            _LOG.warning("The deletion of %s could not be finished. %s", folder.name, error)
        else:
            remove_trash(folder)


def _delete_row(database: Database, folder: Path) -> None:
    database.write("DELETE FROM runs WHERE id = ?", folder.name)
