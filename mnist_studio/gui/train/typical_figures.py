"""What the present settings typically reach, and how long they take, below the network."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.train.typical import Figure

MEASURE_TIP = (
    "Trains every network for a moment in the selected frameworks, in the background. The present "
    "settings come first and take about a second once the framework is loaded."
)
_STOP_TIP = "Ends the measurement, but keeps what is measured"


class TypicalFigures(QWidget):
    """Two figures, each with its source, and a button that measures the second."""

    def __init__(self, measure: Callable[[], object]) -> None:
        super().__init__()
        self.accuracy, self.duration = label(role="figure"), label(role="figure")
        self._sources = {figure: Elided(role="secondary") for figure in self._figures()}
        self.measure_button = button("Measure", measure, MEASURE_TIP, quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        names = ("typical accuracy", "time on this computer")
        for place, (name, figure) in enumerate(zip(names, self._figures(), strict=True)):
            grid.setColumnStretch(place, 5 + place)
            grid.addWidget(figure, 0, place)
            grid.addWidget(label(name, "secondary"), 1, place)
        grid.addWidget(self._sources[self.accuracy], 2, 0)
        grid.addLayout(row(self._sources[self.duration], self.measure_button, gap=4), 2, 1)

    def _figures(self) -> tuple[QLabel, QLabel]:
        return self.accuracy, self.duration

    def source(self, figure: QLabel) -> str:
        """Where a figure is from; empty if it is unknown."""
        return self._sources[figure].text()

    def show_figures(self, accuracy: Figure, duration: Figure) -> None:
        """Shows both figures."""
        for shown, figure in zip(self._figures(), (accuracy, duration), strict=True):
            shown.setText(figure.text)
            shown.setToolTip(figure.explanation)
            self._sources[shown].setText(figure.source)
            self._sources[shown].setToolTip(figure.explanation)
        self.measure_button.setVisible(not duration.exact)

    def show_state(self, busy: bool, reason: str) -> None:
        """Shows whether speed is measured now, or why it cannot be."""
        self.measure_button.setText("Stop" if busy else "Measure")
        enable(self.measure_button, "" if busy else reason, _STOP_TIP if busy else MEASURE_TIP)
