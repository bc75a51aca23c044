"""How each run is drawn: the color and dash of its framework, a shade and a symbol of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from mnist_studio.gui.theme.theme import Theme
from mnist_studio.palette import DASHES, SYMBOLS, WIDTHS, mixed, run_shade, run_symbol

_DENSITY = 2
_POLYGONS = {
    "d": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "t": ((0, -1), (1, 0.8), (-1, 0.8)),
    "s": ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
}
_STROKES = {
    "x": (((-0.8, -0.8), (0.8, 0.8)), ((-0.8, 0.8), (0.8, -0.8))),
    "+": (((-1, 0), (1, 0)), ((0, -1), (0, 1))),
}


@dataclass(frozen=True)
class RunMark:
    """How one run or one group of runs is drawn.

    Attributes:
        color: ``#RRGGBB``, readable on the panel.
        dash: strokes and gaps in widths of the pen; empty for a solid line.
        symbol: one of ``SYMBOLS``.
        fill: color inside the symbol; empty for ``color``.
        width: of its line in pixels. Wider lines are drawn first.
    """

    color: str
    dash: tuple[float, ...]
    symbol: str
    fill: str = ""
    width: float = 1.8

    def pen(self, width: float) -> QPen:
        """Its pen; the width is in pixels of the screen, not in units of a plot."""
        made = QPen(QColor(self.color), width)
        made.setCosmetic(True)
        made.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self.dash:
            made.setDashPattern(list(self.dash))
        return made


class MarkSource(Protocol):
    """Knows how to draw the runs and groups of a chart."""

    def of(self, key: str, thin: bool = False) -> RunMark:
        """The mark of a run or group, or of its thin line."""


class Marks:
    """Gives every run a mark of its own. Runs that differ only in their seed look similar.

    Keys are ids of runs; a group of runs has the key of its first run. Other keys are drawn in the
    color of text.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._families: Mapping[str, tuple[str, object]] = {}
        self._ranks: dict[tuple[str, object], int] = {}
        self._repeats: dict[str, int] = {}
        self._members: dict[tuple[str, object], int] = {}
        self._counts: dict[str, int] = {}

    def know(self, families: Mapping[str, tuple[str, object]]) -> None:
        """Sets the families: id of a run -> its framework and the settings of its repetitions."""
        self._families = families
        # The newest run comes first, and a run keeps its mark when another one is trained.
        for run, family in reversed(tuple(families.items())):
            if family not in self._ranks:
                self._ranks[family] = self._counts.get(family[0], 0)
                self._counts[family[0]] = self._ranks[family] + 1
            if run not in self._repeats:
                self._repeats[run] = self._members.get(family, 0)
                self._members[family] = self._repeats[run] + 1

    def family(self, key: str) -> object:
        """The settings that the repetitions of a run have in common."""
        return self._families.get(key, key)

    def ranked(self) -> dict[str, tuple[str, str]]:
        """Id of a run -> its framework and the name of its family, for files.

        In the order of ranks, so that runs have the same marks in files as in the window.
        """
        in_order = sorted(
            self._families.items(), key=lambda one: (self._ranks[one[1]], self._repeats[one[0]])
        )
        return {run: (family[0], f"{family[0]}/{self._ranks[family]}") for run, family in in_order}

    def of(self, key: str, thin: bool = False) -> RunMark:
        """The mark of a run or group.

        Thin lines are seeds around their mean. Those of a group look alike, so that hundreds of
        them are drawn as one.
        """
        palette = self._theme.palette
        family = self._families.get(key)
        if family is None:
            return RunMark(palette.text, (), SYMBOLS[0])
        place = self._ranks[family], 0 if thin else self._repeats[key]
        color = mixed(palette.framework(family[0]), palette.text, run_shade(*place))
        symbol = run_symbol(*place)
        return RunMark(color, DASHES[family[0]], symbol, width=WIDTHS[family[0]])

    def picture(self, key: str) -> QPixmap:
        """A short line with its symbol, for legends and tables."""
        return mark_picture(self._theme, self.of(key))


def mark_picture(theme: Theme, mark: RunMark) -> QPixmap:
    """A short line with its symbol, for legends and tables."""
    name = f"{mark}"
    if name not in theme.pictures:
        theme.pictures[name] = _painted(theme, mark)
    return theme.pictures[name]


def symbol_path(symbol: str, side: float) -> QPainterPath:
    """The outline of a symbol around the origin, ``side`` wide."""
    path, half = QPainterPath(), side / 2
    if symbol in _POLYGONS:
        path.addPolygon(QPolygonF([QPointF(x, y) * half for x, y in _POLYGONS[symbol]]))
        path.closeSubpath()
    elif symbol in _STROKES:
        for start, end in _STROKES[symbol]:
            path.moveTo(QPointF(*start) * half)
            path.lineTo(QPointF(*end) * half)
    else:
        path.addEllipse(QRectF(-half, -half, side, side))
    return path


def paint_symbol(painter: QPainter, mark: RunMark, middle: QPointF, side: float) -> None:
    """Paints a symbol."""
    painter.save()
    painter.translate(middle)
    painter.setPen(QPen(QColor(mark.color), 1.6))
    painter.setBrush(QBrush(QColor(mark.color)))
    painter.drawPath(symbol_path(mark.symbol, side))
    painter.restore()


def _painted(theme: Theme, mark: RunMark) -> QPixmap:
    size = QSize(theme.pixels(30), theme.pixels(12))
    picture = QPixmap(size * _DENSITY)
    picture.setDevicePixelRatio(_DENSITY)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = size.height() / 2
    painter.setPen(mark.pen(mark.width))
    painter.drawLine(QPointF(0, middle), QPointF(size.width(), middle))
    paint_symbol(painter, mark, QPointF(size.width() / 2, middle), theme.pixels(7))
    painter.end()
    return picture
