"""A line plot of runs that is updated while they train."""

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from mnist_studio.analysis.view import Line, Lines
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.chart import ChartView
from mnist_studio.gui.common.plots.run_lines import LineMarks
from mnist_studio.gui.theme.theme import Theme

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
