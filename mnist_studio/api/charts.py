"""Views of runs, computed and drawn by child processes, for what notebooks show."""

from collections.abc import Sequence
from pathlib import Path

from mnist_studio.analysis.view import View
from mnist_studio.comparison.messages import ViewOptions, ViewOutcome, ViewResult
from mnist_studio.comparison.report import files
from mnist_studio.comparison.report.html_view import chart_html
from mnist_studio.comparison.report.marks import families
from mnist_studio.comparison.selection import Selection, select_runs
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.store.runs import RunStore


def outcomes(
    selection: Selection, names: Sequence[str], options: ViewOptions, data: Path | None = None
) -> tuple[ViewOutcome, ...]:
    """Each view of these names, or why the runs do not have it.

    Raises:
        UnknownName: there is no such view.
        UsageError: an option is out of range.
    """
    with ViewWorker(data) as worker:
        return worker.compute(selection, names, options)


def drawn(views: Sequence[View], selection: Selection) -> tuple[bytes, ...]:
    """The charts of views as SVG files, one after the other."""
    files_ = files.pictures(views, families(selection), ("svg",))
    return tuple(file.content for file in files_)


def charts_of(run_id: str, view: str) -> str:
    """The charts of a view of one run as HTML; empty if the run lacks the data for it."""
    with RunStore() as store:
        selection = select_runs(store, [run_id])
    found = [
        reply.view for reply in outcomes(selection, [view], ViewOptions())
        if isinstance(reply, ViewResult)
    ]  # fmt: skip
    return "".join(map(chart_html, drawn(found, selection)))
