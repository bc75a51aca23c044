"""Draws any chart of a view, and a line plot of runs that is updated while they train."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from mnist_studio.analysis.view import Bars, Chart, Line, Lines, Matrix, Parallel, Points
from mnist_studio.analysis.view_text import axis_title
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import legend_entries
from mnist_studio.gui.common.plots import stepwise_import
from mnist_studio.gui.common.plots.bar_chart import BarChart
from mnist_studio.gui.common.plots.fill_page import FilledPage, PlotTools, page_of
from mnist_studio.gui.common.plots.heat_map import HeatMap
from mnist_studio.gui.common.plots.parallel_plot import ParallelPlot
from mnist_studio.gui.common.plots.run_lines import LineMarks
from mnist_studio.gui.theme.marks import MarkSource
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.common.plots.canvas import Canvas


HEADING = 32
"""Height of the line above a chart, in lengths of the design."""


class ChartView(QWidget):
    """Draws one chart after another; a chart of the same kind only gets new data.

    Attributes:
        tools: the buttons of the chart. They are above it, unless they are placed elsewhere.
        legend: keys and titles of the legend while the chart fills the page; None for its own.

    Signals:
        cell_selected: row and column of a matrix.
    """

    cell_selected = Signal(int, int)

    def __init__(self, theme: Theme, marks: MarkSource, hover: Hover, heading: bool = True) -> None:
        """Makes a view without a chart.

        Args:
            theme: colors and sizes.
            marks: how runs are drawn.
            hover: the run under the pointer and the hidden runs, shared by a page.
            heading: a line above the chart has its quantity and its buttons.
        """
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Chart | None = None
        self._shown: Canvas | BarChart | HeatMap | ParallelPlot | None = None
        self._canvas: Canvas | None = None
        self._bar_chart: BarChart | None = None
        self._heat_map: HeatMap | None = None
        self._parallel_plot: ParallelPlot | None = None
        self._filled: FilledPage | None = None
        self._marked: tuple[int, int] | None = None
        self.legend: tuple[tuple[str, str], ...] | None = None
        self.tools = PlotTools(theme)
        self.tools.all_requested.connect(self.show_all)
        self.tools.fill_requested.connect(self.fill_page)
        self._heading, self._has_heading = Elided("", "secondary"), heading
        self._head = row(self._heading, gap=4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        if heading:
            self._head.addWidget(self.tools)
            self._layout.addLayout(self._head)
        theme.changed.connect(self._apply_theme)
        hover.changed.connect(self._highlight)
        hover.toggled.connect(self._on_toggled)

    @property
    def chart(self) -> Chart | None:
        """The chart that is shown, or will be after ``refresh``."""
        return self._chart

    @property
    def inside(self) -> "Canvas | BarChart | HeatMap | ParallelPlot | None":
        """The widget that draws the chart."""
        return self._shown

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        head = self._head.minimumSize().height()
        least = QSize(self._theme.pixels(210), self._theme.pixels(124))
        if isinstance(self._shown, BarChart | HeatMap):
            inside = self._shown.minimumSizeHint() + QSize(0, head)
            return inside.expandedTo(QSize(least.width(), 0))
        return least

    @property
    def prepared(self) -> bool:
        """Whether the canvas for lines is built."""
        return self._canvas is not None

    @property
    def filled(self) -> FilledPage | None:
        """What covers the page while the chart fills it; None while it is in its place."""
        return self._filled

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
        self._marked = None
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{summary(chart)} The table has the same values.")
        self.tools.name(name)
        self._heading.setText(chart_heading(chart) if self._has_heading else "")
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
            if self._marked:
                self._matrix().mark(*self._marked)
        elif isinstance(chart, Parallel):
            self._parallel().draw(chart)
        self._update_tools()
        self.updateGeometry()

    def mark_cell(self, row: int, column: int) -> None:
        """Frames a cell of the matrix at the next refresh, such as one whose images are shown."""
        self._marked = (row, column)
        if self._heat_map is not None and self._shown is self._heat_map:
            self._heat_map.mark(row, column)

    @Slot()
    def show_all(self) -> None:
        """Ends the zoom."""
        if self._canvas is not None:
            self._canvas.show_all()

    @Slot()
    def fill_page(self) -> None:
        """Covers the page with this chart, or goes back."""
        if self._filled is not None:
            self.leave_page()
        elif self._shown is not None and self._chart is not None:
            title = " · ".join(filter(None, (self.accessibleName(), self._heading.text())))
            filled = FilledPage(page_of(self), title, self._theme, self._marks, self._hover)
            filled.closed.connect(self.leave_page)
            filled.tools.all_requested.connect(self.show_all)
            entries = self.legend
            filled.hold(
                self._shown, legend_entries((self._chart,))[0] if entries is None else entries
            )
            self._filled = filled
            self._update_tools()

    @Slot()
    def leave_page(self) -> None:
        """Puts the chart back into its place."""
        if self._filled is None or self._shown is None:
            return
        filled, self._filled = self._filled, None
        self._layout.addWidget(self._shown, 1)
        self._shown.show()
        filled.hide()
        filled.deleteLater()
        self.tools.fill_button.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """A chart that is no longer a part of the page does not cover it."""
        if not event.spontaneous():
            self.leave_page()
        super().hideEvent(event)

    def _line_canvas(self) -> "Canvas":
        plot = self._canvas or self._build_canvas()
        self._put(plot)
        return plot

    def _build_canvas(self) -> "Canvas":
        from mnist_studio.gui.common.plots.canvas import Canvas

        self._canvas = Canvas(self._theme, self._marks, self._hover, self)
        self._canvas.zoom_changed.connect(self._update_tools)
        return self._canvas

    def _bars(self) -> BarChart:
        if self._bar_chart is None:
            self._bar_chart = BarChart(self._theme, self._marks, self._hover)
        self._put(self._bar_chart)
        return self._bar_chart

    def _parallel(self) -> ParallelPlot:
        if self._parallel_plot is None:
            self._parallel_plot = ParallelPlot(self._theme, self._hover)
        self._put(self._parallel_plot)
        return self._parallel_plot

    def _matrix(self) -> HeatMap:
        if self._heat_map is None:
            self._heat_map = HeatMap(self._theme)
            self._heat_map.selected.connect(self.cell_selected)
        self._heat_map.setAccessibleName(self.accessibleName())
        self._put(self._heat_map)
        return self._heat_map

    def _put(self, widget: "Canvas | BarChart | HeatMap | ParallelPlot") -> None:
        """Shows a widget; the others stay hidden for later, since building one is slow."""
        if self._shown is widget:
            return
        self.leave_page()
        if self._shown is not None:
            self._shown.hide()
        self._shown = widget
        self._layout.addWidget(widget, 1)
        widget.show()

    @Slot()
    def _update_tools(self) -> None:
        zoomed = self._canvas is not None and self._shown is self._canvas and self._canvas.zoomed
        shown = self._shown is self._canvas and (zoomed or not self.tools.narrow)
        self.tools.all_button.setVisible(shown)
        self.tools.show_state(zoomed)
        if self._filled is not None:
            self._filled.tools.all_button.setVisible(self._shown is self._canvas)
            self._filled.tools.show_state(zoomed)

    @Slot()
    def _apply_theme(self) -> None:
        if self._canvas is not None:
            self._canvas.apply_theme()

    @Slot()
    def _highlight(self) -> None:
        if self._canvas is not None and self._shown is self._canvas:
            self._canvas.highlight()

    @Slot()
    def _on_toggled(self) -> None:
        if self._shown is self._canvas and isinstance(self._chart, Lines | Points):
            self.refresh()


def chart_heading(chart: Chart) -> str:
    """The line above a chart; bars have their quantity below."""
    match chart:
        case Lines() | Points():
            return axis_title(chart.y)
        case Matrix():
            return f"{chart.row} ↓   {chart.column} →"
    return ""


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
        case Parallel():
            return f"Parallel coordinates, {len(chart.axes)} axes, {len(chart.lines)} lines."


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
        self._chart = ChartView(theme, LineMarks(theme), hover, heading=False)
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
    def tools(self) -> PlotTools:
        """The buttons of the plot, for the header of its card."""
        return self._chart.tools

    def name_runs(self, entries: Sequence[tuple[str, str]]) -> None:
        """Keys and titles of the legend while the plot fills the page."""
        self._chart.legend = tuple(entries)

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
