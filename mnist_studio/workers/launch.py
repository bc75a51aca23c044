"""Starts child processes: of this Python by ``multiprocessing``, of another one by its program."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker, util
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock
from types import ModuleType

from mnist_studio import paths
from mnist_studio.data.files import make_folder
from mnist_studio.errors import JobError
from mnist_studio.workers import child_entry
from mnist_studio.workers.external_python import ExternalPythonProcess
from mnist_studio.workers.lifeline import Lifeline

# CUDA does not survive a fork, and only the standard spawn works in a packaged program.
_SPAWN = multiprocessing.get_context("spawn")

_STARTING = Lock()
"""One process starts at a time, since the start changes what belongs to the whole process."""

_FLAGS = "_args_from_interpreter_flags"
"""The function by which ``multiprocessing`` passes on the options of this Python."""


def launch(
    task: str, environment: Mapping[str, str], console: Path | None = None, python: str = ""
) -> tuple[Connection, Lifeline, SpawnProcess | ExternalPythonProcess]:
    """Starts a child; returns the parent's end of its pipe, its lifeline, and the process.

    Args:
        task: dotted name of the function or class that does the work.
        environment: variables to set before anything heavy is imported.
        console: file for what the child prints.
        python: program of another Python that runs it; empty for the studio's own.

    Raises:
        JobError: the system starts no more processes, or that Python cannot run the task.
    """
    _make_folders(environment)
    try:
        return _launch(task, environment, str(console or ""), python)
    except OSError as error:
        raise JobError(
            f"A process could not be started: {error.strerror}.", "Close other programs."
        ) from error


def _make_folders(environment: Mapping[str, str]) -> None:
    """Makes the folders of Keras' and matplotlib's files, which they would let everyone read."""
    for name in ("KERAS_HOME", "MPLCONFIGDIR"):
        # Where it fails, Keras says what it misses, or does without.
        with suppress(OSError):
            if folder := environment.get(name):
                make_folder(Path(folder))


def _launch(
    task: str, environment: Mapping[str, str], console: str, python: str
) -> tuple[Connection, Lifeline, SpawnProcess | ExternalPythonProcess]:
    lifeline = Lifeline()
    try:
        connection, process = _started(task, environment, console, python, lifeline)
        lifeline.attach(process.pid or 0)
        if isinstance(process, ExternalPythonProcess):
            process.wait_until_ready(connection)
    except BaseException:
        lifeline.close()
        raise
    return connection, lifeline, process


def _started(
    task: str, environment: Mapping[str, str], console: str, python: str, lifeline: Lifeline
) -> tuple[Connection, SpawnProcess | ExternalPythonProcess]:
    ours, theirs = _SPAWN.Pipe()
    end = lifeline.child_end
    try:
        with _interrupts_blocked():
            if python:
                return ours, ExternalPythonProcess(python, theirs, end, task, environment, console)
            return ours, _spawned(theirs, end, task, environment, console)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()


def _spawned(
    theirs: Connection, end: Connection, task: str, environment: Mapping[str, str], console: str
) -> SpawnProcess:
    process = _SPAWN.Process(
        target=child_entry.main,
        args=(theirs, task, dict(environment), console, end),
        name=f"mnist-studio {task.rpartition('.')[2]}",
        daemon=True,
    )
    with _safe_path(), _main_hidden():
        process.start()
    return process


@contextmanager
def _safe_path() -> Iterator[None]:
    """Makes a Python that starts meanwhile ignore the files of the working folder.

    ``multiprocessing`` starts it with ``-c``, which puts the working folder first on the path: the
    child would import a ``struct.py`` that happens to lie there. ``PYTHONSAFEPATH`` would do the
    same, but every other program that is started from here would inherit it.
    """
    with _STARTING:
        former: Callable[[], list[str]] = getattr(util, _FLAGS)
        if not sys.flags.safe_path and not paths.frozen():
            setattr(util, _FLAGS, lambda: [*former(), "-P"])
        try:
            yield
        finally:
            setattr(util, _FLAGS, former)


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Keeps a process that starts meanwhile from importing this one's main module.

    A child does not need it, and its imports would come before the environment is set: NumPy's
    matrix products would take all processors.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Makes a process that starts meanwhile ignore Ctrl+C and log-outs from its first instruction.

    The child decides later (see ``child_entry``). This process receives the signals afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield  # Windows has no such thing.
        return
    # It would otherwise start with the first child, and let interrupts through again.
    with _safe_path():
        resource_tracker.ensure_running()
    blocked = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    former = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
