"""The trash: runs that no list shows, with all their files, until the trash is emptied.

A run in the trash stays in its folder. Only its annotations change, in one transaction and then in
its record, so that a crash loses nothing. Emptying deletes runs for good; see ``folders.delete``.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mnist_studio.errors import StoreError
from mnist_studio.store import folders, locks
from mnist_studio.store.annotations import Change, with_trashed
from mnist_studio.store.database import Database
from mnist_studio.store.rows import COLUMNS, IN_TRASH, Run
from mnist_studio.store.run_ids import full_id
from mnist_studio.store.run_reader import RunReader

_LOG = logging.getLogger(__name__)

Annotate = Callable[[Sequence[str], Change], object]


class Trash:
    """The runs in the trash; ``RunStore.trash`` is one. Only for the thread of the store."""

    def __init__(self, database: Database, runs: Path, annotate: Annotate) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            runs: folder of the runs' folders.
            annotate: changes the annotations of runs, which are given by their whole ids.
        """
        self._database, self._runs, self._annotate = database, runs, annotate
        self._reader = RunReader(database, runs)

    def runs(self) -> tuple[Run, ...]:
        """The runs in the trash, the last one that was moved there first."""
        query = f"SELECT {COLUMNS} FROM runs WHERE {IN_TRASH}"
        found = self._reader.read(query)
        return tuple(sorted(found, key=lambda run: (_when(run), run.id), reverse=True))

    def put(self, run_ids: Sequence[str]) -> None:
        """Moves runs to the trash: all of them, or none.

        Args:
            run_ids: whole ids.

        Raises:
            StoreError: also if one is running, here or elsewhere.
        """
        for run_id in run_ids:
            folder = self._runs / run_id
            if folder.is_dir() and not locks.is_free(folder):
                raise locks.running(run_id)
        self._annotate(run_ids, with_trashed(time.time()))

    def restore(self, run_ids: Sequence[str]) -> None:
        """Moves runs back, with everything that they had.

        Args:
            run_ids: whole ids, or their first characters.

        Raises:
            UnknownName: one of them is not in the trash.
            StoreError: the database cannot be written.
        """
        full = [full_id(self._database, (), each, "trash") for each in run_ids]
        self._annotate(full, with_trashed(None))

    def size(self) -> int:
        """How many bytes emptying the trash frees."""
        return sum(size_of(run.folder) for run in self.runs())

    def empty(self) -> int:
        """Deletes the runs in the trash for good, and returns how many they were.

        Raises:
            StoreError: the first error, after all other runs were deleted.
        """
        deleted, errors = 0, []
        for run in self.runs():
            try:
                folders.delete(self._database, run.folder)
                deleted += 1
            except StoreError as error:
                _LOG.warning("%s", error)
                errors.append(error)
        if errors:
            raise errors[0]
        return deleted


def size_of(folder: Path) -> int:
    """The bytes of all files of a run; links are not followed."""
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for place, _, files in os.walk(folder):
        for file in files:
            try:
                yield (Path(place) / file).lstat().st_size
            except OSError as error:
                # It was just deleted, or cannot be read: emptying the trash says so if it matters.
                _LOG.info("The size of “%s” is unknown: %s", file, error)


def _when(run: Run) -> float:
    return run.annotations.trashed or 0.0
