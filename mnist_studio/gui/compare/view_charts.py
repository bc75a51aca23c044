"""The charts of a view, side by side where there is room, over one legend."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, View
from mnist_studio.gui.common.basics import column, holder
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import KeyLegend, legend_entries
from mnist_studio.gui.common.plots.bar_chart import bars_height, bars_width
from mnist_studio.gui.common.plots.chart import HEADING, ChartView
from mnist_studio.gui.common.plots.heat_map import cell_width, matrix_height
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

SPACING = 14
CHART_WIDTH = 400
"""The least width of a chart when charts are side by side."""
MANY, SMALL_WIDTH = 5, 212
"""From this number on, line charts are small multiples of at least this width."""
LINES_HEIGHT = 172
"""The height at which a line chart is still readable."""
REFRESH_MS = 10
"""Changes within this time are drawn once."""
ROW_TITLES = 150
"""Width of the row titles of a matrix."""


class ViewCharts(QWidget):
    """Scrolls if the charts need more height than is available.

    Signals:
        cell_selected: index of a chart, row and column of its matrix.
    """

    cell_selected = Signal(int, int, int)

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._charts: list[ChartView] = []
        self._stale: list[ChartView] = []
        self._shown = 0
        self._columns = 1
        self._measured: tuple[View | None, int, float, int] = (None, 0, 0.0, 0)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING)
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
        """The visible charts, in order."""
        return tuple(self._charts[: self._shown])

    def minimumSizeHint(self) -> QSize:
        """Room for a small chart."""
        return QSize(self._theme.pixels(280), self._theme.pixels(140))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rearranges the charts side by side or below each other."""
        super().resizeEvent(event)
        self._arrange()

    def build(self, count: int) -> Iterator[None]:
        """Builds this number of line plots in steps, before there is anything to draw."""
        while len(self._charts) < count:
            self._add()
            self._arrange()
        for chart in self._charts[:count]:
            yield from chart.build()

    def wanted_height(self, view: View) -> int:
        """The height that the charts need; 0 if they fill any height."""
        heights = [self._height(chart) for chart in view.charts]
        return 0 if 0 in heights else self._stacked(view.charts, heights)

    def least_height(self, view: View) -> int:
        """The height at which the charts and their legend are still readable.

        It is measured once for each view and width: a layout asks dozens of times.
        """
        known, width, scale, height = self._measured
        if known is view and (width, scale) == (self.width(), self._theme.scale):
            return height
        height = self._stacked(view.charts, [self._least(chart) for chart in view.charts])
        self._measured = (view, self.width(), self._theme.scale, height)
        return height

    def _stacked(self, charts: Sequence[Chart], heights: Sequence[int]) -> int:
        """The height of charts in rows."""
        columns = self._fitting(charts)
        rows = [heights[at : at + columns] for at in range(0, len(heights), columns)]
        return sum(map(max, rows)) + SPACING * (len(rows) - 1) + self._theme.pixels(6)

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
        self.legend.show_entries(*legend_entries(view.charts))
        self.setVisible(bool(view.charts))

    @Slot()
    def _refresh_next(self) -> None:
        """Draws one chart: all at once would block the event loop."""
        if self._stale:
            self._stale.pop(0).refresh()
            self._timer.start()

    def _arrange(self) -> None:
        """Fills the grid row by row."""
        columns = self._fitting([chart.chart for chart in self.charts])
        for place, chart in enumerate(self._charts):
            # Charts that this view does not need stay for the next: building one is slow.
            chart.setVisible(place < self._shown)
            self._grid.addWidget(chart, place // columns, place % columns)
        rows = -(-self._shown // columns)
        for at in range(max(rows, self._grid.rowCount())):
            self._grid.setRowStretch(at, int(at < rows))
        for at in range(max(columns, self._columns)):
            self._grid.setColumnStretch(at, int(at < columns))
        self._columns = columns

    def _fitting(self, charts: Sequence[Chart | None]) -> int:
        """How many charts fit side by side; many small ones can be compared at a glance."""
        many = len(charts) >= MANY and all(isinstance(chart, Lines) for chart in charts)
        small = self._theme.pixels(SMALL_WIDTH)
        widest = max((small if many else self._width(chart) for chart in charts), default=1)
        fitting = max(1, min(len(charts), (self.width() + SPACING) // (widest + SPACING)))
        # The same number in each row, as far as possible.
        return -(-len(charts) // -(-len(charts) // fitting)) if charts else 1

    def _width(self, chart: Chart | None) -> int:
        """The least width at which a chart is readable."""
        least = self._theme.pixels(CHART_WIDTH)
        if isinstance(chart, Matrix):
            cells = len(chart.columns) * cell_width(self._theme, chart)
            return max(least, cells + self._theme.pixels(ROW_TITLES))
        return max(least, bars_width(self._theme, chart)) if isinstance(chart, Bars) else least

    def _height(self, chart: Chart) -> int:
        """The height of a chart; 0 if it fills any height."""
        heading = self._theme.pixels(HEADING)
        if isinstance(chart, Bars):
            return heading + bars_height(self._theme, chart)
        return heading + matrix_height(self._theme, chart) if isinstance(chart, Matrix) else 0

    def _least(self, chart: Chart) -> int:
        """The height at which a chart is still readable."""
        if isinstance(chart, Matrix):
            return self._theme.pixels(HEADING) + matrix_height(self._theme, chart, least=True)
        return self._height(chart) or self._theme.pixels(LINES_HEIGHT)

    def _add(self) -> None:
        place = len(self._charts)
        chart = ChartView(self._theme, self._marks, self._hover)
        chart.cell_selected.connect(lambda row, to: self.cell_selected.emit(place, row, to))
        self._charts.append(chart)
