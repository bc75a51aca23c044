"""Draws any chart of a view, and a line plot of runs that is updated while they train."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from mnist_studio.analysis.view import Bars, Chart, Line, Lines, Matrix, Points
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots import stepwise_import
from mnist_studio.gui.common.plots.bar_chart import BarChart
from mnist_studio.gui.common.plots.heat_map import HeatMap
from mnist_studio.gui.common.plots.run_lines import LineMarks
from mnist_studio.gui.theme.marks import MarkSource
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.common.plots.canvas import Canvas


class ChartView(QWidget):
    """Draws one chart after another; a chart of the same kind only gets new data.

    Signals:
        cell_selected: row and column of a matrix.
    """

    cell_selected = Signal(int, int)

    def __init__(self, theme: Theme, marks: MarkSource, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Chart | None = None
        self._shown: Canvas | BarChart | HeatMap | None = None
        self._canvas: Canvas | None = None
        self._bar_chart: BarChart | None = None
        self._heat_map: HeatMap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        theme.changed.connect(self._apply_theme)
        hover.changed.connect(self._highlight)

    @property
    def chart(self) -> Chart | None:
        """The chart that is shown, or will be after ``refresh``."""
        return self._chart

    @property
    def inside(self) -> "Canvas | BarChart | HeatMap | None":
        """The widget that draws the chart."""
        return self._shown

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        least = QSize(self._theme.pixels(240), self._theme.pixels(150))
        if isinstance(self._shown, BarChart | HeatMap):
            return self._shown.minimumSizeHint().expandedTo(QSize(least.width(), 0))
        return least

    @property
    def prepared(self) -> bool:
        """Whether the canvas for lines is built."""
        return self._canvas is not None

    def build(self) -> Iterator[None]:
        """Builds the canvas for lines in steps: as a whole it takes longer than a frame."""
        yield from stepwise_import.steps()
        if self._canvas is None:
            plot = self._build_canvas()
            plot.hide()
            yield
            if self._shown is not plot:
                plot.warm_up()
                yield

    def take(self, name: str, chart: Chart) -> None:
        """Takes a chart to draw; ``name`` is for screen readers."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{summary(chart)} The table has the same values.")
        self._chart = chart

    def refresh(self) -> None:
        """Draws the chart that was taken last."""
        chart = self._chart
        if isinstance(chart, Lines | Points):
            self._line_canvas().draw(chart)
        elif isinstance(chart, Bars):
            self._bars().draw(chart)
        elif isinstance(chart, Matrix):
            self._matrix().draw(chart)
        self.updateGeometry()

    def _line_canvas(self) -> "Canvas":
        plot = self._canvas or self._build_canvas()
        self._put(plot)
        return plot

    def _build_canvas(self) -> "Canvas":
        from mnist_studio.gui.common.plots.canvas import Canvas

        self._canvas = Canvas(self._theme, self._marks, self._hover, self)
        return self._canvas

    def _bars(self) -> BarChart:
        if self._bar_chart is None:
            self._bar_chart = BarChart(self._theme, self._marks, self._hover)
        self._put(self._bar_chart)
        return self._bar_chart

    def _matrix(self) -> HeatMap:
        if self._heat_map is None:
            self._heat_map = HeatMap(self._theme)
            self._heat_map.selected.connect(self.cell_selected)
        self._heat_map.setAccessibleName(self.accessibleName())
        self._put(self._heat_map)
        return self._heat_map

    def _put(self, widget: "Canvas | BarChart | HeatMap") -> None:
        """Shows a widget; the others stay hidden for later, since building one is slow."""
        if self._shown is widget:
            return
        if self._shown is not None:
            self._shown.hide()
        self._shown = widget
        self._layout.addWidget(widget)
        widget.show()

    @Slot()
    def _apply_theme(self) -> None:
        if self._canvas is not None:
            self._canvas.apply_theme()

    @Slot()
    def _highlight(self) -> None:
        if self._canvas is not None and self._shown is self._canvas:
            self._canvas.highlight()


def summary(chart: Chart) -> str:
    """What a chart shows, in a sentence."""
    match chart:
        case Lines():
            count = sum(not line.thin for line in chart.lines)
            return f"{chart.y.title} over {chart.x.title}, {count} lines."
        case Points():
            return f"{chart.y.title} over {chart.x.title}, {len(chart.points)} points."
        case Bars():
            return f"{chart.value.title}, {len(chart.bars)} values."
        case Matrix():
            return f"{chart.row} by {chart.column}."


REFRESH_MS = 10
"""Changes within this time are drawn once."""


class LinePlot(QWidget):
    """Shows lines, or a widget in their place while there are none."""

    def __init__(self, name: str, theme: Theme, empty: QWidget, hover: Hover) -> None:
        """Makes a plot that shows the empty widget.

        Args:
            name: for screen readers.
            theme: colors and sizes.
            empty: shown while there are no lines.
            hover: the run under the pointer, shared by the plots of a page.
        """
        super().__init__()
        self._theme, self._name = theme, name
        self._lines: Lines | None = None
        self._chart = ChartView(theme, LineMarks(theme), hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._chart)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are shown, or will be at the next refresh."""
        return self._lines.lines if self._lines else ()

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(self._theme.pixels(180), self._theme.pixels(110))

    def prepare(self) -> None:
        """Builds the canvas; the first one takes half a second, so call it while idle."""
        for _ in self._chart.build():
            pass

    def draw(self, lines: Lines) -> None:
        """Shows exactly these lines at the next refresh."""
        self._lines = lines
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _refresh(self) -> None:
        if self._lines is None:
            return
        visible = any(len(line.x) for line in self._lines.lines)
        if visible or self._chart.prepared:
            self._chart.take(self._name, self._lines)
            self._chart.refresh()
        self._stack.setCurrentIndex(int(visible))
