"""The folders of runs: created under a new id, and deleted through a trash.

To delete a run, its folder is renamed, then its row is deleted, then the renamed folder. If the
program ends in between, the next start finishes the deletion.
"""

import logging
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mnist_studio.data.files import PRIVATE, make_folder
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store import locks
from mnist_studio.store.database import Database
from mnist_studio.store.disk import reading, writing

# Crockford's base 32: no i, l, o, u, which are misread.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TRASH = ".deleted"
_LOG = logging.getLogger(__name__)

ID = r"^[0-9]{8}-[0-9]{6}-[0-9a-hjkmnp-tv-z]{4}\Z"
"""Pattern of the ids of runs and experiments. Only such a text may name a folder."""


def is_id(value: object) -> bool:
    """Whether a value, which may come from a damaged database, is an id."""
    return isinstance(value, str) and bool(re.match(ID, value))


def all_in(runs: Path) -> tuple[Path, ...]:
    """The folders of all runs, oldest first; links and folders of other names are not runs."""
    if not runs.is_dir():
        return ()
    with reading(runs):
        found = [each for each in runs.iterdir() if is_id(each.name)]
        return tuple(sorted(each for each in found if each.is_dir() and not each.is_symlink()))


def has_content(folder: Path) -> bool:
    """Whether the folder of a run has more than a lock, as one of a run that never began has."""
    with reading(folder):
        return any(not each.name.endswith("lock") for each in folder.iterdir())


def make(runs: Path) -> Path:
    """Makes a folder whose name is a new run id, ``YYYYmmdd-HHMMSS-xxxx`` in UTC.

    Making a folder that exists fails in every process but one, so an id is never used twice.

    Raises:
        StoreError: the folder cannot be made.
    """
    with writing(runs):
        make_folder(runs, private=True)
        while True:
            folder = runs / new_id()
            try:
                folder.mkdir(mode=PRIVATE)
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
    """The original folders of everything in the trash; other folders are left alone."""
    originals = (trash.with_suffix("") for trash in runs.glob(f"*{_TRASH}"))
    return (folder for folder in originals if is_id(folder.name))


def remove_trash(folder: Path) -> None:
    """Removes a folder from the trash; files that resist are logged and tried again later."""
    trash = _trash(folder)
    if trash.is_symlink():
        # Only the link itself is MNIST Studio's; what it leads to may be anything.
        with suppress(FileNotFoundError):
            trash.unlink()
        return
    shutil.rmtree(trash, onerror=_log_unless_gone)


def _trash(folder: Path) -> Path:
    """The name of a folder in the trash.

    Raises:
        StoreDamaged: it is not the folder of a run, so it must not be touched.
    """
    if not is_id(folder.name):
        raise StoreDamaged(
            f"“{folder.name}” is not the ID of a run, so its folder was not deleted.",
            "To set its row aside, run: mnist-studio store check --set-aside",
        )
    return folder.with_suffix(_TRASH)


def new_id() -> str:
    """A new id, ``YYYYmmdd-HHMMSS-xxxx`` in UTC; ``make`` also ensures that it is unique."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return f"{stamp}-{''.join(secrets.choice(_ALPHABET) for _ in range(4))}"


def _log_unless_gone(
    function: object, path: str, raised: tuple[type[BaseException], BaseException, object]
) -> None:
    # Another process may be removing the same trash.
    if not isinstance(raised[1], FileNotFoundError):
        _LOG.warning("“%s” cannot be removed: %s", path, raised[1])


def delete(database: Database, folder: Path) -> None:
    """Deletes the run of a folder completely, or not at all.

    Raises:
        StoreError: also if it is running, here or elsewhere.
    """
    _trash(folder)
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
