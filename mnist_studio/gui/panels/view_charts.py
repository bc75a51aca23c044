"""The charts of a view below each other, each with its legend."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, Points, View
from mnist_studio.gui.models.hover import Hover
from mnist_studio.gui.plots.bar_chart import bars_height
from mnist_studio.gui.plots.chart import ChartView
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import column
from mnist_studio.gui.widgets.key_legend import KeyLegend

BETWEEN = 14
THIN = "thin: single seeds"


class _Part(QWidget):
    """One chart over its legend."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self.chart = ChartView(theme, marks, hover)
        self.legend = KeyLegend(theme, marks, hover)
        whole = column(self.chart, self.legend, gap=4)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def draw(self, name: str, chart: Chart) -> None:
        """Shows a chart."""
        self.chart.draw(name, chart)
        self.legend.show_entries(*entries(chart))


class ViewCharts(QScrollArea):
    """Scrolls where the charts need more room than there is.

    Signals:
        cell_chosen: place of a chart, row and column of its matrix.
    """

    cell_chosen = Signal(int, int, int)

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._parts: list[_Part] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._room = column(gap=BETWEEN)
        inside.setLayout(self._room)
        self.setWidget(inside)

    @property
    def charts(self) -> tuple[ChartView, ...]:
        """What draws them, from above."""
        return tuple(part.chart for part in self._parts)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for a small chart."""
        return QSize(self._theme.pixels(280), self._theme.pixels(140))

    def wanted_height(self, view: View) -> int:
        """What its charts fill; 0 where they fill whatever there is."""
        bars = [chart for chart in view.charts if isinstance(chart, Bars)]
        if len(bars) < len(view.charts):
            return 0
        high = sum(bars_height(self._theme, chart) for chart in bars)
        return high + BETWEEN * (len(bars) - 1) + self._theme.pixels(6)

    def show_view(self, view: View) -> None:
        """Draws the charts of this view."""
        while len(self._parts) > len(view.charts):
            self._drop(self._parts.pop())
        for place, chart in enumerate(view.charts):
            if place == len(self._parts):
                self._add(place)
            self._parts[place].draw(view.title, chart)
        self.setVisible(bool(view.charts))

    def _add(self, place: int) -> None:
        part = _Part(self._theme, self._marks, self._hover)
        part.chart.cell_chosen.connect(lambda row, to: self.cell_chosen.emit(place, row, to))
        self._parts.append(part)
        self._room.addWidget(part)

    def _drop(self, part: _Part) -> None:
        self._room.removeWidget(part)
        part.hide()
        part.deleteLater()


def entries(chart: Chart) -> tuple[tuple[tuple[str, str], ...], str]:
    """Keys and names of a legend, each once, and a note on all; bars name themselves."""
    match chart:
        case Lines():
            thick = {line.key: line.title for line in chart.lines if not line.thin}
            thin = any(line.thin for line in chart.lines)
            band = any(len(line.low) for line in chart.lines)
            words = ([THIN] if thin else []) + (["shaded: 95 % interval"] if band else [])
            return tuple(thick.items()), " · ".join(words)
        case Points():
            return tuple({point.key: point.title for point in chart.points}.items()), ""
        case Bars() | Matrix():
            return (), ""
