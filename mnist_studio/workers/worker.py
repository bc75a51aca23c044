"""The parent's side of child processes: one request, one process, or one that stays."""

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Generic, Literal, Self, TypeVar, cast

from msgspec import DecodeError, Raw

from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.workers.channel import (
    Cancel,
    Channel,
    ChannelClosed,
    Command,
    Request,
    Result,
    Update,
    WorkerError,
    decoder,
)
from mnist_studio.workers.launch import launch
from mnist_studio.workers.task import ProgressT, RequestT, ResultT, Task, ignore, never

Ending = Literal["ended", "terminated", "killed"]

_NewRequestT = TypeVar("_NewRequestT")
_NewProgressT = TypeVar("_NewProgressT")
_NewResultT = TypeVar("_NewResultT")

_any_reply = decoder(Update[Raw] | Result[Raw] | WorkerError)

POLL_SECONDS = 0.05
GRACE_SECONDS = 0.5


IMPORT: Task[str, None, str] = Task("mnist_studio.workers.probe.import_framework", None, str)
"""Imports a framework and gives its version."""

IMPORT_SECONDS = 120.0


class WorkerDied(JobError):
    """The child closed its end of the channel, or what it sent cannot be read."""


class Worker(Generic[RequestT, ProgressT, ResultT]):
    """One child process that runs one task; a context manager, for one thread at a time.

    Should the parent die, its end of the pipe closes and the child ends itself.
    """

    def __init__(
        self,
        task: Task[RequestT, ProgressT, ResultT],
        environment: Mapping[str, str],
        python: str = "",
        console: Path | None = None,
        framework: str = "",
    ) -> None:
        """Starts the process.

        Args:
            task: that it runs.
            environment: variables to set before anything heavy is imported.
            python: program of another Python that runs it; empty for the studio's own.
            console: file for what the child prints.
            framework: that the task imports. Should the process die before its first answer, the
                error says whether the framework can be imported at all.

        Raises:
            JobError: the system starts no more processes, or that Python cannot run the task.
        """
        self._task = task
        self._number = 0
        self._first = 1
        self._console = ""
        self._suspect = framework
        self._import = IMPORT, environment, python
        connection, self._lifeline, self._process = launch(task.name, environment, console, python)
        self._channel = Channel(connection)

    def __enter__(self) -> Self:
        """The worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process."""
        self.end(GRACE_SECONDS)

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.exitcode

    def for_task(
        self, task: Task[_NewRequestT, _NewProgressT, _NewResultT], console: Path
    ) -> "Worker[_NewRequestT, _NewProgressT, _NewResultT]":
        """The same process for another task, from the next request on.

        This object must not be used afterwards. Answers to its requests are ignored.

        Args:
            task: that it runs from now on.
            console: file for what the child prints from now on.
        """
        other = cast("Worker[Any, Any, Any]", copy(self))
        other._task, other._console = task, str(console)
        other._first = self._number + 1
        return other

    def request(
        self,
        request: RequestT,
        timeout: float = float("inf"),
        is_cancelled: Callable[[], bool] = never,
    ) -> Generator[ProgressT, None, ResultT]:
        """Sends a request at once. Answers to earlier ones are ignored from now on.

        Args:
            request: that the task takes.
            timeout: seconds to wait for each message, at most.
            is_cancelled: asked all the time while the parent waits.

        Returns:
            Progress as it comes, and then the result (see ``final_result``). Waiting raises
            ``JobError`` where the task failed, the process died or took too long, and
            ``CancelledByUser``.
        """
        number = self.send(request)
        return self._replies(number, timeout, is_cancelled)

    def send(self, request: RequestT) -> int:
        """Sends a request, whose answers ``receive`` returns; gives its number."""
        self._number += 1
        # A new process knows both from its start.
        changed = self._console and self._number == self._first
        task, console = (self._task.name, self._console) if changed else ("", "")
        self._send(Request(self._number, request, task, console))
        return self._number

    def cancel(self) -> None:
        """Lets the task know that nobody waits for the newest request any more."""
        self._send(Cancel(self._number))

    def command(self, name: str) -> None:
        """Sends a command to the task. Any thread may do so."""
        self._send(Command(name))

    def receive(self, timeout: float) -> Update[ProgressT] | Result[ResultT] | WorkerError | None:
        """The next message, or None if none came within ``timeout`` seconds.

        Raises:
            WorkerDied: the process has ended, or what it sent cannot be read.
        """
        try:
            content = self._channel.receive(timeout)
            if content is None or self._is_for_former_task(content):
                return None
            return self._task.replies.decode(content)
        except (ChannelClosed, DecodeError) as error:
            raise WorkerDied("A background process ended unexpectedly.", "Try again.") from error

    def _is_for_former_task(self, content: bytes) -> bool:
        return self._first > 1 and _any_reply.decode(content).number < self._first

    def kill(self) -> None:
        """Ends the process at once, whatever it is doing."""
        self._process.kill()
        self.end(GRACE_SECONDS)

    def end(self, grace: float) -> Ending:
        """Waits ``grace`` seconds for the process to end, then terminates, then kills it."""
        ending: Ending = "ended"
        # The child ends when it notices.
        self._channel.close()
        self._process.join(grace)
        if self._process.is_alive():
            ending = "terminated"
            self._process.terminate()
            self._process.join(1.0)
        if self._process.is_alive():
            ending = "killed"
            self._process.kill()
            self._process.join()
        self._lifeline.close()
        return ending

    def _send(self, message: Request[RequestT] | Cancel | Command) -> None:
        with suppress(ChannelClosed):  # ``receive`` reports it.
            self._channel.send(message)

    def _replies(
        self, number: int, timeout: float, is_cancelled: Callable[[], bool]
    ) -> Generator[ProgressT, None, ResultT]:
        while True:
            try:
                reply = self._reply(timeout, is_cancelled)
            except WorkerDied as error:
                raise self._explained(error, is_cancelled) from error
            self._suspect = ""
            if reply.number != number:
                continue  # It answers an earlier request.
            match reply:
                case Update(value=progress):
                    yield progress
                case Result(value=result):
                    return result
                case WorkerError(reason=reason):
                    raise JobError(reason)

    def _explained(self, error: WorkerDied, is_cancelled: Callable[[], bool]) -> JobError:
        """The error for a process that has died; a better one if its framework is broken."""
        self.end(GRACE_SECONDS)
        name, (task, environment, python) = self._suspect, self._import
        # An end from outside, as when memory runs out, does not concern the framework.
        if not name or not registry.import_died(name, self.exit_code, ""):
            return error
        with TemporaryDirectory() as folder:
            console = Path(folder) / "console.txt"
            with Worker(task, environment, python, console) as worker:
                try:
                    final_result(worker.request(name, IMPORT_SECONDS, is_cancelled))
                except WorkerDied:
                    worker.end(GRACE_SECONDS)
                    output = console.read_text("utf-8", "replace")
                    known = registry.import_died(name, worker.exit_code, output, python)
                    return JobError(known.problem, known.remedy) if known else error
                except JobError as reason:
                    return reason
        return error

    def _reply(
        self, timeout: float, is_cancelled: Callable[[], bool]
    ) -> Update[ProgressT] | Result[ResultT] | WorkerError:
        deadline = monotonic() + timeout
        while monotonic() < deadline:
            if is_cancelled():
                raise CancelledByUser("Canceled.", "Nothing that was saved is lost.")
            if reply := self.receive(POLL_SECONDS):
                return reply
        raise JobError("A background process did not answer in time.", "Try again.")


