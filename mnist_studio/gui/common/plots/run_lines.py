"""Charts of runs that train or that are stored, and the marks of their lines."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal, cast

import numpy as np

from mnist_studio.analysis.agreement import DIFFERENCE, agreement, difference, same_settings
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, training_time_after
from mnist_studio.analysis.view import AxisSpec, Line, Lines, rounded_end
from mnist_studio.events import Epoch, Finished, Stopped, Terminal, ending
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.services.live_run import LiveRun, Numbers
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.marks import RunMark
from mnist_studio.gui.theme.theme import Theme, shaded
from mnist_studio.palette import DASHES, WIDTHS
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

UNSETTLED = 0.05
"""Fraction of the batches at the start of a run that do not decide the range of an axis."""

END_WIDTH = 4.0
"""How much wider the mark of an early end is than the others."""

MOST_SAMPLES = 1000
"""Values of a curve that decide the range."""

_SYMBOLS = {"batch": "o", "training": "t", "validation": "d", "test": "o", "end": "star"}
_HOLLOW = ("training", "validation")
_FIELDS = {"training": "train", "validation": "validation", "test": "test"}
_X_AXES = {"epochs": AxisSpec("Epoch", "count"), "seconds": AxisSpec(TRAINING_TIME, "seconds")}


class LineMarks:
    """The mark of a line: the color of its framework, shaded per run, and a symbol per measure.

    Keys are ``framework/shade/measure/run``, as ``live_lines`` and ``stored_lines`` make them.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def of(self, key: str, thin: bool = False) -> RunMark:
        """The mark of a line, thin or not."""
        palette = self._theme.palette
        if not key:
            return RunMark(palette.text, (), "o")
        framework, shade, measure, _ = key.split("/")
        color = shaded(palette, framework, int(shade))
        fill = palette.panel if measure in _HOLLOW else ""
        # A wider mark has a larger symbol below the others, so that the star shows around its dot.
        width = WIDTHS[framework] + END_WIDTH * (measure == "end")
        return RunMark(color, DASHES[framework], _SYMBOLS[measure], fill, width)


def family(key: str) -> object:
    """The run of a line: hovering over one of its lines highlights it in all plots of a page."""
    return key.rsplit("/", 1)[-1]


def shades(specs: Sequence[RunSpec]) -> list[int]:
    """The shade of every run: its rank among the runs of its framework.

    Each run has a line of its own here, even if another one has the same settings.
    """
    seen: dict[str, int] = {}
    ranks = []
    for spec in specs:
        ranks.append(seen.get(spec.framework, 0))
        seen[spec.framework] = ranks[-1] + 1
    return ranks


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
    for place, (run, prefix) in enumerate(zip(runs, prefixes(runs), strict=True)):
        if "batch" in shown:
            x = run.batch_epochs() if axis == "epochs" else run.batch_seconds()
            y = (run.losses if measure == "loss" else run.accuracies).smoothed(smoothing)
            lines.append(_line(f"{prefix}/batch/{place}", f"{run.title} · batches", x, y, True))
        for which in _FIELDS:
            if which in shown:
                epochs = _timed(run.epochs, axis)
                x, y = _x(epochs, axis), _y(epochs, measure, which)
                lines.append(_line(f"{prefix}/{which}/{place}", f"{run.title} · {which}", x, y))
        if "test" in shown:
            key = f"{prefix}/end/{place}"
            lines += _end(key, run.title, run.epochs, run.terminal, measure, axis)
    quantity = _y_axis(measure.capitalize(), measure, log)
    if not log:
        low, high = settled_range(lines, measure == "loss")
        quantity = replace(quantity, low=low, high=high)
    return _chart(lines, live_axis(runs, axis), quantity)


def live_axis(runs: Sequence[LiveRun], axis: str) -> AxisSpec:
    """The horizontal axis: all epochs of the runs, or round seconds, so that it seldom grows."""
    if not runs:
        return _X_AXES[axis]
    if axis == "seconds":
        return _seconds_axis([run.last_second for run in runs], any(map(_goes_on, runs)))
    return replace(
        _X_AXES[axis], low=0.0, high=float(max(run.spec.training.epochs for run in runs))
    )


def _seconds_axis(lasts: Sequence[float], growing: bool) -> AxisSpec:
    axis = _X_AXES["seconds"]
    return rounded_end(axis, max(lasts, default=0.0)) if growing else axis


def _goes_on(run: LiveRun) -> bool:
    return run.terminal is None


def live_entries(runs: Sequence[LiveRun]) -> list[tuple[str, str]]:
    """Key and title of each run for a legend: its framework, if that is enough."""
    frameworks = [run.spec.framework for run in runs]
    short = len(set(frameworks)) == len(frameworks)
    return [
        (f"{prefix}/test/{place}", framework_title(run.spec.framework) if short else run.title)
        for place, (run, prefix) in enumerate(zip(runs, prefixes(runs), strict=True))
    ]


