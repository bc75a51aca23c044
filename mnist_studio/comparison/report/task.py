"""The task of drawing, in a child: it alone loads matplotlib."""

import sys
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from mnist_studio.analysis.view import View
from mnist_studio.comparison.report import charts, content, html_page, messages, pdf_file
from mnist_studio.comparison.report.marks import marks
from mnist_studio.comparison.report.messages import Broken, Done, DrawViews, File, WriteReport
from mnist_studio.comparison.run_data import RunData
from mnist_studio.workers.task_errors import explain

COMPUTED = 0.7
"""How much of the work on a report is done when its views are computed."""


def run(connection: Connection, request: str) -> None:
    """Answers one ``WriteReport`` or ``DrawViews`` with its files."""
    try:
        asked = messages.to_drawing.decode(connection.recv_bytes())
        told = _Teller(connection)
        if isinstance(asked, WriteReport):
            told.tell(File(f"report.{asked.kind}", _written(asked, told)))
        else:
            for file, fraction in _drawn(asked):
                told.tell(file)
                told.done(fraction)
        told.done(1.0)
    except (EOFError, OSError):
        return  # Nobody listens any more.
    except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
        traceback.print_exc(file=sys.stderr)
        connection.send_bytes(messages.encode(Broken(explain(error))))


class _Teller:
    """Sends what is done."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, message: File | Done) -> None:
        self._connection.send_bytes(messages.encode(message))

    def done(self, fraction: float) -> None:
        self.tell(Done(fraction))


def _written(asked: WriteReport, told: _Teller) -> bytes:
    run_data = RunData(asked.chosen, Path(asked.data) if asked.data else None)
    report = content.report(
        run_data, asked.names, asked.options, lambda part: told.done(COMPUTED * part * 0.999)
    )
    return html_page.write(report) if asked.kind == "html" else pdf_file.write(report)


def _drawn(asked: DrawViews) -> Iterator[tuple[File, float]]:
    """Every picture, and how much is done with it."""
    known = marks(asked.families)
    pictures = [
        (view, place, kind)
        for view in asked.views
        for place in range(len(view.charts))
        for kind in asked.kinds
    ]
    for number, (view, place, kind) in enumerate(pictures, start=1):
        drawn = charts.picture(view.charts[place], known, kind, view.title)
        # Done is told apart, so that what comes last is always that.
        yield File(f"{stem(view, place)}.{kind}", drawn), 0.999 * number / len(pictures)


def stem(view: View, place: int) -> str:
    """The name of a chart's file: a view with several charts numbers them from 1."""
    return f"{view.name}-{place + 1}" if len(view.charts) > 1 else view.name
