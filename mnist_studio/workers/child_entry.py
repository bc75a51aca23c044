"""The entry of every child process. Imports only the standard library.

Thread counts and log levels are read when NumPy or a framework is imported, so the environment is
set first and everything else is imported after it.
"""

import faulthandler
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

from mnist_studio.workers.lifeline import hold_on_to

LARGEST_CONSOLE = 1_000_000
"""Bytes of a console file at the start of a child; a larger one becomes the older file."""


def main(
    connection: Connection,
    task: str,
    environment: Mapping[str, str],
    console: str,
    lifeline: Connection | None = None,
) -> None:
    """Serves the requests of the parent until its end of the pipe closes.

    Args:
        connection: to the parent.
        task: dotted name of the function or class that does the work.
        environment: variables to set before anything else is imported.
        console: file that takes what is printed; empty for nowhere.
        lifeline: pipe that closes with the parent; that of ``multiprocessing`` if not given.
    """
    if lifeline is not None:
        hold_on_to(lifeline)
    elif parent := parent_process():
        hold_on_to(parent.sentinel)
    os.environ.update(environment)
    # The terminal sends Ctrl+C to the whole process group. The parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _redirect(console)
    import_module("mnist_studio.workers.serve").serve(connection, task, console)
    connection.close()


def _redirect(console: str) -> None:
    """Sends standard output and error, also those of C code, to a file."""
    target = console or os.devnull
    if console:
        Path(console).parent.mkdir(parents=True, exist_ok=True)
        _rotate(Path(console))
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
    # A windowed program on Windows starts without streams. What is printed must be readable even
    # where the user's locale cannot encode it, and even when a signal ends the process.
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    faulthandler.enable(sys.stderr)


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
