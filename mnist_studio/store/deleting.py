"""Deleting a run: its folder leaves for the trash, then its row goes, then the trash.

A studio that dies in between leaves a folder in the trash, whose deletion the next one finishes.
"""

import logging
from pathlib import Path

from mnist_studio.errors import StoreError
from mnist_studio.store import folders, locks
from mnist_studio.store.database import Database

_LOG = logging.getLogger(__name__)


def delete(database: Database, folder: Path) -> None:
    """Deletes the run of a folder with all that it left, or nothing of it.

    Raises:
        StoreError: also if it is running, here or elsewhere.
    """
    if folder.is_dir() and not locks.is_free(folder):
        raise locks.running(folder.name)
    folders.move_to_trash(folder)
    try:
        _delete_row(database, folder)
    except BaseException:
        folders.take_from_trash(folder)
        raise
    folders.remove_trash(folder)


def finish(database: Database, runs: Path) -> None:
    """Completes what a studio that died in the middle of a deletion began."""
    for folder in folders.trashed(runs):
        try:
            _delete_row(database, folder)
        except StoreError as error:
            # A full disk must not keep the user from opening the store and making room.
            _LOG.warning("The deletion of %s could not be finished. %s", folder.name, error)
        else:
            folders.remove_trash(folder)


def _delete_row(database: Database, folder: Path) -> None:
    database.write("DELETE FROM runs WHERE id = ?", folder.name)
