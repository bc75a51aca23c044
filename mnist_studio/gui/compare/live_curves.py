"""The test curves of the ticked runs, epoch by epoch, while they train."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.analysis.view import View
from mnist_studio.gui.common.basics import column
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.compare.live_view import live_view
from mnist_studio.gui.compare.view_panel import ViewPanel
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

MEASURES = (("accuracy", "Accuracy"), ("loss", "Loss"))
AXES = (("epochs", "Epochs"), ("seconds", "Seconds"))


class LiveCurves(QWidget):
    """What the library knows, drawn at once: nothing has to be computed for it.

    Attributes:
        panel: that shows it.
        measure: accuracy or loss.
        axis: epochs or seconds.
    """

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._rows: tuple[RunRow, ...] = ()
        self.measure = Segmented("Measure", MEASURES)
        self.axis = Segmented("Horizontal axis", AXES)
        self.panel = ViewPanel(theme, marks, hover)
        self.panel.name("Test accuracy")
        self.panel.header.insertWidget(2, self.measure)
        self.panel.header.insertWidget(3, self.axis)
        self.setLayout(column(self.panel))
        self.measure.chosen.connect(self._draw)
        self.axis.chosen.connect(self._draw)

    @property
    def view(self) -> View | None:
        """What is shown; None where no run is ticked."""
        return self.panel.view

    def build(self) -> Iterator[None]:
        """Builds the plot in steps."""
        yield from self.panel.charts.build(1)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Draws these runs, if something is new."""
        if tuple(rows) != self._rows or self.panel.view is None:
            self._rows = tuple(rows)
            self._draw()

    @Slot()
    def _draw(self) -> None:
        if any(row.epochs for row in self._rows):
            view = live_view(self._rows, self.measure.choice, self.axis.choice)
            self.panel.show_view(view)
        else:
            self.panel.say("No run is ticked", "Tick runs in the table below.")
