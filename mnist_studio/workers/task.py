"""What a task is, for the parent that requests it and for the child that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from msgspec.msgpack import Decoder

from mnist_studio.workers.channel import Result, Update, WorkerError, decoder

RequestT = TypeVar("RequestT")
ProgressT = TypeVar("ProgressT")
ResultT = TypeVar("ResultT")

CommandHandler = Callable[[str], None]


def never() -> bool:
    """Whether it is cancelled, for work that cannot be cancelled."""
    return False


def ignore(_: object) -> None:
    """Takes progress that nobody watches."""


@dataclass(frozen=True)
class Task(Generic[RequestT, ProgressT, ResultT]):
    """A function that a child process runs, known to the parent by its name only.

    The function takes a request and a ``Context`` and returns the result. Alternatively it is a
    generator: what it yields is progress, what it returns is the result. A class can stand in its
    place: the child creates one object of it and calls that for every request, so that the object
    can keep what the next request needs, such as a loaded network.

    Attributes:
        name: dotted name of the function or class. Its module may import what the parent must not.
        progress: type of what comes before the result.
        result: type of the result.
    """

    name: str
    progress: Any
    result: Any

    @cached_property
    def replies(self) -> Decoder[Update[ProgressT] | Result[ResultT] | WorkerError]:
        """Decodes the messages of a child that runs this task."""
        # Types that are values; a type checker takes them for mistakes.
        progress, result = cast(Any, Update), cast(Any, Result)
        return decoder(progress[self.progress] | result[self.result] | WorkerError)


@dataclass(frozen=True)
class Context(Generic[ProgressT]):
    """What a task can do besides its work.

    Attributes:
        send: sends progress. Any thread may call it.
        is_cancelled: whether the request was cancelled or a newer one has come. Whether a task
            asks is its own choice.
        on_command: names the function that takes commands, also those that came before. It is
            called on the thread that listens to the parent, while the task works.
    """

    send: Callable[[ProgressT], None] = ignore
    is_cancelled: Callable[[], bool] = never
    on_command: Callable[[CommandHandler], None] = ignore
