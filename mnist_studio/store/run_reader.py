"""Reads all runs again and again, and decodes only the rows that have changed."""

from dataclasses import dataclass, replace
from pathlib import Path

from mnist_studio.store import rows
from mnist_studio.store.database import Database
from mnist_studio.store.rows import Row, Run
from mnist_studio.store.run_record import NO_ANNOTATIONS, Annotations


@dataclass(frozen=True)
class _Known:
    """A run that was read before.

    Attributes:
        mark: of its row, with which an unchanged row is recognized.
        run: that was decoded from it.
    """

    mark: tuple[object, ...]
    run: Run


class RunReader:
    """Reads the runs of queries. Unchanged runs are the same objects as the last time.

    The window reads all runs after each change, every second while one trains. Decoding thousands
    of equal rows each time took long, and left the memory of the process in pieces.
    """

    def __init__(self, database: Database, runs: Path) -> None:
        """For one store.

        Args:
            database: open and migrated.
            runs: folder of the runs' folders.
        """
        self._database, self._runs = database, runs
        self._known: dict[str, _Known] = {}

    def read(self, query: str) -> tuple[Run, ...]:
        """The runs that a query for ``COLUMNS`` finds, annotated.

        A run whose row is damaged is logged and left out. Runs that the query does not find are
        forgotten.
        """
        annotations = rows.all_annotations(self._database)

        def decode(row: Row) -> _Known:
            return self._one(row, annotations.get(row[0], NO_ANNOTATIONS))

        found = tuple(rows.whole(decode, self._database.rows(query)))
        self._known = {known.run.id: known for known in found}
        return tuple(known.run for known in found)

    def _one(self, row: Row, annotations: Annotations) -> _Known:
        mark = _mark(row)
        known = self._known.get(row[0])
        if known is None or known.mark != mark:
            return _Known(mark, rows.run_of(row, self._runs, annotations))
        run, checkpoint = known.run, rows.has_checkpoint(known.run.folder)
        # Both change without the row.
        if (run.annotations, run.checkpoint) == (annotations, checkpoint):
            return known
        return _Known(mark, replace(run, annotations=annotations, checkpoint=checkpoint))


def _mark(row: Row) -> tuple[object, ...]:
    """What differs where a row differs, in 100 bytes instead of its texts.

    Text and bytes of equal content have equal hashes, so the types belong to it.
    """
    return (hash(row), *map(type, row))
