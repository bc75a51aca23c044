"""Comparisons of runs for scripts and notebooks: the views of the Compare page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from mnist_studio import paths
from mnist_studio.analysis.view import Column, Row, View
from mnist_studio.api import charts
from mnist_studio.api.datasets import folder_of
from mnist_studio.api.home import load_yours
from mnist_studio.api.results import data_frame
from mnist_studio.api.runs import StoredRun
from mnist_studio.comparison.messages import (
    AXES,
    ViewOptions,
    ViewResult,
    ViewUnavailable,
    XAxis,
)
from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.report.html_view import fragment, view_html
from mnist_studio.comparison.report.marks import families
from mnist_studio.comparison.selection import Selection, select_experiment, select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import UsageError
from mnist_studio.experiments.request import stored_experiment
from mnist_studio.formatting import counted, listed
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True, eq=False)
class ComparedView:
    """One view of a comparison, which notebooks show with its charts.

    Attributes:
        name: of the view, such as ``final-accuracy``.
        title: of the view.
        sentence: what it shows, in words; may be empty.
        description: what it shows, whatever the runs.
        notes: caveats.
        columns: of its table.
        rows: of its table, with the ID of the run or group that each belongs to.
    """

    _comparison: "Comparison" = field(repr=False)
    _view: View = field(repr=False)

    @property
    def name(self) -> str:
        """Of the view, such as ``final-accuracy``."""
        return self._view.name

    @property
    def title(self) -> str:
        """Of the view."""
        return self._view.title

    @property
    def sentence(self) -> str:
        """What it shows, in words; may be empty."""
        return self._view.sentence

    @property
    def notes(self) -> tuple[str, ...]:
        """Caveats, such as that times are not comparable."""
        return tuple(self._view.notes)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of its table: titles and units."""
        return tuple(self._view.table.columns)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Of its table, each with the ID of the run or group that it belongs to."""
        return tuple(self._view.table.rows)

    def to_pandas(self) -> Any:
        """The table as a ``pandas.DataFrame``.

        Raises:
            UsageError: pandas is not installed.
        """
        names = [column.title for column in self.columns]
        return data_frame([dict(zip(names, row.cells, strict=True)) for row in self.rows])

    def __repr__(self) -> str:
        """Title and sentence."""
        return f"<View {self.name}: {self.sentence or self.title}>"

    def _repr_html_(self) -> str:
        return fragment(self._html)

    @cached_property
    def _html(self) -> str:
        return view_html(self._view, charts.drawn([self._view], self._comparison.selection))


class Comparison:
    """Runs and the views of them. Notebooks show all of its views; ``comparison[name]`` is one.

    Attributes:
        views: that could be computed, in their order.
        unavailable: those that these runs lack the data for, with the reason.
        selection: the runs with what the store has of them.
    """

    def __init__(self, selection: Selection, options: ViewOptions, data: Path | None) -> None:
        """Computes nothing yet."""
        self.selection = selection
        self.views: tuple[ComparedView, ...] = ()
        self.unavailable: tuple[ViewUnavailable, ...] = ()
        self._options = options
        self._data = data

    def compute(self, names: Sequence[str]) -> "Comparison":
        """Computes views in a child process, and returns this comparison with them.

        Raises:
            UnknownName: there is no such view.
            UsageError: an option is out of range.
        """
        replies = charts.outcomes(self.selection, names, self._options, self._data)
        found = [reply.view for reply in replies if isinstance(reply, ViewResult)]
        self.views = tuple(ComparedView(self, view) for view in found)
        self.unavailable = tuple(one for one in replies if isinstance(one, ViewUnavailable))
        return self

    @property
    def runs(self) -> tuple[StoredRun, ...]:
        """The compared runs."""
        return tuple(map(StoredRun, self.selection.runs))

    def report(self, path: str | Path) -> Path:
        """Writes a report with all views as HTML or PDF, by the name of the file.

        Raises:
            UsageError: another kind of file.
            DataError: the file cannot be written.
        """
        target = paths.expanded(str(path))
        writing.write_report(self.selection, target, (), self._options, self._data)
        return target

    def export(self, folder: str | Path) -> tuple[Path, ...]:
        """Writes every view as PNG, SVG, and CSV into a folder, and returns the files.

        Raises:
            DataError: the folder cannot be written.
        """
        views = [each._view for each in self.views]
        return writing.export(views, families(self.selection), paths.expanded(str(folder)))

    def __getitem__(self, name: str) -> ComparedView:
        """The view of that name.

        Raises:
            UnknownName: there is no such view.
            UsageError: it was not requested, or these runs lack the data for it.
        """
        catalog.view_entry(name)
        for view in self.views:
            if view.name == name:
                return view
        for refused in self.unavailable:
            if refused.name == name:
                raise UsageError(refused.problem, refused.remedy)
        raise UsageError(
            f"The view {name} was not computed.", f'Name it: compare(runs, views=["{name}"])'
        )

    def __iter__(self) -> Iterator[ComparedView]:
        """The views."""
        return iter(self.views)

    def __len__(self) -> int:
        """The number of views."""
        return len(self.views)

    def __repr__(self) -> str:
        """The runs and the names of the views."""
        names = ", ".join(view.name for view in self.views)
        return f"<Comparison of {counted(len(self.selection.runs), 'run')}: {names}>"

    def _repr_html_(self) -> str:
        refused = "".join(
            f'<p class="note">{escape(f"{one.title}: {one.problem} {one.remedy}".strip())}</p>'
            for one in self.unavailable
        )
        return fragment("".join(view._html for view in self.views) + refused)


def compare(
    runs: Sequence[StoredRun | str] | str,
    views: Sequence[str] = catalog.BRIEF,
    *,
    axis: XAxis = "epochs",
    target: float | None = None,
    threshold: float | None = None,
    model: StoredRun | str = "",
    question: str = "",
    data: str | Path | None = None,
) -> Comparison:
    """Compares runs, as the Compare page and ``mnist-studio compare`` do.

    Args:
        runs: runs or their IDs; or the ID, title, or ready-made name of an experiment.
        views: names of views, such as ``curves-accuracy`` and ``confusion``, or ``["all"]``.
        axis: x-axis of curves: ``epochs``, ``steps``, or ``seconds``.
        target: accuracy to reach, a fraction.
        threshold: smallest relevant difference in accuracy, a fraction.
        model: run whose predictions are shown in views of one run.
        question: to print at the top of the report.
        data: folder with the MNIST files.

    Raises:
        UnknownName: there is no such run, experiment, or view.
        UsageError: there is no run, or an option is out of range.
    """
    load_yours()
    if axis not in AXES:
        raise UsageError(f"“{axis}” is not a valid axis.", f"Choose {listed(AXES, 'or')}.")
    selection = _selected(runs, question)
    plain = ViewOptions()
    options = ViewOptions(
        axis=axis,
        target=plain.target if target is None else target,
        threshold=selection.threshold if threshold is None else threshold,
        model=_id(model),
    )
    names = catalog.VIEWS if "all" in views else tuple(dict.fromkeys(views))
    return Comparison(selection, options, folder_of(data)).compute(names)


def _selected(runs: Sequence[StoredRun | str] | str, question: str) -> Selection:
    with RunStore() as store:
        if isinstance(runs, str):
            return select_experiment(store, stored_experiment(store, runs))
        if not runs:
            raise UsageError("There are no runs to compare.", "Pass at least one run.")
        return select_runs(store, [_id(run) for run in runs], question)


def _id(run: StoredRun | str) -> str:
    return run.id if isinstance(run, StoredRun) else run
