"""Lines of plots, made of runs."""

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np

from mnist_studio.events import Epoch
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.live import LiveRun, Numbers
from mnist_studio.gui.plots.line import Line, Symbol, values

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


def lines_of(
    runs: Sequence[LiveRun], measure: str, chosen: Collection[str], axis: str, smoothing: float
) -> list[Line]:
    """The lines of runs that train.

    Args:
        runs: of the queue.
        measure: ``loss`` or ``accuracy``.
        chosen: keys of ``MEASURES``.
        axis: ``epochs`` or ``seconds``.
        smoothing: weight of the past in the lines per batch.
    """
    lines = []
    for place, run in enumerate(runs):
        if "batch" in chosen:
            lines.append(_batch_line(run, place, measure, axis, smoothing))
        for which in _FIELDS:
            if which in chosen:
                lines.append(_epoch_line(run, place, measure, which, axis))
    return [line for line in lines if np.isfinite(line.y).any()]


def stored_lines(rows: Sequence[RunRow], measure: str, axis: str) -> list[Line]:
    """The test lines of runs that are kept."""
    lines = []
    for row in rows:
        x = _epochs_x(row.epochs, axis)
        y = _measured(row.epochs, measure, "test")
        lines.append(Line(row.id, row.title, row.framework, x, y, symbol="o", width=2.0))
    return [line for line in lines if np.isfinite(line.y).any()]


def _batch_line(run: LiveRun, place: int, measure: str, axis: str, smoothing: float) -> Line:
    curve = run.losses if measure == "loss" else run.accuracies
    x = run.batch_epochs() if axis == "epochs" else run.batch_seconds()
    name = f"{run.title} · batches"
    return Line(f"{place}/batch", name, run.spec.framework, x, curve.smoothed(smoothing))


def _epoch_line(run: LiveRun, place: int, measure: str, which: str, axis: str) -> Line:
    symbol, hollow = _SYMBOLS[which]
    return Line(
        f"{place}/{which}",
        f"{run.title} · {which}",
        run.spec.framework,
        _epochs_x(run.epochs, axis),
        _measured(run.epochs, measure, which),
        symbol=symbol,
        hollow=hollow,
        width=2.0,
    )


def _epochs_x(epochs: Sequence[Epoch], axis: str) -> Numbers:
    if axis == "epochs":
        return np.array([epoch.epoch for epoch in epochs], dtype=np.float64)
    return np.array([epoch.train_seconds for epoch in epochs], dtype=np.float64)


def _measured(epochs: Sequence[Epoch], measure: str, which: str) -> Numbers:
    name = f"{_FIELDS[which]}_{measure}"
    return values([getattr(epoch, name) for epoch in epochs])