def live_differences(
    runs: Sequence[LiveRun], shown: Collection[str], smoothing: float
) -> Lines | None:
    """How far the losses are from those of the first framework; None if there is no second one.

    Only the newest runs are compared that differ in their framework alone.
    """
    found = comparable(runs)
    if not found:
        return None
    all_prefixes = prefixes(runs)
    kinds = [which for which in ("batch", "test") if which in shown] or ["test"]
    lines: list[Line] = []
    for which in kinds:
        curves = [_loss(runs[at], f"{all_prefixes[at]}/{which}/{at}", smoothing) for at in found]
        lines += [difference(curves[0], curve) for curve in curves[1:]]
    quantity = AxisSpec(DIFFERENCE.format(measure="loss"), log=True)
    return _chart(lines, live_axis(runs, "epochs"), quantity)


def reference(runs: Sequence[LiveRun]) -> str:
    """The framework from which differences are taken; empty if there are no two to compare."""
    found = comparable(runs)
    return framework_title(runs[found[0]].spec.framework) if found else ""


def comparable(runs: Sequence[LiveRun]) -> tuple[int, ...]:
    """Indices of the newest runs that differ in their framework only; empty if there are none."""
    newest_first = {str(at): runs[at].spec for at in reversed(range(len(runs)))}
    sets = same_settings(newest_first)
    return tuple(map(int, sets[0])) if sets else ()


def live_sentence(runs: Sequence[LiveRun]) -> str:
    """How closely the newest runs agree that differ in their framework only."""
    found = [runs[at] for at in comparable(runs)]
    agreed = agreement([(run.spec, run.epochs) for run in found if run.epochs])
    return agreed.sentence if agreed else ""


def _loss(run: LiveRun, key: str, smoothing: float) -> Line:
    """The loss of the batches or of the test set."""
    if "/batch/" in key:
        y = run.losses.smoothed(smoothing)
        return _line(key, f"{run.title} · batches", run.batch_epochs(), y, True)
    return _line(
        key, f"{run.title} · test", _x(run.epochs, "epochs"), _y(run.epochs, "loss", "test")
    )


def prefixes(runs: Sequence[LiveRun]) -> list[str]:
    """Framework and shade of every run, with which the keys of its lines start."""
    ranks = shades([run.spec for run in runs])
    return [f"{run.spec.framework}/{shade}" for run, shade in zip(runs, ranks, strict=True)]


def settled_range(lines: Sequence[Line], falling: bool) -> tuple[float | None, float | None]:
    """The range of all values except those at the very start of the batch curves.

    The first batches would leave a small part of the plot to all that comes after them.
    A curve that has just begun does not change the range of a longer one.

    Args:
        lines: the curves.
        falling: whether the start of a curve has its greatest values, else its least.
    """
    longest = max((len(line.y) for line in lines if line.thin), default=0)
    ends = [_settled(line, falling, longest) for line in lines]
    known = [end for end in ends if end is not None]
    if not known:
        return None, None
    return min(low for low, _ in known), max(high for _, high in known)


def _settled(line: Line, falling: bool, longest: int) -> tuple[float, float] | None:
    """The range of a line without its start, which is as long for every line; None if empty."""
    y = np.asarray(line.y, dtype=np.float64)
    start = UNSETTLED * longest / max(len(y), 1)
    if line.thin and start > 1:
        return None
    y = y[:: 1 + len(y) // MOST_SAMPLES]
    y = y[np.isfinite(y)]
    if not len(y):
        return None
    low, high = (0.0, 1.0 - start) if falling else (start, 1.0)
    if not line.thin:
        low, high = 0.0, 1.0
    return float(np.quantile(y, low)), float(np.quantile(y, high))


def stored_lines(rows: Sequence[RunRow], measure: str, axis: str) -> Lines:
    """The test curves of stored runs."""
    lines = []
    for row, shade in zip(rows, shades([row.run.spec for row in rows]), strict=True):
        epochs = _timed(row.epochs, axis, row.run.ended)
        x, y = _x(epochs, axis, row.run.ended), _y(epochs, measure, "test")
        lines.append(_line(f"{row.framework}/{shade}/test/{row.id}", row.title, x, y))
        key = f"{row.framework}/{shade}/end/{row.id}"
        lines += _end(key, row.title, row.epochs, row.run.terminal, measure, axis)
    across = _X_AXES[axis]
    if axis == "seconds":
        lasts = [float(line.x[-1]) for line in lines if len(line.x)]
        across = _seconds_axis(lasts, any(row.run.terminal is None for row in rows))
    return _chart(lines, across, _y_axis(f"Test {measure}", measure))


def _end(
    key: str,
    title: str,
    epochs: Sequence[Epoch],
    terminal: Terminal | None,
    measure: str,
    axis: str,
) -> list[Line]:
    """A star on the epoch whose weights a run ended with, if it ended early or chose that epoch."""
    text = ending(terminal)
    if not text or not isinstance(terminal, Finished):
        return []
    number = terminal.weights_epoch or terminal.epochs
    found = _timed([epoch for epoch in epochs if epoch.epoch == number], axis, terminal)
    return [_line(key, f"{title} · {text}", _x(found, axis, terminal), _y(found, measure, "test"))]


def _chart(lines: Sequence[Line], x: AxisSpec, y: AxisSpec) -> Lines:
    """A chart of the lines that have a value."""
    return Lines(x, y, tuple(line for line in lines if np.isfinite(line.y).any()))


def _y_axis(title: str, measure: str, log: bool = False) -> AxisSpec:
    return AxisSpec(title, "fraction" if measure == "accuracy" else "", log)


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
