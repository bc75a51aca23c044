"""Any chart of a view: a quiet place at first, drawn once the window stands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from mnist_studio.analysis.view import Bars, Chart, Lines, Matrix, Points
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots import slices
from mnist_studio.gui.common.plots.bar_chart import BarChart
from mnist_studio.gui.common.plots.heat_map import HeatMap
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.common.plots.view_canvas import ViewCanvas


class ChartView(QWidget):
    """Draws one chart after another; one of the same kind is only given new data.

    Signals:
        cell_selected: row and column of a matrix.
    """

    cell_selected = Signal(int, int)

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._chart: Chart | None = None
        self._inside: ViewCanvas | BarChart | HeatMap | None = None
        self._plot: ViewCanvas | None = None
        self._bar_chart: BarChart | None = None
        self._cells: HeatMap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._room = QVBoxLayout(self)
        self._room.setContentsMargins(0, 0, 0, 0)
        theme.changed.connect(self._dress)
        hover.changed.connect(self._light)

    @property
    def chart(self) -> Chart | None:
        """What is shown, or will be once ``refresh`` is called."""
        return self._chart

    @property
    def inside(self) -> "ViewCanvas | BarChart | HeatMap | None":
        """The widget that draws it."""
        return self._inside

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        least = QSize(self._theme.pixels(240), self._theme.pixels(150))
        if isinstance(self._inside, BarChart | HeatMap):
            return self._inside.minimumSizeHint().expandedTo(QSize(least.width(), 0))
        return least

    @property
    def prepared(self) -> bool:
        """It has a plot of lines."""
        return self._plot is not None

    def build(self) -> Iterator[None]:
        """Builds a plot of lines in steps: as a whole it takes longer than a frame."""
        yield from slices.steps()
        if self._plot is None:
            plot = self._made()
            plot.hide()
            yield
            if self._inside is not plot:
                plot.warm_up()
                yield

    def take(self, name: str, chart: Chart) -> None:
        """Takes a chart; ``name`` is for screen readers."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{words(chart)} The table holds the same numbers.")
        self._chart = chart

    def refresh(self) -> None:
        """Draws what it took last."""
        chart = self._chart
        if isinstance(chart, Lines | Points):
            self._canvas().draw(chart)
        elif isinstance(chart, Bars):
            self._bars().draw(chart)
        elif isinstance(chart, Matrix):
            self._heat_map().draw(chart)
        self.updateGeometry()

    def _canvas(self) -> "ViewCanvas":
        plot = self._plot or self._made()
        self._put(plot)
        return plot

    def _made(self) -> "ViewCanvas":
        from mnist_studio.gui.common.plots.view_canvas import ViewCanvas

        self._plot = ViewCanvas(self._theme, self._marks, self._hover, self)
        return self._plot

    def _bars(self) -> BarChart:
        if self._bar_chart is None:
            self._bar_chart = BarChart(self._theme, self._marks, self._hover)
        self._put(self._bar_chart)
        return self._bar_chart

    def _heat_map(self) -> HeatMap:
        if self._cells is None:
            self._cells = HeatMap(self._theme)
            self._cells.chosen.connect(self.cell_selected)
        self._cells.setAccessibleName(self.accessibleName())
        self._put(self._cells)
        return self._cells

    def _put(self, inside: "ViewCanvas | BarChart | HeatMap") -> None:
        """Shows this one; the others stay for later, since making one takes a while."""
        if self._inside is inside:
            return
        if self._inside is not None:
            self._inside.hide()
        self._inside = inside
        self._room.addWidget(inside)
        inside.show()

    @Slot()
    def _dress(self) -> None:
        if self._plot is not None:
            self._plot.dress()

    @Slot()
    def _light(self) -> None:
        if self._plot is not None and self._inside is self._plot:
            self._plot.light()


def words(chart: Chart) -> str:
    """What a chart draws, in a sentence."""
    match chart:
        case Lines():
            count = sum(not line.thin for line in chart.lines)
            return f"{chart.y.title} over {chart.x.title}, {count} lines."
        case Points():
            return f"{chart.y.title} over {chart.x.title}, {len(chart.points)} points."
        case Bars():
            return f"{chart.value.title}, {len(chart.bars)} figures."
        case Matrix():
            return f"{chart.row} by {chart.column}."
