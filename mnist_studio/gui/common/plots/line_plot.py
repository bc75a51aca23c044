"""A line plot: a quiet place at first, a pyqtgraph canvas once the window stands.

One line of a plot, as a value. Free of pyqtgraph, which is imported after the first paint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from mnist_studio.gui.theme.theme import Theme

if TYPE_CHECKING:
    from mnist_studio.gui.common.plots.canvas import Canvas


Symbol = Literal["", "o", "d", "t"]


@dataclass(frozen=True, eq=False)
class PlotLine:
    """A named line.

    Attributes:
        key: what it is; the same key updates the same line.
        name: for people, told under the pointer.
        framework: whose color and dash it has.
        x: (n,) numbers, rising.
        y: (n,) numbers.
        symbol: on every point: disc, diamond, triangle, or none.
        hollow: the symbol is only an outline.
        width: of the pen; more than 1 only where points are few, since wide lines are slow.
        shade: of the color, where several runs of a framework are told apart.
    """

    key: str
    name: str
    framework: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    symbol: Symbol = ""
    hollow: bool = False
    width: float = 1.0
    shade: int = 0


def values(numbers: tuple[float | None, ...] | list[float | None]) -> NDArray[np.float64]:
    """Numbers as an array; what is missing becomes a gap."""
    return np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)


REFRESH_MS = 10
"""Several changes of a moment are drawn once."""


class LinePlot(QWidget):
    """Shows named lines, or a widget in their place while there are none."""

    def __init__(self, name: str, theme: Theme, empty: QWidget, percent: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._percent = percent
        self._axis = "epochs"
        self._log = False
        self._lines: tuple[PlotLine, ...] = ()
        self._canvas: Canvas | None = None
        self.setAccessibleName(name)
        self.setAccessibleDescription("The table below holds the same numbers")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(empty)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        theme.changed.connect(self._dress)

    @property
    def lines(self) -> tuple[PlotLine, ...]:
        """What is, or will in a moment be, shown."""
        return self._lines

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(self._theme.pixels(180), self._theme.pixels(110))

    def prepare(self) -> None:
        """Builds the canvas; takes half a second the first time, so call it when nobody waits."""
        if self._canvas is None:
            from mnist_studio.gui.common.plots.canvas import Canvas

            self._canvas = Canvas(self._theme, self._percent, self)
            self.count(self._axis)
            self._canvas.set_log(self._log)
            self._stack.addWidget(self._canvas)
            self._canvas.warm_up()

    def draw(self, lines: Sequence[PlotLine]) -> None:
        """Shows exactly these lines, soon."""
        self._lines = tuple(lines)
        if not self._timer.isActive():
            self._timer.start()

    def count(self, axis: str) -> None:
        """What the x axis counts: ``epochs`` or ``seconds``."""
        self._axis = axis
        if self._canvas:
            epochs = axis == "epochs"
            self._canvas.title_x("Epoch" if epochs else "Seconds of training", whole=epochs)

    def set_log(self, log: bool) -> None:
        """A logarithmic y axis."""
        self._log = log
        if self._canvas:
            self._canvas.set_log(log)

    def show_percent(self, percent: bool) -> None:
        """Whether y is a fraction, written as per cent."""
        self._percent = percent
        if self._canvas:
            self._canvas.show_percent(percent)

    @Slot()
    def _refresh(self) -> None:
        if any(len(line.x) for line in self._lines):
            self.prepare()
            assert self._canvas is not None
            self._canvas.draw(self._lines)
            self._stack.setCurrentIndex(1)
        else:
            if self._canvas:
                self._canvas.draw(())
            self._stack.setCurrentIndex(0)

    @Slot()
    def _dress(self) -> None:
        if self._canvas:
            self._canvas.dress()
