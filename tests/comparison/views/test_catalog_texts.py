"""Every view of a made-up experiment, word for word: sentences, axes, columns, and figures.

    MNIST_STUDIO_WRITE_TEXTS=1 python -m pytest tests/comparison/views/test_catalog_texts.py

writes the stored text. Read what changed before you commit it.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_studio.analysis.view import AxisSpec, Bars, Chart, Lines, Matrix, Parallel, Points
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import select_experiment
from mnist_studio.comparison.views import catalog
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.errors import UnknownName
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.store import robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.runs import RunStore
from tests.gui.stored import add

STORED = Path(__file__).with_name("catalog_texts.txt")
WRITE = "MNIST_STUDIO_WRITE_TEXTS"
MOST_ROWS = 3
MADE_UP = ExperimentSpec(
    title="Made up",
    question="Does the framework or the network matter?",
    grid=Grid(("mlp-128", "tiny-10"), ("numpy", "pytorch"), batch_sizes=(32, 64)),
    seeds=(1, 2, 3, 4, 5),
    datasets=("builtin",),
    epochs=3,
)


@pytest.fixture
def made_up(home: Path) -> RunData:
    with RunStore() as store:
        experiment = add(store, MADE_UP)
        data = RunData(select_experiment(store, experiment))
    for place, run in enumerate(data.runs[::5]):
        curves = tuple(
            RobustnessCurve(kind, change.strengths, (0.9, 0.8, 0.7, 0.6, 0.5 - 0.1 * place))
            for kind, change in CORRUPTIONS.items()
        )
        robustness.save(run.folder, Robustness(30, 500, "numpy", 0.95, curves))
    return data


def test_views_say_what_they_said(made_up: RunData) -> None:
    selection = made_up.selection
    begun = tuple(replace(run, status="running", terminal=None) for run in selection.runs)
    kinds = {
        "Finished": made_up,
        "One run": RunData(replace(selection, runs=selection.runs[:1])),
        "Not started": RunData(replace(selection, runs=begun, epochs={})),
    }
    lines = [
        line
        for kind, data in kinds.items()
        for name in catalog.VIEWS
        for line in (f"==== {kind}: {name}", *_lines(name, data))
    ]
    text = "\n".join(lines) + "\n"
    for number, run in enumerate(made_up.runs):
        text = text.replace(run.id, f"run {number}")
    if os.environ.get(WRITE):
        STORED.write_text(text, "utf-8")
    assert text.splitlines() == STORED.read_text("utf-8").splitlines()


def test_an_unknown_view_gets_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match=r"confusin.*confusion"):
        catalog.view_entry("confusin")


def _lines(name: str, data: RunData) -> Iterator[str]:
    try:
        view = catalog.compute(name, data, ViewOptions(target=0.885))
    except NotComparable as error:
        yield f"not comparable: {error}"
        return
    yield from (view.title, view.description, view.sentence)
    yield from (f"note: {note}" for note in view.notes)
    for chart in view.charts:
        yield from _chart(chart)
    yield " | ".join(f"{column.title} [{column.unit}]" for column in view.table.columns)
    for row in view.table.rows[:MOST_ROWS]:
        yield " | ".join(map(_cell, row.cells))


def _chart(chart: Chart) -> Iterator[str]:
    match chart:
        case Lines():
            yield f"lines: {_axis(chart.x)}; {_axis(chart.y)}"
            yield from (
                f"  {line.title}{' (thin)' * line.thin}" for line in chart.lines[:MOST_ROWS]
            )
        case Bars():
            yield f"bars: {_axis(chart.value)}{', stacked' * chart.stacked}"
            yield from (f"  {bar.group}: {bar.title}" for bar in chart.bars[:MOST_ROWS])
        case Points():
            yield f"points: {_axis(chart.x)}; {_axis(chart.y)}"
            yield from (f"  {point.title}" for point in chart.points[:MOST_ROWS])
        case Matrix():
            yield f"matrix [{chart.unit}]: {chart.row} by {chart.column}"
            yield f"  {', '.join(chart.rows)} by {', '.join(chart.columns)}"
        case Parallel():
            yield f"parallel: {', '.join(axis.title for axis in chart.axes)}"


def _axis(axis: AxisSpec) -> str:
    low, high = _cell(axis.low), _cell(axis.high)
    return f"{axis.title} [{axis.unit}]{' log' * axis.log} from {low} to {high}"


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
