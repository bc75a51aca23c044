"""The entry of every child process. Imports only the standard library.

Thread counts and log levels are read when NumPy or a framework is imported, so the environment is
set first and everything else is imported after it.
"""

import faulthandler
import os
import select
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import TextIO

from mnist_studio.workers.lifeline import hold_on_to

LARGEST_CONSOLE = 1_000_000
"""Bytes of a console file at the start of a child; a larger one becomes the older file."""


def main(
    connection: Connection,
    task: str,
    environment: Mapping[str, str],
    console: str,
    lifeline: Connection,
) -> None:
    """Serves the requests of the parent until its end of the pipe closes.

    Args:
        connection: to the parent.
        task: dotted name of the function or class that does the work.
        environment: variables to set before anything else is imported.
        console: file that takes what is printed; empty for nowhere.
        lifeline: pipe that closes with the parent.
    """
    hold_on_to(lifeline)
    os.environ.update(environment)
    _leave_signals_to_parent(connection)
    redirect(console)
    import_module("mnist_studio.workers.serve").serve(connection, task, console)
    connection.close()


def _leave_signals_to_parent(connection: Connection) -> None:
    """Ignores what a terminal or a log-out sends to all processes: the parent decides then.

    A parent that ends this process with SIGTERM closes its end of the pipe first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return

    def on_terminate(number: int, _: FrameType | None) -> None:
        if _is_closed(connection):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, on_terminate)
    # The parent blocked it while it started this process.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _is_closed(connection: Connection) -> bool:
    """Whether the parent has closed its end of the pipe."""
    try:
        descriptor = connection.fileno()
    except OSError:
        return True  # This end is closed too.
    states = select.poll()
    states.register(descriptor, 0)
    return any(state & (select.POLLHUP | select.POLLERR) for _, state in states.poll(0))


def redirect(console: str) -> None:
    """Sends standard output and error, also those of C code, to a file."""
    file = _opened(console)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
    # A windowed program on Windows starts without streams. What is printed must be readable even
    # where the user's locale cannot encode it, and even when a signal ends the process.
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    faulthandler.enable(sys.stderr)


def _opened(console: str) -> int:
    """The descriptor of the console file, or of the null device if there can be none."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    # On a full disk a child trains without a console; what it needs fails later, with a reason.
    with suppress(OSError):
        if console:
            Path(console).parent.mkdir(parents=True, exist_ok=True)
            _rotate(Path(console))
            return os.open(console, flags, 0o600)
    return os.open(os.devnull, flags)


def _rotate(console: Path) -> None:
    """Moves a large file of earlier children aside, in place of one that was moved before."""
    # Another program may have it open, or the folder may be read-only; then it grows on.
    with suppress(OSError):
        if console.stat().st_size > LARGEST_CONSOLE:
            console.replace(console.with_name(f"{console.name}.1"))


def _stream(number: int) -> TextIO:
    return open(
        number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
