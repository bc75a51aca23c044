"""Charts of runs that train or that are stored, and the marks of their lines."""

from collections.abc import Collection, Sequence
from typing import Literal, cast

import numpy as np

from mnist_studio.analysis import groups
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, training_time_after
from mnist_studio.analysis.view import AxisSpec, Line, Lines
from mnist_studio.events import Epoch, Finished, Stopped
from mnist_studio.gui.services.live_run import LiveRun, Numbers
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.marks import RunMark
from mnist_studio.gui.theme.theme import Theme, shaded
from mnist_studio.palette import DASHES
from mnist_studio.spec.run import RunSpec

Measure = Literal["loss", "accuracy"]
Ended = Finished | Stopped | None

MEASURES = (
    ("batch", "Batches", "Shows the training batches as a thin line (default: on)"),
    ("training", "△ Training", "Shows the mean of the training batches per epoch (default: off)"),
    ("validation", "◇ Validation", "Shows the validation set after every epoch (default: on)"),
    ("test", "● Test", "Shows the test set after every epoch (default: on)"),
)
AXES = (
    ("epochs", "Epochs", "Plots the curves against epochs (default)"),
    ("seconds", "Seconds", "Plots the curves against training time"),
)

_SYMBOLS = {"batch": "o", "training": "t", "validation": "d", "test": "o"}
_HOLLOW = ("training", "validation")
_FIELDS = {"training": "train", "validation": "validation", "test": "test"}
_X_AXES = {"epochs": AxisSpec("Epoch", "count"), "seconds": AxisSpec(TRAINING_TIME, "seconds")}


class LineMarks:
    """The mark of a line: the color of its framework, shaded per run, and a symbol per measure.

    Keys are ``framework/shade/measure/run``, as ``live_lines`` and ``stored_lines`` make them.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def of(self, key: str) -> RunMark:
        """The mark of a line."""
        palette = self._theme.palette
        if not key:
            return RunMark(palette.text, (), "o")
        framework, shade, measure, _ = key.split("/")
        color = shaded(palette, framework, int(shade))
        fill = palette.panel if measure in _HOLLOW else ""
        return RunMark(color, DASHES[framework], _SYMBOLS[measure], fill)


def family(key: str) -> object:
    """The run of a line: hovering over one of its lines highlights it in all plots of a page."""
    return key.rsplit("/", 1)[-1]


def shades(specs: Sequence[RunSpec]) -> list[int]:
    """The shade of every run: its rank among the different runs of its framework.

    Runs that differ only in their seed share a shade.
    """
    ranks: dict[RunSpec, int] = {}
    counts: dict[str, int] = {}
    for settings in map(groups.settings, specs):
        if settings not in ranks:
            ranks[settings] = counts.get(settings.framework, 0)
            counts[settings.framework] = ranks[settings] + 1
    return [ranks[groups.settings(spec)] for spec in specs]


def live_lines(
    runs: Sequence[LiveRun],
    measure: str,
    shown: Collection[str],
    axis: str,
    smoothing: float,
    log: bool = False,
) -> Lines:
    """The lines of runs in training.

    Args:
        runs: of the queue.
        measure: ``loss`` or ``accuracy``.
        shown: keys of ``MEASURES``.
        axis: ``epochs`` or ``seconds``.
        smoothing: weight of the past in the batch curves.
        log: the vertical axis is logarithmic.
    """
    lines = []
    for place, (run, shade) in enumerate(
        zip(runs, shades([run.spec for run in runs]), strict=True)
    ):
        prefix = f"{run.spec.framework}/{shade}"
        if "batch" in shown:
            x = run.batch_epochs() if axis == "epochs" else run.batch_seconds()
            y = (run.losses if measure == "loss" else run.accuracies).smoothed(smoothing)
            lines.append(_line(f"{prefix}/batch/{place}", f"{run.title} · batches", x, y, True))
        for which in _FIELDS:
            if which in shown:
                epochs = _timed(run.epochs, axis)
                x, y = _x(epochs, axis), _y(epochs, measure, which)
                lines.append(_line(f"{prefix}/{which}/{place}", f"{run.title} · {which}", x, y))
    return _chart(lines, measure.capitalize(), measure, axis, log)


def stored_lines(rows: Sequence[RunRow], measure: str, axis: str) -> Lines:
    """The test curves of stored runs."""
    lines = []
    for row, shade in zip(rows, shades([row.run.spec for row in rows]), strict=True):
        epochs = _timed(row.epochs, axis, row.run.ended)
        x, y = _x(epochs, axis, row.run.ended), _y(epochs, measure, "test")
        lines.append(_line(f"{row.framework}/{shade}/test/{row.id}", row.title, x, y))
    return _chart(lines, f"Test {measure}", measure, axis)


def _chart(lines: Sequence[Line], title: str, measure: str, axis: str, log: bool = False) -> Lines:
    """A chart of the lines that have a value."""
    y = AxisSpec(title, "fraction" if measure == "accuracy" else "", log)
    return Lines(_X_AXES[axis], y, tuple(line for line in lines if np.isfinite(line.y).any()))


def _line(key: str, title: str, x: Numbers, y: Numbers, thin: bool = False) -> Line:
    # Arrays serve as sequences here: copying every batch into a tuple would block the window.
    return Line(key, title, cast("Sequence[float]", x), cast("Sequence[float]", y), thin=thin)


def _timed(epochs: Sequence[Epoch], axis: str, ended: Ended = None) -> Sequence[Epoch]:
    """The epochs that have a place on the axis: those of earlier versions lack a training time."""
    if axis == "epochs":
        return epochs
    return [epoch for epoch in epochs if training_time_after(epoch, ended) is not None]


def _x(epochs: Sequence[Epoch], axis: str, ended: Ended = None) -> Numbers:
    if axis == "epochs":
        return np.array([epoch.epoch for epoch in epochs], dtype=np.float64)
    return np.array([training_time_after(epoch, ended) for epoch in epochs], dtype=np.float64)


def _y(epochs: Sequence[Epoch], measure: str, which: str) -> Numbers:
    values = [getattr(epoch, f"{_FIELDS[which]}_{measure}") for epoch in epochs]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
