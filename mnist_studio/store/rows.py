"""The rows of runs in the database: as values, by id, and how they end."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from mnist_studio import events
from mnist_studio.errors import SpecError, StoreDamaged, StoreError
from mnist_studio.events import Crashed, Epoch, Finished, Stopped, Terminal
from mnist_studio.formatting import printable, printable_lines
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import folders, titles
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.database import Database
from mnist_studio.store.run_record import NO_ANNOTATIONS, Annotations, Moment, Status

Row = tuple[Any, ...]

BUNDLED = "bundled-"
"""Prefix of the ids of bundled models."""

COLUMNS = "id, title, spec, status, created, terminal"
EPOCH_COLUMNS = "run, epoch, event"
MEMBER_COLUMNS = "run, experiment, concurrency, host"
ANNOTATION_COLUMNS = "run, tags, note, archived, trashed"

Id = Annotated[str, Meta(pattern=folders.ID)]

_TERMINALS: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)
_EPOCHS = msgspec.json.Decoder(Epoch)
_Typed = TypeVar("_Typed", bound=msgspec.Struct)
_Value = TypeVar("_Value")
_LOG = logging.getLogger(__name__)


class RunColumns(msgspec.Struct, frozen=True, array_like=True):
    """A row of ``COLUMNS``, with the types and limits that the program relies on."""

    id: Id
    title: str
    spec: str
    status: Status
    created: Moment
    terminal: str | None


class EpochRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table of epochs."""

    run: Id
    epoch: Annotated[int, Meta(ge=1)]
    event: str


class MemberRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table of members; the experiment is None if it was deleted."""

    run: Id
    experiment: Id | None
    concurrency: Annotated[int, Meta(ge=1, le=10_000)]
    host: str


class AnnotationRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table of annotations; see ``run_record.Annotations``."""

    run: Id
    tags: str
    note: str
    archived: Literal[0, 1]
    trashed: Moment | None


def typed(row: Row, kind: type[_Typed], what: str) -> _Typed:
    """A row as a struct.

    Args:
        row: of the database, where any value may be of any type.
        kind: with the types and limits.
        what: a row is, such as ``stored run``.

    Raises:
        StoreDamaged: a value is not as expected.
    """
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise unreadable(what, row[0] if row else "", error) from error


