"""The entry of every child process. Imports only the standard library, takes only strings.

The environment is set before NumPy or a framework is imported, because thread counts and log
levels are read at import.
"""

import faulthandler
import json
import os
import signal
import sys
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

TASKS = {
    "train": "mnist_studio.running.train_task",
    "predict": "mnist_studio.prediction.predict_task",
    "probe": "mnist_studio.workers.probe_task",
    "export": "mnist_studio.prediction.export_task",
    "learn": "mnist_studio.parity.learner_task",
    "views": "mnist_studio.comparison.task",
    "report": "mnist_studio.comparison.report.task",
    "why": "mnist_studio.explanation.task",
}
"""The modules of tasks, by name only: some live in rooms above this one."""


def main(connection: Connection, task: str, environment: str, console: str, request: str) -> None:
    """Runs one task to its end.

    Args:
        connection: bytes to and from the parent.
        task: a key of ``TASKS``; its module's ``run(connection, request)`` does the work.
        environment: JSON object of environment variables.
        console: file that takes what is printed; empty for nowhere.
        request: JSON text that the task understands.
    """
    os.environ.update(json.loads(environment))
    # The terminal sends Ctrl+C to the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _redirect(console)
    import_module(TASKS[task]).run(connection, request)
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
    # Whatever streams there were, a windowed build on Windows has none: what is printed must be
    # readable also when Python cannot encode it in the user's locale, or dies of a signal.
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    faulthandler.enable(sys.stderr)


def _stream(number: int) -> TextIO:
    return open(
        number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
