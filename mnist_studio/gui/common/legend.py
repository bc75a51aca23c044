"""Legends: samples of how runs and frameworks are drawn, with their titles."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import Elided, label, row
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme, pen

MOST = 16
"""More entries would take the space of the chart."""
MANY = "Full titles are in the tooltips and the table"

LINE, BETWEEN = 20, 18


class KeyLegend(QWidget):
    """Titles in lines; all charts highlight the run under the pointer."""

    def __init__(self, theme: Theme, marks: Marks, hover: Hover) -> None:
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._entries: tuple[tuple[str, str], ...] = ()
        self._note = ""
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Legend")
        theme.changed.connect(self.updateGeometry)
        hover.changed.connect(self.update)

    def show_entries(self, entries: Sequence[tuple[str, str]], note: str = "") -> None:
        """Shows keys with their titles, and a note."""
        few = tuple(entries) if len(entries) <= MOST else ()
        count = () if few or not entries else (f"{len(entries)} {MANY}",)
        self._entries, self._note = few, " · ".join(filter(None, (*count, note)))
        self.setAccessibleDescription(", ".join(title for _, title in entries))
        self.setVisible(bool(few or self._note))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The lines at the current width."""
        width = self.width()
        return QSize(self._theme.pixels(200), self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        spots = self._spots(width)
        return round(spots[-1].bottom()) if spots else 0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlights the run under the pointer."""
        spots = self._spots(self.width())
        named = zip(spots, self._entries, strict=False)
        found = (key for spot, (key, _) in named if spot.contains(event.position()))
        self._hover.point(next(found, ""))

    def leaveEvent(self, event: QEvent) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints samples, titles and the note."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(12))
        spots = self._spots(self.width())
        lit = self._hover.lit({key for key, _ in self._entries})
        for spot, (key, title) in zip(spots, self._entries, strict=False):
            painter.setOpacity(0.3 if lit and key not in lit else 1.0)
            picture = self._marks.picture(key)
            size = picture.deviceIndependentSize()
            high = spot.center().y() - size.height() / 2
            painter.drawPixmap(QPointF(spot.left(), high), picture)
            self._write(painter, spot.adjusted(size.width() + 6, 0, 0, 0), title)
        painter.setOpacity(1.0)
        if self._note:
            self._write(painter, spots[-1], self._note)
        painter.end()

    def _write(self, painter: QPainter, spot: QRectF, text: str) -> None:
        painter.setPen(QColor(self._theme.palette.secondary))
        mode = Qt.TextElideMode.ElideMiddle
        shown = painter.fontMetrics().elidedText(text, mode, int(spot.width()) + 1)
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, shown)

    def _spots(self, width: int) -> list[QRectF]:
        """The areas of the entries and the note."""
        found: list[QRectF] = []
        line, between = self._theme.pixels(LINE), self._theme.pixels(BETWEEN)
        left, top = 0, 0
        for wide in self._widths():
            if left and left + wide > width:
                left, top = 0, top + line
            found.append(QRectF(QRect(left, top, min(wide, max(width, 1)), line)))
            left += wide + between
        return found

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(self._theme.font(12))
        sample = self._theme.pixels(30) + 8
        widths = [sample + metrics.horizontalAdvance(title) for _, title in self._entries]
        return widths + ([metrics.horizontalAdvance(self._note) + 2] if self._note else [])


_DENSITY = 2


def sample(theme: Theme, framework: str, shade: int = 0) -> QPixmap:
    """A short line in the color and dash of a framework; ``shade`` as in ``palette.shaded``."""
    name = f"{framework} {shade}"
    if name not in theme.pictures:
        theme.pictures[name] = _painted(theme, framework, shade)
    return theme.pictures[name]


def _painted(theme: Theme, framework: str, shade: int) -> QPixmap:
    width, height = theme.pixels(28), theme.pixels(12)
    picture = QPixmap(QSize(width, height) * _DENSITY)
    picture.setDevicePixelRatio(_DENSITY)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(theme.palette, framework, 2.0, shade))
    painter.drawLine(QPointF(0, height / 2), QPointF(width, height / 2))
    painter.end()
    return picture


class FrameworkLabel(QWidget):
    """The sample of a framework and its title, or another text."""

    def __init__(self, theme: Theme, framework: str, narrow: bool = False) -> None:
        """Makes a label.

        Args:
            theme: colors and sizes.
            framework: name of the framework.
            narrow: the text may be shortened.
        """
        super().__init__()
        self._theme = theme
        self._framework = framework
        self._sample = QLabel()
        words = framework_title(framework)
        self._text = Elided(words, "secondary") if narrow else label(words, "secondary")
        line = row(self._sample, self._text, gap=6)
        line.setStretch(1, 1)
        self.setLayout(line)
        theme.changed.connect(self._paint_sample)
        self._paint_sample()

    def set_text(self, text: str) -> None:
        """Shows another text after the sample."""
        self._text.setText(text)

    def _paint_sample(self) -> None:
        self._sample.setPixmap(sample(self._theme, self._framework))
