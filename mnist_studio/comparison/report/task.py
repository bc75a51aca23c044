"""The task of drawing, which takes too long for the parent."""

from pathlib import Path

from mnist_studio.analysis.view import View
from mnist_studio.analysis.view_text import printable_texts
from mnist_studio.comparison.report import charts, content, html_page, networks, pdf_file
from mnist_studio.comparison.report.marks import marks
from mnist_studio.comparison.report.messages import (
    DrawNetwork,
    DrawViews,
    File,
    FilesRequest,
    WriteReport,
)
from mnist_studio.comparison.run_data import RunData
from mnist_studio.workers.task import Context

COMPUTED = 0.7
"""How much of the work on a report is done when its views are computed."""


def write_files(request: FilesRequest, context: Context[float]) -> tuple[File, ...]:
    """The task: one file of a report, one file per chart and kind, or one of a network."""
    match request:
        case WriteReport(kind=kind):
            return (File(f"report.{kind}", _report(request, context)),)
        case DrawViews():
            return _pictures(request, context)
        case DrawNetwork(model=model, title=title, kind=kind):
            return (File(f"network.{kind}", networks.picture(model, title, kind)),)


def _report(request: WriteReport, context: Context[float]) -> bytes:
    run_data = RunData(request.selection, Path(request.data) if request.data else None)
    report = content.report(
        run_data, request.names, request.options, lambda done: context.send(COMPUTED * done)
    )
    report = printable_texts(report)
    written = html_page.write(report) if request.kind == "html" else pdf_file.write(report)
    context.send(1.0)
    return written


def _pictures(request: DrawViews, context: Context[float]) -> tuple[File, ...]:
    known = marks(request.families)
    pictures = [
        (view, place, kind)
        for view in printable_texts(request.views)
        for place in range(len(view.charts))
        for kind in request.kinds
    ]
    files = []
    for view, place, kind in pictures:
        drawn = charts.picture(view.charts[place], known, kind, view.title)
        files.append(File(f"{stem(view, place)}.{kind}", drawn))
        context.send(len(files) / len(pictures))
    return tuple(files)


def stem(view: View, place: int) -> str:
    """The name of a chart's file: a view with several charts numbers them from 1."""
    return f"{view.name}-{place + 1}" if len(view.charts) > 1 else view.name
