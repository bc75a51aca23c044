"""Logs as text: CSV for spreadsheets, JSON lines for scripts."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec.structs import asdict

from mnist_studio.data.files import write_bytes
from mnist_studio.events import Epoch, Terminal
from mnist_studio.formatting import spreadsheet_text
from mnist_studio.logs.content import Batch, LoggedRun, PriorTraining
from mnist_studio.spec.change_values import text_of

EPOCHS, BATCHES, SETTINGS = "epochs.csv", "batches.csv", "settings.csv"
LINES = "run.jsonl"

EPOCH_COLUMNS = tuple(
    name for name in Epoch.__struct_fields__ if name not in ("run", "framework", "type")
)
"""Those of the event of an epoch, in its order."""

BATCH_COLUMNS = Batch.__struct_fields__


class TextFile:
    """A file that grows by whole lines, which others can read at once."""

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        """Replaces the file, if there is one.

        Args:
            path: of the file.
            lines: that it begins with, with their ends.

        Raises:
            DataError: the file cannot be written.
            OSError: likewise.
        """
        write_bytes(path, "".join(lines).encode())
        self._file: TextIO = path.open("a", encoding="utf-8", newline="")

    def add(self, line: str) -> None:
        """Adds a line."""
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class CsvLog:
    """A table of the epochs, one of the batches, and one of the settings."""

    def __init__(self, folder: Path, run: LoggedRun) -> None:
        """Writes nothing yet.

        Args:
            folder: of the run in the log.
            run: that is logged.
        """
        self._folder = folder
        self._run = run
        self._files: list[TextFile] = []

    def begin(self, prior: PriorTraining, continues: bool) -> None:
        """See ``RunLog.begin``."""
        write_bytes(self._folder / SETTINGS, "".join(self._settings()).encode())
        epochs = (_epoch_row(epoch) for epoch in prior.epochs)
        batches = (_batch_row(batch) for batch in prior.batches)
        self._files = [
            TextFile(self._folder / EPOCHS, [row(EPOCH_COLUMNS), *epochs]),
            TextFile(self._folder / BATCHES, [row(BATCH_COLUMNS), *batches]),
        ]

    def batch(self, batch: Batch) -> None:
        """See ``RunLog.batch``."""
        self._files[1].add(_batch_row(batch))

    def epoch(self, epoch: Epoch) -> None:
        """See ``RunLog.epoch``."""
        self._files[0].add(_epoch_row(epoch))

    def end(self, terminal: Terminal) -> None:
        """See ``RunLog.end``: the tables show no ending."""

    def close(self) -> None:
        """See ``RunLog.close``."""
        for file in self._files:
            file.close()

    def _settings(self) -> Iterator[str]:
        yield row(("setting", "value"))
        yield row(("run", self._run.run))
        yield row(("title", spreadsheet_text(self._run.title)))
        yield row(("created", self._run.created))
        yield row(("parameters", self._run.parameters))
        for name, value in self._run.settings.items():
            yield row((name, spreadsheet_text(value) if isinstance(value, str) else text_of(value)))


class JsonLinesLog:
    """One file: the run, its batches, its epochs, and how it ended, each as a line."""

    def __init__(self, folder: Path, run: LoggedRun) -> None:
        """Writes nothing yet.

        Args:
            folder: of the run in the log.
            run: that is logged.
        """
        self._path = folder / LINES
        self._run = run
        self._file: TextFile | None = None

    def begin(self, prior: PriorTraining, continues: bool) -> None:
        """See ``RunLog.begin``."""
        self._file = TextFile(self._path, map(_line, (self._run, *prior.in_order)))

    def batch(self, batch: Batch) -> None:
        """See ``RunLog.batch``."""
        self._add(batch)

    def epoch(self, epoch: Epoch) -> None:
        """See ``RunLog.epoch``."""
        self._add(epoch)

    def end(self, terminal: Terminal) -> None:
        """See ``RunLog.end``."""
        self._add(terminal)

    def close(self) -> None:
        """See ``RunLog.close``."""
        if self._file:
            self._file.close()

    def _add(self, value: msgspec.Struct) -> None:
        if self._file:
            self._file.add(_line(value))


def row(values: Iterable[object]) -> str:
    """A line of CSV; nothing for None."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def _epoch_row(epoch: Epoch) -> str:
    values = asdict(epoch)
    return row(values[name] for name in EPOCH_COLUMNS)


def _batch_row(batch: Batch) -> str:
    return row(asdict(batch).values())


def _line(value: msgspec.Struct) -> str:
    return f"{msgspec.json.encode(value).decode()}\n"