def final_result(
    replies: Generator[ProgressT, None, ResultT],
    on_progress: Callable[[ProgressT], object] = ignore,
) -> ResultT:
    """Waits for the result of a request.

    Args:
        replies: that ``request`` gave.
        on_progress: takes what comes before the result.
    """
    while True:
        try:
            on_progress(next(replies))
        except StopIteration as end:
            result: ResultT = end.value
            return result


def request_once(
    task: Task[RequestT, ProgressT, ResultT],
    request: RequestT,
    framework: str,
    timeout: float,
    *,
    on_progress: Callable[[ProgressT], object] = ignore,
    is_cancelled: Callable[[], bool] = never,
    python: str | None = None,
    threads: int = 0,
) -> ResultT:
    """Runs a task in a process of its own and returns its result.

    Args:
        task: to run.
        request: that it takes.
        framework: whose environment the process gets.
        timeout: seconds to wait for each message, at most.
        on_progress: takes the task's progress.
        is_cancelled: asked all the time.
        python: program that runs it; None for the one that computes for the framework.
        threads: of the CPU; 0 leaves it to the framework.

    Raises:
        JobError: the task failed, or the process died or took too long.
        CancelledByUser: by the user.
    """
    program = registry.python(framework) if python is None else python
    environment = registry.environment(framework, threads)
    with Worker(task, environment, program, framework=framework) as worker:
        return final_result(worker.request(request, timeout, is_cancelled), on_progress)


class PersistentWorker(Generic[RequestT, ProgressT, ResultT]):
    """A child process that stays from one request to the next; a context manager.

    The first request starts it, and the next one after it failed. For one thread at a time.
    """

    def __init__(
        self,
        task: Task[RequestT, ProgressT, ResultT],
        framework: str,
        timeout: float = float("inf"),
        threads: int = 1,
    ) -> None:
        """Starts nothing yet.

        Args:
            task: that it runs.
            framework: whose environment the process gets.
            timeout: seconds to wait for each message, at most.
            threads: of the CPU; 0 leaves it to the framework.
        """
        self.framework = framework
        self._task = task
        self._timeout = timeout
        self._threads = threads
        self._worker: Worker[RequestT, ProgressT, ResultT] | None = None

    def __enter__(self) -> Self:
        """This object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process."""
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        return self._worker.pid if self._worker else None

    def request(
        self, request: RequestT, is_cancelled: Callable[[], bool] = never
    ) -> Generator[ProgressT, None, ResultT]:
        """See ``Worker.request``.

        A cancelled request ends soon and leaves the process alive. A failed one ends the process.

        Raises:
            JobError: the process cannot be started.
        """
        if self._worker is None:
            environment = registry.environment(self.framework, self._threads)
            program = registry.python(self.framework)
            self._worker = Worker(self._task, environment, program, framework=self.framework)
        replies = self._worker.request(request, self._timeout, is_cancelled)
        return self._watched(self._worker, replies)

    def _watched(
        self,
        worker: Worker[RequestT, ProgressT, ResultT],
        replies: Generator[ProgressT, None, ResultT],
    ) -> Generator[ProgressT, None, ResultT]:
        try:
            return (yield from replies)
        except CancelledByUser:
            worker.cancel()
            raise
        except JobError:
            self.close()
            raise

    def switch(self, framework: str) -> None:
        """Lets another framework answer the next request. Ends the process of the former one."""
        if framework != self.framework:
            self.close()
            self.framework = framework

    def close(self) -> None:
        """Ends the process, if there is one. May be called twice."""
        if self._worker:
            self._worker.end(0.0)
            self._worker = None
