"""The task of computing views, in a child: it alone loads SciPy's statistics."""

import sys
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from mnist_studio.comparison import messages
from mnist_studio.comparison.messages import Answer, Broken, Made, Refused, Wanted
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import MnistStudioError
from mnist_studio.workers.task_errors import explain


def run(connection: Connection, request: str) -> None:
    """Answers every ``Wanted`` with a ``Made`` or ``Refused`` a view, until the pipe closes."""
    while True:
        try:
            asked = messages.wanted.decode(connection.recv_bytes())
        except EOFError:
            return
        try:
            for answer in answers(asked):
                connection.send_bytes(messages.encode(answer))
        except OSError:
            return  # Nobody listens any more.
        except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
            traceback.print_exc(file=sys.stderr)
            connection.send_bytes(messages.encode(Broken(explain(error))))


def answers(asked: Wanted) -> Iterator[Answer]:
    """The views, in the order in which they are wanted."""
    run_data = RunData(asked.chosen, Path(asked.data) if asked.data else None)
    for name in asked.names:
        entry = catalog.view_entry(name)
        try:
            yield Made(catalog.compute(name, run_data, asked.options))
        except MnistStudioError as error:
            yield Refused(entry.name, entry.title, error.problem, error.remedy)
