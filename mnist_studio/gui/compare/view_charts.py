"""The charts of a view, side by side where there is room, over one legend."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, Points, View
from mnist_studio.gui.common.basics import column, holder
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import KeyLegend
from mnist_studio.gui.common.plots.bar_painting import bars_height, bars_width
from mnist_studio.gui.common.plots.cells import cell_width, matrix_height
from mnist_studio.gui.common.plots.chart import ChartView
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

BETWEEN = 14
WIDE = 400
"""So much width a chart needs before another one comes beside it."""
REFRESH_MS = 10
"""Several changes of a moment are drawn once."""
TITLES = 150
"""Of it for the titles of rows of a matrix."""
THIN = "thin: single seeds"
SHADED = "shaded: 95 % interval"


class ViewCharts(QWidget):
    """Scrolls where the charts need more height than there is.

    Signals:
        cell_chosen: place of a chart, row and column of its matrix.
    """

    cell_chosen = Signal(int, int, int)

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._charts: list[ChartView] = []
        self._stale: list[ChartView] = []
        self._shown = 0
        self._columns = 1
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(BETWEEN)
        self._area = QScrollArea()
        self._area.setAccessibleName("Charts")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(holder(self._grid, "scrolled"))
        self.legend = KeyLegend(theme, marks, hover)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh_next)
        whole = column(self._area, self.legend, gap=6)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    @property
    def charts(self) -> tuple[ChartView, ...]:
        """What draws them, in their order."""
        return tuple(self._charts[: self._shown])

    def minimumSizeHint(self) -> QSize:
        """Room for a small chart."""
        return QSize(self._theme.pixels(280), self._theme.pixels(140))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts charts beside each other or below."""
        super().resizeEvent(event)
        self._arrange()

    def build(self, count: int) -> Iterator[None]:
        """Builds so many plots in steps, before there is anything to draw."""
        while len(self._charts) < count:
            self._add()
            self._arrange()
        for chart in self._charts[:count]:
            yield from chart.build()

    def wanted_height(self, view: View) -> int:
        """What its charts fill; 0 where they fill whatever there is."""
        heights = [self._height(chart) for chart in view.charts]
        if 0 in heights:
            return 0
        columns = self._fitting(view.charts)
        rows = [heights[at : at + columns] for at in range(0, len(heights), columns)]
        return sum(map(max, rows)) + BETWEEN * (len(rows) - 1) + self._theme.pixels(6)

    def show_view(self, view: View) -> None:
        """Draws the charts of this view."""
        while len(self._charts) < len(view.charts):
            self._add()
        self._shown = len(view.charts)
        for widget, chart in zip(self.charts, view.charts, strict=True):
            widget.take(view.title, chart)
        self._stale = list(self.charts)
        if not self._timer.isActive():
            self._timer.start()
        self._arrange()
        self.legend.show_entries(*entries(view.charts))
        self.setVisible(bool(view.charts))

    @Slot()
    def _refresh_next(self) -> None:
        """Draws one: all in one turn of the event loop would hold the window."""
        if self._stale:
            self._stale.pop(0).refresh()
            self._timer.start()

    def _arrange(self) -> None:
        """Fills the grid row by row."""
        columns = self._fitting([chart.chart for chart in self.charts])
        for place, chart in enumerate(self._charts):
            # Those that this view does not need stay for the next: making one takes a while.
            chart.setVisible(place < self._shown)
            self._grid.addWidget(chart, place // columns, place % columns)
        for at in range(max(columns, self._columns)):
            self._grid.setColumnStretch(at, int(at < columns))
        self._columns = columns

    def _fitting(self, charts: Sequence[Chart | None]) -> int:
        """How many charts stand side by side."""
        widest = max((self._width(chart) for chart in charts), default=1)
        return max(1, min(len(charts), self.width() // (widest + BETWEEN)))

    def _width(self, chart: Chart | None) -> int:
        """So wide a chart can be read."""
        least = self._theme.pixels(WIDE)
        if isinstance(chart, Matrix):
            cells = len(chart.columns) * cell_width(self._theme, chart)
            return max(least, cells + self._theme.pixels(TITLES))
        return max(least, bars_width(self._theme, chart)) if isinstance(chart, Bars) else least

    def _height(self, chart: Chart) -> int:
        """So high a chart is; 0 where it fills whatever there is."""
        if isinstance(chart, Bars):
            return bars_height(self._theme, chart)
        return matrix_height(self._theme, chart) if isinstance(chart, Matrix) else 0

    def _add(self) -> None:
        place = len(self._charts)
        chart = ChartView(self._theme, self._marks, self._hover)
        chart.cell_chosen.connect(lambda row, to: self.cell_chosen.emit(place, row, to))
        self._charts.append(chart)


def entries(charts: Sequence[Chart]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Keys and names of a legend, each once, and a note on all; bars name themselves."""
    named: dict[str, str] = {}
    thin = shaded = False
    for chart in charts:
        if isinstance(chart, Points):
            named |= {point.key: point.title for point in chart.points}
        elif isinstance(chart, Lines):
            named |= {line.key: line.title for line in chart.lines if not line.thin}
            thin = thin or any(line.thin for line in chart.lines)
            shaded = shaded or any(len(line.low) for line in chart.lines)
    told = [words for words, there in ((THIN, thin), (SHADED, shaded)) if there]
    return tuple(named.items()), " · ".join(told)
