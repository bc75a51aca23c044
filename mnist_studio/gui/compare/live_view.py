"""The test curves of runs as a view, straight from what the library knows. No Qt."""

from collections.abc import Sequence
from typing import Literal

from mnist_studio.analysis.view import (
    AxisSpec,
    CellValue,
    Column,
    Line,
    Lines,
    Row,
    Table,
    Unit,
    View,
)
from mnist_studio.events import Epoch
from mnist_studio.gui.services.run_row import RunRow

Measure = Literal["accuracy", "loss"]
XAxis = Literal["epochs", "seconds"]

_AXES = {
    "epochs": AxisSpec("Epoch", "count"),
    "seconds": AxisSpec("Training", "seconds"),
}
_MEASURES: dict[str, tuple[str, Unit]] = {
    "accuracy": ("Test accuracy", "fraction"),
    "loss": ("Test loss", ""),
}


def live_view(rows: Sequence[RunRow], measure: str, axis: str) -> View:
    """A line a run and a row an epoch.

    Args:
        rows: newest first.
        measure: ``accuracy`` or ``loss``.
        axis: ``epochs`` or ``seconds`` of training.
    """
    title, unit = _MEASURES[measure]
    lines = tuple(_line(row, measure, axis) for row in rows if row.epochs)
    columns = (
        Column("Run"), Column("Epoch", "count"), Column("Training", "seconds"), Column(title, unit)
    )  # fmt: skip
    table = tuple(_row(row, epoch, measure) for row in rows for epoch in row.epochs)
    chart = Lines(_AXES[axis], AxisSpec(title, unit), lines)
    return View("live", title, "", (chart,), Table(columns, table))


def _line(row: RunRow, measure: str, axis: str) -> Line:
    x = tuple(_x(epoch, axis) for epoch in row.epochs)
    return Line(row.id, row.title, x, tuple(_y(epoch, measure) for epoch in row.epochs))


def _row(row: RunRow, epoch: Epoch, measure: str) -> Row:
    cells: tuple[CellValue, ...] = (
        row.title, epoch.epoch, epoch.train_seconds, _y(epoch, measure)
    )  # fmt: skip
    return Row(row.id, cells)


def _x(epoch: Epoch, axis: str) -> float:
    return epoch.epoch if axis == "epochs" else epoch.train_seconds


def _y(epoch: Epoch, measure: str) -> float:
    return epoch.test_accuracy if measure == "accuracy" else epoch.test_loss
