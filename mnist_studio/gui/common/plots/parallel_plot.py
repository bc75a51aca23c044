"""Parallel coordinates: an axis for each setting, a line for each run, colored by its result."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.analysis.view import Parallel, ParallelLine, axis_ends, axis_place, ranks
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import mixed

HEAD, FOOT, SIDE = 24, 10, 70
"""Heights of the titles and of the space below; width left and right of the axes."""
NEAR = 8.0
"""Pixels within which a line is under the pointer."""
PALEST = 0.8
"""How much of the ground the color of the worst line has."""


class ParallelPlot(QWidget):
    """Draws the lines, the best on top. The line under the pointer is named in the tooltip."""

    def __init__(self, theme: Theme, hover: Hover) -> None:
        super().__init__()
        self._theme, self._hover = theme, hover
        self._chart: Parallel | None = None
        self._ranked: tuple[tuple[float, ParallelLine], ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        hover.changed.connect(self.update)

    def draw(self, chart: Parallel) -> None:
        """Shows these lines."""
        self._chart = chart
        ranked = zip(ranks(chart), chart.lines, strict=True)
        self._ranked = tuple(sorted(ranked, key=lambda one: one[0]))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(self._theme.pixels(260), self._theme.pixels(180))

    def line_at(self, spot: QPointF) -> ParallelLine | None:
        """The line under a point, the best of several."""
        found: tuple[float, ParallelLine] | None = None
        for _, line in self._ranked:
            distance = _distance(self._corners(line), spot)
            if distance <= NEAR and (found is None or distance <= found[0]):
                found = distance, line
        return found[1] if found else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlights and names the run under the pointer."""
        line = self.line_at(event.position())
        self._hover.point(line.key if line else "")
        self.setToolTip(self._tip(line) if line else "")

    def leaveEvent(self, event: QEvent) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints lines, then axes with their titles and ends."""
        if self._chart is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self._hover.lit({line.key for line in self._chart.lines})
        for rank, line in self._ranked:
            painter.setOpacity(0.25 if lit and line.key not in lit else 1.0)
            wide = line.key in lit or rank == 1
            painter.setPen(QPen(self._color(rank), 2.6 if wide else 1.3))
            painter.drawPolyline(QPolygonF(self._corners(line)))
        painter.setOpacity(1.0)
        for at in range(len(self._chart.axes)):
            self._paint_axis(painter, at)
        painter.end()

    def _color(self, rank: float) -> QColor:
        palette = self._theme.palette
        return QColor(mixed(palette.accent, palette.panel, PALEST * (1 - rank)))

    def _area(self) -> QRectF:
        side, head = self._theme.pixels(SIDE), self._theme.pixels(HEAD)
        foot = self._theme.pixels(FOOT)
        return QRectF(
            side, head, max(10, self.width() - 2 * side), max(10, self.height() - head - foot)
        )

    def _spot(self, at: int, value: float) -> QPointF:
        assert self._chart is not None
        area = self._area()
        x = area.left() + area.width() * at / max(1, len(self._chart.axes) - 1)
        return QPointF(x, area.bottom() - area.height() * axis_place(self._chart, at, value))

    def _corners(self, line: ParallelLine) -> list[QPointF]:
        return [self._spot(at, value) for at, value in enumerate(line.values)]

    def _paint_axis(self, painter: QPainter, at: int) -> None:
        assert self._chart is not None
        axis, palette, area = self._chart.axes[at], self._theme.palette, self._area()
        low, high = axis_ends(self._chart, at)
        bottom, top = self._spot(at, low), self._spot(at, high)
        painter.setPen(QPen(QColor(palette.secondary), 1))
        painter.drawLine(bottom, top)
        gap = area.width() / max(1, len(self._chart.axes) - 1)
        wide = min(gap - 8, 2.0 * self._theme.pixels(SIDE)) if len(self._chart.axes) > 1 else gap
        painter.setFont(self._theme.font(12, bold=True))
        painter.setPen(QColor(palette.text))
        title = painter.fontMetrics().elidedText(axis.title, Qt.TextElideMode.ElideRight, int(wide))
        painter.drawText(
            QRectF(top.x() - wide / 2, 0, wide, area.top() - 6),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, title,
        )  # fmt: skip
        painter.setFont(self._theme.font(11))
        labels = [(float(place), name) for place, name in enumerate(axis.names)] or [
            (end, cell_text(end, axis.unit)) for end in (low, high)
        ]
        for value, text in labels:
            self._paint_label(painter, self._spot(at, value), text)

    def _paint_label(self, painter: QPainter, spot: QPointF, text: str) -> None:
        """Writes a value right of its axis, on the ground, so that lines do not cross it."""
        metrics, palette = painter.fontMetrics(), self._theme.palette
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self._theme.pixels(SIDE) - 6)
        width, height = metrics.horizontalAdvance(shown), metrics.height()
        room = QRectF(spot.x() + 4, spot.y() - height / 2, width + 4, height)
        room.moveBottom(min(room.bottom(), float(self.height())))
        ground = QColor(palette.panel)
        ground.setAlphaF(0.8)
        painter.fillRect(room, ground)
        painter.setPen(QColor(palette.secondary))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)

    def _tip(self, line: ParallelLine) -> str:
        assert self._chart is not None
        values = [
            f"{axis.title}: {axis.names[int(value)] if axis.names else cell_text(value, axis.unit)}"
            for axis, value in zip(self._chart.axes, line.values, strict=True)
        ]
        return "\n".join((line.title, *values))


def _distance(corners: Sequence[QPointF], spot: QPointF) -> float:
    """The distance of a point from a polyline."""
    return min(
        (_from_segment(a, b, spot) for a, b in pairwise(corners)),
        default=float("inf"),
    )


def _from_segment(a: QPointF, b: QPointF, spot: QPointF) -> float:
    x, y = b.x() - a.x(), b.y() - a.y()
    length = x * x + y * y or 1.0
    part = max(0.0, min(1.0, ((spot.x() - a.x()) * x + (spot.y() - a.y()) * y) / length))
    return hypot(spot.x() - a.x() - part * x, spot.y() - a.y() - part * y)