def unreadable(what: str, name: object, error: Exception | str) -> StoreDamaged:
    """The error for a row that cannot be used.

    Args:
        what: it is, such as ``stored run``.
        name: that it has in the database, which may be of any type.
        error: what is wrong.
    """
    shown = name if folders.is_id(name) else repr(name)[:60]
    return StoreDamaged(
        f"The {what} {shown} cannot be read: {str(error).rstrip('.')}.",
        "To set it aside, run: mnist-studio store check --set-aside",
    )


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
        annotations: of the user.
    """

    id: str
    title: str
    spec: RunSpec
    status: Status
    created: float
    folder: Path
    terminal: Terminal | None
    checkpoint: bool = False
    annotations: Annotations = NO_ANNOTATIONS

    @property
    def name(self) -> str:
        """What it is called wherever it is shown; see ``titles.name``."""
        return titles.name(self.title, self.spec)

    @property
    def state(self) -> str:
        """How it ended, or that it trains, as text: ``Finished``, ``Diverged``."""
        return events.state_title(self.status, events.reason_of(self.terminal))

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
    def tested(self) -> Finished | Stopped | None:
        """The terminal event of a run whose test figures are those of its stored weights.

        A run that was stopped has those of its last whole epoch instead.
        """
        return self.ended if self.finished or events.is_imported(self.terminal) else None

    @property
    def bundled(self) -> bool:
        """Whether it is a bundled model; see ``store.bundled``."""
        return self.id.startswith(BUNDLED)


def run_of(row: Row, runs: Path, annotations: Annotations = NO_ANNOTATIONS) -> Run:
    """The run of a row of ``COLUMNS``.

    Args:
        row: of the database.
        runs: folder of the runs' folders.
        annotations: of the run.

    Raises:
        StoreDamaged: the row is damaged.
        StoreError: it was written by a newer version.
    """
    stored = typed(row, RunColumns, "stored run")
    try:
        spec = codec.parse(stored.spec)
    except SpecError as error:
        raise _newer_or_damaged(stored.id, error) from error
    return Run(
        id=stored.id,
        title=printable(stored.title),
        spec=spec,
        status=stored.status,
        created=stored.created,
        folder=runs / stored.id,
        # The row of a resumed run has its previous end until it ends again.
        terminal=_terminal(stored) if stored.status != "running" else None,
        checkpoint=has_checkpoint(runs / stored.id),
        annotations=annotations,
    )


def has_checkpoint(folder: Path) -> bool:
    """Whether the folder of a run has a checkpoint to resume from."""
    return (folder / CHECKPOINT).exists()


def terminal_of(text: str | None) -> Terminal | None:
    """The terminal event of a row's column.

    Raises:
        msgspec.DecodeError: it is damaged.
    """
    return _TERMINALS.decode(text) if text else None


def epoch_of(row: Row) -> Epoch:
    """The epoch in a row of the table of epochs.

    Raises:
        StoreDamaged: the row is damaged.
    """
    stored = typed(row, EpochRow, "epoch of the stored run")
    try:
        epoch = _EPOCHS.decode(stored.event)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise unreadable("epoch of the stored run", stored.run, error) from error
    if epoch.epoch != stored.epoch:
        wrong = f"epoch {stored.epoch} is called {epoch.epoch}"
        raise unreadable("epoch of the stored run", stored.run, wrong)
    return epoch


def member_of(row: Row) -> MemberRow:
    """The membership in a row of ``MEMBER_COLUMNS``.

    Raises:
        StoreDamaged: the row is damaged.
    """
    return typed(row, MemberRow, "membership of the stored run")


def annotations_of(row: Row) -> tuple[str, Annotations]:
    """The id of a run and its annotations, in a row of ``ANNOTATION_COLUMNS``.

    Raises:
        StoreDamaged: the row is damaged.
    """
    what = "annotations of the stored run"
    stored = typed(row, AnnotationRow, what)
    values = {
        "tags": stored.tags.split(),
        "note": printable_lines(stored.note),
        "archived": bool(stored.archived),
        "trashed": stored.trashed,
    }
    try:
        return stored.run, msgspec.convert(values, Annotations)
    except msgspec.ValidationError as error:
        raise unreadable(what, stored.run, error) from error


def all_annotations(database: Database) -> dict[str, Annotations]:
    """The annotations of every run that has some; a damaged row is logged and left out."""
    query = f"SELECT {ANNOTATION_COLUMNS} FROM annotations"
    return dict(whole(annotations_of, database.rows(query)))


def annotations_of_run(database: Database, run_id: str) -> Annotations:
    """The annotations of one run; none if they are damaged."""
    query = f"SELECT {ANNOTATION_COLUMNS} FROM annotations WHERE run = ?"
    return dict(whole(annotations_of, database.rows(query, run_id))).get(run_id, NO_ANNOTATIONS)


def annotations_row(run_id: str, annotations: Annotations) -> Row:
    """The values of ``ANNOTATE``."""
    tags = " ".join(annotations.tags)
    return (run_id, tags, annotations.note, int(annotations.archived), annotations.trashed)


ANNOTATE = f"INSERT OR REPLACE INTO annotations ({ANNOTATION_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
IN_TRASH = "id IN (SELECT run FROM annotations WHERE typeof(trashed) IN ('real', 'integer'))"
"""Condition on rows of runs. A damaged date does not hide a run."""


def _terminal(stored: RunColumns) -> Terminal:
    """How a run ended.

    Raises:
        StoreDamaged: it is missing, not readable, or contradicts the status.
    """
    try:
        terminal = terminal_of(stored.terminal)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise unreadable("stored run", stored.id, error) from error
    if terminal is None or terminal.__struct_config__.tag != stored.status:
        raise unreadable("stored run", stored.id, f"it has no outcome “{stored.status}”.")
    return terminal


def _newer_or_damaged(run_id: str, error: SpecError) -> StoreError:
    if error.remedy == codec.UPDATE:
        return StoreError(f"The stored run {run_id} cannot be read: {error.problem}", error.remedy)
    return unreadable("stored run", run_id, error.problem)


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
    """Marks a running run as crashed; for the holder of its lock. False if it has ended."""
    reason = "MNIST Studio ended while this run was training."
    return end(database, run.id, Crashed(run=run.id, framework=run.spec.framework, reason=reason))


def _previous_end(database: Database, run_id: str) -> Finished | Stopped | None:
    """The previous end of a resumed run, if it had weights."""
    rows = database.rows("SELECT terminal FROM runs WHERE id = ?", run_id)
    try:
        terminal = terminal_of(rows[0][0]) if rows else None
    except (msgspec.DecodeError, UnicodeError, TypeError):
        # A damaged end is replaced by the new one.
        return None
    return terminal if isinstance(terminal, TRAINED) else None


def _delete_epochs(database: Database, run_id: str, step: int) -> None:
    """Deletes the epochs that were trained after ``step``."""
    for epoch in epochs_of(database, run_id):
        if epoch.step > step:
            row = (run_id, epoch.epoch)
            database.write("DELETE FROM epochs WHERE run = ? AND epoch = ?", *row)


def epochs_of(database: Database, run_id: str) -> tuple[Epoch, ...]:
    """The epochs of a run in order; a damaged one is logged and left out."""
    query = f"SELECT {EPOCH_COLUMNS} FROM epochs WHERE run = ? ORDER BY epoch"
    return tuple(whole(epoch_of, database.rows(query, run_id)))


def whole(decode: Callable[[Row], _Value], found: Iterable[Row]) -> Iterator[_Value]:
    """The values of all rows that can be read; the others are logged."""
    for row in found:
        try:
            yield decode(row)
        except StoreError as error:
            _LOG.warning("%s", error)
