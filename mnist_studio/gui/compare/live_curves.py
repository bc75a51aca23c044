"""The test curves of the selected runs, updated after every epoch while they train."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from mnist_studio.analysis.agreement import difference_chart, sentences
from mnist_studio.analysis.groups import of_other_dataset
from mnist_studio.analysis.time_breakdown import TRAINING_TIME, timing_marks, training_time_after
from mnist_studio.analysis.view import (
    AxisSpec,
    Column,
    Line,
    Lines,
    Row,
    Table,
    Unit,
    View,
    all_epochs,
    rounded_end,
)
from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.comparison.views.notes import PALER, of_datasets
from mnist_studio.events import Epoch
from mnist_studio.gui.common.basics import column
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

MEASURES = (
    ("accuracy", "Accuracy", "Plots the test accuracy (default)"),
    ("loss", "Loss", "Plots the test loss"),
)
AXES = (
    ("epochs", "Epochs", "Plots the curves against epochs (default)"),
    ("seconds", "Seconds", "Plots the curves against training time"),
)
_X_AXES = {
    "epochs": AxisSpec("Epoch", "count"),
    "seconds": AxisSpec(TRAINING_TIME, "seconds"),
}
_Y_AXES: dict[str, tuple[str, Unit]] = {
    "accuracy": ("Test accuracy", "fraction"),
    "loss": ("Test loss", ""),
}


TIMING = "Timing"
"""The column with what may have made a run slower; only where there is such a run."""

WIDE = 860
"""Width from which the controls fit next to the title, in lengths of the design."""

MOST_SENTENCES = 2
"""More would take the height of the curves."""

LINE_PLOTS = 2
"""The curves, and their difference."""


class LiveCurves(QWidget):
    """Draws what the store knows of the runs; nothing has to be computed.

    Attributes:
        panel: shows the curves.
        measure: accuracy or loss.
        axis: epochs or seconds.
    """

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._rows: tuple[RunRow, ...] = ()
        self.measure = Segmented("Measure", MEASURES)
        self.axis = Segmented("Horizontal axis", AXES)
        self.panel = ViewPanel(theme, marks, hover)
        self.panel.describe(ENTRIES["live"])
        self._theme = theme
        self._below: bool | None = None
        self._place_controls()
        self.setLayout(column(self.panel))
        self.measure.chosen.connect(self._draw)
        self.axis.chosen.connect(self._draw)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Moves the controls to where there is room."""
        super().resizeEvent(event)
        self._place_controls()

    def _place_controls(self) -> None:
        """Places the controls in the header, or below it where the header is too short."""
        below = self.width() < self._theme.pixels(WIDE)
        if below == self._below:
            return
        self._below = below
        line, first = (self.panel.tools, 0) if below else (self.panel.header, 2)
        line.insertWidget(first, self.measure)
        line.insertWidget(first + 1, self.axis)

    @property
    def view(self) -> View | None:
        """What is shown; None while no run is selected."""
        return self.panel.view

    def build(self) -> Iterator[None]:
        """Builds the plot in steps."""
        yield from self.panel.charts.build(LINE_PLOTS)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Draws these runs, if they have changed."""
        if tuple(rows) != self._rows or self.panel.view is None:
            self._rows = tuple(rows)
            self._draw()

    @Slot()
    def _draw(self) -> None:
        if any(row.epochs for row in self._rows):
            self.panel.show_view(live_view(self._rows, self.measure.choice, self.axis.choice))
        else:
            self.panel.show_message("No run selected", "Select runs in the table below.")


def live_view(rows: Sequence[RunRow], measure: str, axis: str) -> View:
    """A line per run and a table row per epoch.

    Args:
        rows: newest first.
        measure: ``accuracy`` or ``loss``.
        axis: ``epochs`` or ``seconds`` of training.
    """
    title, unit = _Y_AXES[measure]
    lines = tuple(_line(row, measure, axis) for row in rows if row.epochs)
    columns: tuple[Column, ...] = (
        Column("Run"), Column("Epoch", "count"), Column(TRAINING_TIME, "seconds"),
        Column(title, unit),
    )  # fmt: skip
    marks = {row.id: ", ".join(timing_marks(row.run.terminal)) for row in rows if row.epochs}
    doubtful = any(marks.values())
    table = tuple(
        Row(
            row.id,
            (row.title, epoch.epoch, _seconds(row, epoch), _y(epoch, measure))
            + ((marks[row.id],) if doubtful else ()),
        )
        for row in rows
        for epoch in row.epochs
    )
    columns += (Column(TIMING),) if doubtful else ()
    specs = {row.id: row.run.spec for row in rows if row.epochs}
    x = _X_AXES[axis]
    if axis == "epochs":
        x = all_epochs(x, [spec.training.epochs for spec in specs.values()])
    elif any(row.run.terminal is None for row in rows):
        x = rounded_end(x, max((line.x[-1] for line in lines if line.x), default=0.0))
    chart = Lines(x, AxisSpec(title, unit), lines, of_other_dataset(specs))
    curves = {line.key: line for line in lines}
    gap = difference_chart(curves, specs, x, chart.y) if axis == "epochs" else None
    mixed = of_datasets([row.run for row in rows if row.epochs])
    return View(
        "live", ENTRIES["live"].title,
        " ".join(sentences(specs, {row.id: row.epochs for row in rows}, MOST_SENTENCES)),
        (chart, gap) if gap else (chart,), Table(columns, table), (mixed, PALER) if mixed else (),
    )  # fmt: skip


def _line(row: RunRow, measure: str, axis: str) -> Line:
    places = ((epoch.epoch if axis == "epochs" else _seconds(row, epoch)) for epoch in row.epochs)
    points = [
        (x, _y(epoch, measure))
        for x, epoch in zip(places, row.epochs, strict=True)
        if x is not None
    ]
    return Line(row.id, row.title, tuple(x for x, _ in points), tuple(y for _, y in points))


def _seconds(row: RunRow, epoch: Epoch) -> float | None:
    """The training time until the end of an epoch; None if an earlier version lacks it."""
    return training_time_after(epoch, row.run.ended)


def _y(epoch: Epoch, measure: str) -> float:
    return epoch.test_accuracy if measure == "accuracy" else epoch.test_loss
