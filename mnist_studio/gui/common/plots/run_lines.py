"""Lines of plots, made of runs."""

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np

from mnist_studio.analysis import groups
from mnist_studio.events import Epoch
from mnist_studio.gui.common.plots.line_plot import PlotLine, Symbol, values
from mnist_studio.gui.services.live_run import LiveRun, Numbers
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.spec.run import RunSpec

Measure = Literal["loss", "accuracy"]

MEASURES = (
    ("batch", "Batches", "Training digits, every batch: a thin line"),
    ("training", "△ Training", "Training digits, mean over an epoch: triangles"),
    ("validation", "◇ Validation", "Validation digits after every epoch: hollow diamonds"),
    ("test", "● Test", "Test digits after every epoch: discs"),
)
AXES = (("epochs", "Epochs"), ("seconds", "Seconds"))

_SYMBOLS: dict[str, tuple[Symbol, bool]] = {
    "training": ("t", True),
    "validation": ("d", True),
    "test": ("o", False),
}
_FIELDS = {"training": "train", "validation": "validation", "test": "test"}


def shades(specs: Sequence[RunSpec]) -> list[int]:
    """The shade of every run: its place among the runs of its framework that differ from it.

    Runs that differ in nothing but their seed share one.
    """
    ranks: dict[RunSpec, int] = {}
    counts: dict[str, int] = {}
    for settings in map(groups.settings, specs):
        if settings not in ranks:
            ranks[settings] = counts.get(settings.framework, 0)
            counts[settings.framework] = ranks[settings] + 1
    return [ranks[groups.settings(spec)] for spec in specs]


def lines_of(
    runs: Sequence[LiveRun], measure: str, chosen: Collection[str], axis: str, smoothing: float
) -> list[PlotLine]:
    """The lines of runs that train.

    Args:
        runs: of the queue.
        measure: ``loss`` or ``accuracy``.
        chosen: keys of ``MEASURES``.
        axis: ``epochs`` or ``seconds``.
        smoothing: weight of the past in the lines per batch.
    """
    lines = []
    shaded = zip(runs, shades([run.spec for run in runs]), strict=True)
    for place, (run, shade) in enumerate(shaded):
        if "batch" in chosen:
            lines.append(_batch_line(run, place, measure, axis, smoothing, shade))
        for which in _FIELDS:
            if which in chosen:
                lines.append(_epoch_line(run, place, measure, which, axis, shade))
    return [line for line in lines if np.isfinite(line.y).any()]


def stored_lines(rows: Sequence[RunRow], measure: str, axis: str) -> list[PlotLine]:
    """The test lines of runs that are kept."""
    lines = []
    for row, shade in zip(rows, shades([row.run.spec for row in rows]), strict=True):
        x = _epochs_x(row.epochs, axis)
        y = _measured(row.epochs, measure, "test")
        lines.append(PlotLine(row.id, row.title, row.framework, x, y, "o", width=2.0, shade=shade))
    return [line for line in lines if np.isfinite(line.y).any()]


def _batch_line(
    run: LiveRun, place: int, measure: str, axis: str, smoothing: float, shade: int
) -> PlotLine:
    curve = run.losses if measure == "loss" else run.accuracies
    x = run.batch_epochs() if axis == "epochs" else run.batch_seconds()
    name = f"{run.title} · batches"
    y = curve.smoothed(smoothing)
    return PlotLine(f"{place}/batch", name, run.spec.framework, x, y, shade=shade)


def _epoch_line(
    run: LiveRun, place: int, measure: str, which: str, axis: str, shade: int
) -> PlotLine:
    symbol, hollow = _SYMBOLS[which]
    return PlotLine(
        f"{place}/{which}",
        f"{run.title} · {which}",
        run.spec.framework,
        _epochs_x(run.epochs, axis),
        _measured(run.epochs, measure, which),
        symbol=symbol,
        hollow=hollow,
        width=2.0,
        shade=shade,
    )


def _epochs_x(epochs: Sequence[Epoch], axis: str) -> Numbers:
    if axis == "epochs":
        return np.array([epoch.epoch for epoch in epochs], dtype=np.float64)
    return np.array([epoch.train_seconds for epoch in epochs], dtype=np.float64)


def _measured(epochs: Sequence[Epoch], measure: str, which: str) -> Numbers:
    name = f"{_FIELDS[which]}_{measure}"
    return values([getattr(epoch, name) for epoch in epochs])
