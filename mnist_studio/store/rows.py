"""How runs end in the database, in whichever way they end.

Ids of runs, of which an unambiguous beginning is enough.
The rows of the database as values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from mnist_studio import events
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.events import Crashed, Epoch, Finished, Stopped, Terminal
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import locks
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.database import Database


def full_id(database: Database, bundled: Iterable[str], beginning: str) -> str:
    """The one id that begins so.

    Args:
        database: of the user's runs.
        bundled: ids of the models that came with the studio.
        beginning: of an id, or all of it.

    Raises:
        UnknownName: no id begins so, or several do.
    """
    query = "SELECT id FROM runs WHERE substr(id, 1, ?) = ?"
    # Nothing is the beginning of every id, but never what was meant; no id is beyond ASCII,
    # and SQLite takes no lone surrogates.
    possible = beginning and beginning.isascii()
    rows = database.rows(query, len(beginning), beginning) if possible else []
    came = [model for model in bundled if possible and model.startswith(beginning)]
    match [*(str(run_id) for (run_id,) in rows), *came]:
        case [run_id]:
            return run_id
        case []:
            raise UnknownName(f"There is no run “{beginning}”.", "Look at the list of runs.")
        case several:
            raise UnknownName(
                f"{len(several)} runs begin with “{beginning}”.", "Write more of the id."
            )


Status = Literal["running", "finished", "stopped", "cancelled", "failed", "crashed"]
Row = tuple[Any, ...]

BUNDLED = "bundled-"
"""So begin the ids of the models that come with the studio, and no others."""

COLUMNS = "id, title, spec, status, created, terminal"

_TERMINALS: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)
_EPOCHS = msgspec.json.Decoder(Epoch)


@dataclass(frozen=True)
class Run:
    """One training and where its artifacts lie.

    Attributes:
        id: ``YYYYmmdd-HHMMSS-xxxx``, sortable by time; or of a model that came with the studio.
        title: the user's name of it.
        spec: what is trained and how.
        status: ``running`` or how it ended.
        created: seconds since 1970.
        folder: of its artifacts; see ``store.artifacts``.
        terminal: the event that ended it; None while it runs.
        checkpoint: there is one to go on from.
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
        """Whether it can go on: it ended early and left a checkpoint."""
        return self.checkpoint and self.status not in ("running", "finished")

    @property
    def trained(self) -> bool:
        """Whether its weights can be used: it finished, or was stopped with its weights kept."""
        return self.status in ("finished", "stopped")

    @property
    def ended(self) -> Finished | Stopped | None:
        """The terminal event of a run that saved weights; None for any other run."""
        return self.terminal if isinstance(self.terminal, Finished | Stopped) else None

    @property
    def bundled(self) -> bool:
        """Whether it came with the studio; see ``store.bundled``."""
        return self.id.startswith(BUNDLED)


def run_of(row: Row, runs: Path) -> Run:
    """The run of a row of ``COLUMNS``; ``runs`` is the folder of the runs' folders.

    Raises:
        StoreError: the row cannot be understood.
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
            # A run that goes on keeps its former end in its row until it has a new one.
            terminal=terminal_of(terminal) if status != "running" else None,
            checkpoint=(runs / run_id / CHECKPOINT).exists(),
        )
    except (SpecError, msgspec.DecodeError) as error:
        raise _unreadable(run_id, error) from error


def terminal_of(text: str | None) -> Terminal | None:
    """The terminal event of a row's column.

    Raises:
        msgspec.DecodeError: it cannot be understood.
    """
    return _TERMINALS.decode(text) if text else None


def epoch_of(text: str, run_id: str) -> Epoch:
    """The epoch that a run's row tells of.

    Raises:
        StoreError: the row cannot be understood.
    """
    try:
        return _EPOCHS.decode(text)
    except msgspec.DecodeError as error:
        raise _unreadable(run_id, error) from error


def _unreadable(run_id: str, error: Exception) -> StoreError:
    return StoreError(
        f"What is kept of the run {run_id} cannot be read: {error}", "Update MNIST Studio."
    )


TRAINED = (Finished, Stopped)
"""The ends that leave weights."""


def end(database: Database, run_id: str, event: Terminal) -> bool:
    """Ends a run that is running; False if it was not, so that the first end stays.

    One that went on and left no new weights ends as it had ended before.
    """
    former = _former(database, run_id)
    kept = former if former and not isinstance(event, TRAINED) else event
    row = (str(kept.__struct_config__.tag), events.encode(kept).decode(), run_id)
    changed = database.write(
        "UPDATE runs SET status = ?, terminal = ? WHERE id = ? AND status = 'running'", *row
    )
    if former is kept:
        _forget_epochs(database, run_id, former.step)
    return changed == 1


def crash(database: Database, run: Run) -> bool:
    """Marks a running run as crashed if its lock can be taken; whether it was marked."""
    reason = "The studio ended while this run was training."
    event = Crashed(run=run.id, framework=run.spec.framework, reason=reason)
    if not run.folder.is_dir():
        return end(database, run.id, event)
    lock = locks.take(run.folder)
    if lock is None:
        return False
    try:
        # A run that ended just before its lock was let go stays as it ended.
        return end(database, run.id, event)
    finally:
        lock.release()


def _former(database: Database, run_id: str) -> Finished | Stopped | None:
    """How a run that goes on had ended before, if it had kept weights then."""
    rows = database.rows("SELECT terminal FROM runs WHERE id = ?", run_id)
    terminal = terminal_of(rows[0][0]) if rows else None
    return terminal if isinstance(terminal, TRAINED) else None


def _forget_epochs(database: Database, run_id: str, step: int) -> None:
    """Takes out the epochs that were trained after ``step``."""
    for (text,) in database.rows("SELECT event FROM epochs WHERE run = ?", run_id):
        epoch = epoch_of(text, run_id)
        if epoch.step > step:
            row = (run_id, epoch.epoch)
            database.write("DELETE FROM epochs WHERE run = ? AND epoch = ?", *row)
