"""The test curves of the ticked runs, epoch by epoch, while they train."""

from collections.abc import Sequence

from PySide6.QtCore import Slot

from mnist_studio.gui.models.curves import AXES, stored_lines
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.plots.line_plot import LinePlot
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.empty_state import EmptyState
from mnist_studio.gui.widgets.segmented import Segmented

MEASURES = (("accuracy", "Accuracy"), ("loss", "Loss"))


class LiveCurves(Card):
    """One plot of what the library knows: nothing is computed for it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Test accuracy")
        self._rows: tuple[RunRow, ...] = ()
        self.measure = Segmented("Measure", MEASURES)
        self.axis = Segmented("Horizontal axis", AXES)
        empty = EmptyState(theme, "compare", "No run is ticked", "Tick runs in the table below.")
        self.plot = LinePlot("Test accuracy", theme, empty, percent=True)
        self.header.addWidget(self.measure)
        self.header.addWidget(self.axis)
        self.body.addWidget(self.plot)
        self.measure.chosen.connect(self._change_measure)
        self.axis.chosen.connect(self._change_axis)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Draws these runs."""
        self._rows = tuple(rows)
        self.plot.draw(stored_lines(self._rows, self.measure.choice, self.axis.choice))

    @Slot(str)
    def _change_measure(self, measure: str) -> None:
        self.plot.show_percent(measure == "accuracy")
        self.plot.setAccessibleName(f"Test {measure}")
        self.title.setText(f"Test {measure}")
        self.show_rows(self._rows)

    @Slot(str)
    def _change_axis(self, axis: str) -> None:
        self.plot.count(axis)
        self.show_rows(self._rows)
