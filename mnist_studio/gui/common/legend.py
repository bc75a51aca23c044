"""Legends: samples of how runs and frameworks are drawn, with their titles."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mnist_studio.analysis.view import Chart, Lines, Points
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import label, row
from mnist_studio.gui.common.elided import Elided, shortened_title
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.theme.marks import MarkSource, mark_picture
from mnist_studio.gui.theme.theme import Theme, pen
from mnist_studio.palette import WIDTHS

MOST = 16
"""More entries would take the space of the chart."""
MANY = "Full titles are in the tooltips and the table"

TOGGLE_TIP = "Click a title to hide its curves or to show them again"

LINE, BETWEEN = 28, 18
_STEPS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1,
}  # fmt: skip
_TOGGLE = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


THIN = "thin: single seeds"
SHADED = "shaded: 95 % CI"


def legend_entries(charts: Sequence[Chart]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Keys and titles of a legend, each once, and a note; bars have their titles in the chart."""
    named: dict[str, str] = {}
    thin = shaded = False
    for chart in charts:
        if isinstance(chart, Points):
            named |= {point.key: point.title for point in chart.points}
        elif isinstance(chart, Lines):
            # A later chart may have fewer lines under other titles, such as differences.
            titles = {line.key: line.title for line in chart.lines if not line.thin}
            named |= {key: title for key, title in titles.items() if key not in named}
            thin = thin or any(line.thin for line in chart.lines)
            shaded = shaded or any(len(line.low) for line in chart.lines)
    notes = [note for note, present in ((THIN, thin), (SHADED, shaded)) if present]
    return tuple(named.items()), " · ".join(notes)


class KeyLegend(QWidget):
    """Titles in lines; all charts highlight the run under the pointer.

    A click hides the curves of a run or shows them again. The arrow keys move, and Space or Enter
    does the same as a click.
    """

    def __init__(
        self, theme: Theme, marks: MarkSource, hover: Hover, in_line: bool = False
    ) -> None:
        """Makes a legend without entries.

        Args:
            theme: colors and sizes.
            marks: the samples of the curves.
            hover: the run under the pointer, and the hidden ones.
            in_line: asks for the width of all titles in one line, for a place among controls.
        """
        super().__init__()
        self._theme, self._marks, self._hover = theme, marks, hover
        self._in_line = in_line
        self._entries: tuple[tuple[str, str], ...] = ()
        self._note = ""
        self._current = 0
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Legend")
        self.setToolTip(TOGGLE_TIP)
        theme.changed.connect(self.updateGeometry)
        hover.changed.connect(self.update)
        hover.toggled.connect(self._on_toggled)

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """Keys and titles that are shown."""
        return self._entries

    def show_entries(self, entries: Sequence[tuple[str, str]], note: str = "") -> None:
        """Shows keys with their titles, and a note."""
        few = tuple(entries) if len(entries) <= MOST else ()
        count = () if few or not entries else (f"{len(entries)} {MANY}",)
        text = " · ".join(filter(None, (*count, note)))
        if (few, text) == (self._entries, self._note):
            return
        self._entries, self._note = few, text
        self._current = min(self._current, max(0, len(few) - 1))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if few else Qt.FocusPolicy.NoFocus)
        self._on_toggled()
        self.setVisible(bool(few or self._note))
        self.updateGeometry()

    @Slot()
    def _on_toggled(self) -> None:
        names = [
            title if self._hover.shows(key) else f"{title} (hidden)" for key, title in self._entries
        ]
        self.setAccessibleDescription(", ".join(names))
        self.update()

    def sizeHint(self) -> QSize:
        """The lines at the current width, or one line."""
        if self._in_line:
            widths, between = self._widths(), self._theme.pixels(BETWEEN)
            return QSize(sum(widths) + between * len(widths), self._theme.pixels(LINE))
        width = self.width()
        return QSize(self._theme.pixels(200), self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        spots = self._spots(width)
        return round(spots[-1].bottom()) if spots else 0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlights the run under the pointer."""
        at = self._at(event.position())
        self._hover.point("" if at is None else self._entries[at][0])
        pointing = Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(pointing)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hides the run under the pointer, or shows it again."""
        at = self._at(event.position())
        if at is not None:
            self._current = at
            self._hover.toggle(self._entries[at][0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move, Space and Enter hide or show."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step and self._entries:
            self._current = min(max(self._current + step, 0), len(self._entries) - 1)
            self.update()
        elif event.key() in _TOGGLE and self._entries:
            self._hover.toggle(self._entries[self._current][0])
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Ends the highlighting."""
        self._hover.point("")
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints samples, titles and the note."""
        painter = QPainter(self)
        spots = self._spots(self.width())
        lit = self._hover.lit({key for key, _ in self._entries})
        for at, (spot, (key, title)) in enumerate(zip(spots, self._entries, strict=False)):
            hidden = not self._hover.shows(key)
            painter.setOpacity(0.3 if hidden or (lit and key not in lit) else 1.0)
            picture = mark_picture(self._theme, self._marks.of(key))
            size = picture.deviceIndependentSize()
            high = spot.center().y() - size.height() / 2
            painter.drawPixmap(QPointF(spot.left(), high), picture)
            self._write(painter, spot.adjusted(size.width() + 6, 0, 0, 0), title, hidden)
            if at == self._current and self.hasFocus():
                painter.setOpacity(1.0)
                painter.setPen(QPen(QColor(self._theme.palette.accent), 2))
                painter.drawRoundedRect(spot.adjusted(1, 1, 3, -1), 4, 4)
        painter.setOpacity(1.0)
        if self._note:
            self._write(painter, spots[-1], self._note)
        painter.end()

    def _at(self, place: QPointF) -> int | None:
        """The index of the entry at a place; None between entries."""
        spots = self._spots(self.width())[: len(self._entries)]
        return next((at for at, spot in enumerate(spots) if spot.contains(place)), None)

    def _write(self, painter: QPainter, spot: QRectF, text: str, struck: bool = False) -> None:
        font = QFont(self._theme.font(12))
        font.setStrikeOut(struck)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.palette.secondary))
        shown = shortened_title(text, painter.fontMetrics(), int(spot.width()) + 1)
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
    painter.setPen(pen(theme.palette, framework, WIDTHS[framework], shade))
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
