"""A child process as its parent sees it: bytes out, bytes in, and an end that always comes."""

import json
import multiprocessing
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Literal

from mnist_studio.errors import JobError
from mnist_studio.workers import child
from mnist_studio.workers.external import Foreign

Ending = Literal["ended", "terminated", "killed"]

# CUDA does not survive a fork, and only the standard spawn works in a frozen app.
_SPAWN = multiprocessing.get_context("spawn")

_HIDING = Lock()


class ChildGoneError(JobError):
    """The child closed its pipe: it ended, by itself or not."""


class Child:
    """One spawned process that runs one task.

    ``send`` may be called by any thread, everything else by the one that made it. Should the
    parent die, its end of the pipe closes, and the child ends itself.
    """

    def __init__(
        self,
        task: str,
        request: str,
        environment: Mapping[str, str],
        console: Path | None = None,
        python: str = "",
    ) -> None:
        """Starts the process.

        Args:
            task: a key of ``child.TASKS``.
            request: JSON text that the task understands.
            environment: variables to set before anything heavy is imported.
            console: file for what the child prints.
            python: the program of another Python that shall run it; empty for the studio's own.

        Raises:
            JobError: the system starts no more processes, or that Python cannot run the task.
        """
        self._sending = Lock()
        arguments = (task, json.dumps(dict(environment)), str(console or ""), request)
        try:
            self._connection, self._process = _started(task, arguments, python)
        except OSError as error:
            raise JobError(
                f"No process could be started: {error.strerror}.", "Close other programs."
            ) from error

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; negative for a signal."""
        return self._process.exitcode

    def send(self, message: bytes) -> bool:
        """Sends a message; False if the child is gone, which ``receive`` will tell as well."""
        with self._sending:
            try:
                self._connection.send_bytes(message)
            except OSError:
                return False
        return True

    def receive(self, timeout: float) -> bytes | None:
        """The next message, or None if none came within ``timeout`` seconds.

        Raises:
            ChildGoneError: the child will say nothing more.
        """
        try:
            return self._connection.recv_bytes() if self._connection.poll(timeout) else None
        except (EOFError, OSError) as error:
            raise ChildGoneError("The process ended.") from error

    def end(self, grace: float) -> Ending:
        """Waits ``grace`` seconds for it to end by itself, then terminates, then kills it."""
        ending: Ending = "ended"
        self._process.join(grace)
        if self._process.is_alive():
            ending = "terminated"
            self._process.terminate()
            self._process.join(1.0)
        if self._process.is_alive():
            ending = "killed"
            self._process.kill()
            self._process.join()
        self._connection.close()
        return ending


def _started(
    task: str, arguments: tuple[str, ...], python: str
) -> tuple[Connection, SpawnProcess | Foreign]:
    """Our end of a pipe, and the process that has the other."""
    ours, theirs = _SPAWN.Pipe()
    try:
        with _interrupts_held():
            process = Foreign(python, theirs) if python else _own(task, theirs, arguments)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    if isinstance(process, Foreign):
        process.introduce(ours, arguments)
    return ours, process


def _own(task: str, theirs: Connection, arguments: tuple[str, ...]) -> SpawnProcess:
    process = _SPAWN.Process(
        target=child.main, args=(theirs, *arguments), name=f"mnist-studio {task}", daemon=True
    )
    with _main_hidden():
        process.start()
    return process


@contextmanager
def _main_hidden() -> Iterator[None]:
    """A process started meanwhile does not import this one's main module.

    It has no use for it, and what a script imports - NumPy above all - would come before the
    environment that ``child.main`` sets: matrix products would take all processors.
    """
    with _HIDING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process started meanwhile is deaf to Ctrl+C from its birth, not only from its entry on.

    This process hears it afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield  # Windows has no such thing.
        return
    # Its start, otherwise with the first child, would let interrupts through again.
    resource_tracker.ensure_running()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
