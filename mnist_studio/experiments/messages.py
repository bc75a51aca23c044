"""What a session hears from its jobs and from its user."""

from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal

from mnist_studio.events import AnyEvent

What = Literal["pause", "resume", "stop", "cancel"]


@dataclass(frozen=True)
class Heard:
    """The job of a cell told something."""

    cell: int
    event: AnyEvent


@dataclass(frozen=True)
class Over:
    """The job of a cell will tell nothing more; ``error`` if it broke."""

    cell: int
    error: Exception | None


@dataclass(frozen=True)
class Command:
    """Of the user, for the whole session."""

    what: What


@dataclass(frozen=True)
class Move:
    """A waiting cell to another place of the queue."""

    cell: int
    place: int


@dataclass(frozen=True)
class Drop:
    """A cell that shall not be trained in this session."""

    cell: int


Message = Heard | Over | Command | Move | Drop
Inbox = SimpleQueue[Message]
