"""The rows of the database as values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from mnist_studio.errors import SpecError, StoreError
from mnist_studio.events import Epoch, Terminal
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.artefacts import CHECKPOINT

Status = Literal["running", "finished", "stopped", "cancelled", "failed", "crashed"]
Row = tuple[Any, ...]

BUNDLED = "bundled-"
"""So begin the ids of the models that come with the studio, and no others."""

COLUMNS = "id, title, spec, status, created, terminal"

_TERMINALS: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)
_EPOCHS = msgspec.json.Decoder(Epoch)


@dataclass(frozen=True)
class Run:
    """One training and where its artefacts lie.

    Attributes:
        id: ``YYYYmmdd-HHMMSS-xxxx``, sortable by time; or of a model that came with the studio.
        title: the user's name of it.
        spec: what is trained and how.
        status: ``running`` or how it ended.
        created: seconds since 1970.
        folder: of its artefacts; see ``store.artefacts``.
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
