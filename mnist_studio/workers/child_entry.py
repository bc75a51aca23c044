"""The entry of every child process. Imports only the standard library.

Thread counts and log levels are read when NumPy or a framework is imported, so the environment is
set first and everything else is imported after it.
"""

import faulthandler
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO


def main(connection: Connection, task: str, environment: Mapping[str, str], console: str) -> None:
    """Serves the requests of the parent until its end of the pipe closes.

    Args:
        connection: to the parent.
        task: dotted name of the function or class that does the work.
        environment: variables to set before anything else is imported.
        console: file that takes what is printed; empty for nowhere.
    """
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
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
    # A windowed program on Windows starts without streams. What is printed must be readable even
    # where the user's locale cannot encode it, and even when a signal ends the process.
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    faulthandler.enable(sys.stderr)


def _stream(number: int) -> TextIO:
    return open(
        number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
