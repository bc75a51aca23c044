"""The rows of runs in the database: as values, by id, and how they end."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mnist_studio import events
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.events import Crashed, Epoch, Finished, Stopped, Terminal
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import locks
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.database import Database
from mnist_studio.store.run_record import Status as Status


def full_id(database: Database, bundled: Iterable[str], beginning: str) -> str:
    """The one id with that prefix.

    Args:
        database: of the user's runs.
        bundled: ids of the bundled models.
        beginning: prefix of an id, or the whole id.

    Raises:
        UnknownName: no id has that prefix, or several do.
    """
    query = "SELECT id FROM runs WHERE substr(id, 1, ?) = ?"
    # The empty prefix would match every id; ids are ASCII, and SQLite accepts no lone surrogates.
    possible = beginning and beginning.isascii()
    rows = database.rows(query, len(beginning), beginning) if possible else []
    came = [model for model in bundled if possible and model.startswith(beginning)]
    match [*(str(run_id) for (run_id,) in rows), *came]:
        case [run_id]:
            return run_id
        case []:
            raise UnknownName(f"There is no run “{beginning}”.", "Check the list of runs.")
        case several:
            raise UnknownName(
                f"{len(several)} runs begin with “{beginning}”.", "Enter more characters of the ID."
            )


Row = tuple[Any, ...]

BUNDLED = "bundled-"
"""Prefix of the ids of bundled models."""

COLUMNS = "id, title, spec, status, created, terminal"

_TERMINALS: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)
_EPOCHS = msgspec.json.Decoder(Epoch)


@dataclass(frozen=True)
class Run:
    """One training and the folder of its artifacts.

    Attributes:
        id: ``YYYYmmdd-HHMMSS-xxxx``, sortable by time; or that of a bundled model.
        title: see ``store.titles``; the user can change it.
        spec: of the run.
        status: ``running`` or how it ended.
        created: seconds since 1970.
        folder: of its artifacts; see ``store.artifacts``.
        terminal: the event that ended it; None while it runs.
        checkpoint: whether there is one to resume from.
    """

    id: str
    title: str
    spec: RunSpec
    status: Status
    created: float
    folder: Path
    terminal: Terminal | None
    checkpoint: bool = False

    @property
    def resumable(self) -> bool:
        """Whether it can be resumed: it ended early and has a checkpoint."""
        return self.checkpoint and self.status not in ("running", "finished")

    @property
    def trained(self) -> bool:
        """Whether its weights can be used: it finished, or was stopped."""
        return self.status in ("finished", "stopped")

    @property
    def ended(self) -> Finished | Stopped | None:
        """The terminal event of a run that saved weights; None for any other run."""
        return self.terminal if isinstance(self.terminal, Finished | Stopped) else None

    @property
    def finished(self) -> Finished | None:
        """The terminal event of a run that trained all its epochs; None for any other run."""
        return self.terminal if isinstance(self.terminal, Finished) else None

    @property
    def bundled(self) -> bool:
        """Whether it is a bundled model; see ``store.bundled``."""
        return self.id.startswith(BUNDLED)


def run_of(row: Row, runs: Path) -> Run:
    """The run of a row of ``COLUMNS``; ``runs`` is the folder of the runs' folders.

    Raises:
        StoreError: the row is damaged.
    """
    run_id, title, spec, status, created, terminal = row
    try:
        return Run(
            id=run_id,
            title=title,
            spec=codec.parse(spec),
            status=status,
            created=created,
            folder=runs / run_id,
            # The row of a resumed run has its previous end until it ends again.
            terminal=terminal_of(terminal) if status != "running" else None,
            checkpoint=(runs / run_id / CHECKPOINT).exists(),
        )
    except (SpecError, msgspec.DecodeError) as error:
        raise _unreadable(run_id, error) from error


def terminal_of(text: str | None) -> Terminal | None:
    """The terminal event of a row's column.

    Raises:
        msgspec.DecodeError: it is damaged.
    """
    return _TERMINALS.decode(text) if text else None


def epoch_of(text: str, run_id: str) -> Epoch:
    """The epoch in a row.

    Raises:
        StoreError: the row is damaged.
    """
    try:
        return _EPOCHS.decode(text)
    except msgspec.DecodeError as error:
        raise _unreadable(run_id, error) from error


def _unreadable(run_id: str, error: Exception) -> StoreError:
    return StoreError(f"The stored run {run_id} cannot be read: {error}", "Update MNIST Studio.")


TRAINED = (Finished, Stopped)
"""Ends with stored weights."""


def end(database: Database, run_id: str, event: Terminal) -> bool:
    """Ends a running run; False if it has already ended, so that the first end stays.

    A resumed run that stored no new weights gets its previous end again.
    """
    previous = _previous_end(database, run_id)
    final = previous if previous and not isinstance(event, TRAINED) else event
    row = (str(final.__struct_config__.tag), events.encode(final).decode(), run_id)
    changed = database.write(
        "UPDATE runs SET status = ?, terminal = ? WHERE id = ? AND status = 'running'", *row
    )
    if previous is final:
        _delete_epochs(database, run_id, previous.step)
    return changed == 1


def crash(database: Database, run: Run) -> bool:
    """Marks a running run as crashed if its lock is free; returns whether it was marked."""
    reason = "MNIST Studio ended while this run was training."
    event = Crashed(run=run.id, framework=run.spec.framework, reason=reason)
    if not run.folder.is_dir():
        return end(database, run.id, event)
    lock = locks.take(run.folder)
    if lock is None:
        return False
    try:
        # A run that ended just before its lock was released stays as it is.
        return end(database, run.id, event)
    finally:
        lock.release()


def _previous_end(database: Database, run_id: str) -> Finished | Stopped | None:
    """The previous end of a resumed run, if it had weights."""
    rows = database.rows("SELECT terminal FROM runs WHERE id = ?", run_id)
    terminal = terminal_of(rows[0][0]) if rows else None
    return terminal if isinstance(terminal, TRAINED) else None


def _delete_epochs(database: Database, run_id: str, step: int) -> None:
    """Deletes the epochs that were trained after ``step``."""
    for (text,) in database.rows("SELECT event FROM epochs WHERE run = ?", run_id):
        epoch = epoch_of(text, run_id)
        if epoch.step > step:
            row = (run_id, epoch.epoch)
            database.write("DELETE FROM epochs WHERE run = ? AND epoch = ?", *row)
