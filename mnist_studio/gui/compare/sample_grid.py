"""Sample digits over what every model says of them, right and wrong marked."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.compare.samples import Samples
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme

DIGIT, HEAD, ROW = 36, 42, 26


class SampleGrid(QWidget):
    """A row of digits; under it one row a model. A wrong answer is in a box of its own color."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._samples: Samples | None = None
        self._rows: tuple[RunRow, ...] = ()
        self.setAccessibleName("Predictions on sample digits")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_samples(self, samples: Samples, rows: Sequence[RunRow]) -> None:
        """Shows what these models say."""
        self._samples = samples
        self._rows = tuple(row for row in rows if row.id in samples.predicted)
        told = (f"{row.title}: {self._score(row)} right" for row in self._rows)
        self.setAccessibleDescription(". ".join(told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        high = self._theme.pixels(HEAD) + self._theme.pixels(ROW) * len(self._rows)
        return QSize(self._theme.pixels(500), high)

    def minimumSizeHint(self) -> QSize:
        """May be narrow: then fewer digits are shown."""
        return QSize(self._theme.pixels(300), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Tells what is under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._words_at(event), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Digits, names and answers."""
        if self._samples is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(self._shown()):
            self._paint_digit(painter, place)
        first, last = (self._line_at(y) for y in (event.rect().top(), event.rect().bottom()))
        for line in range(max(first, 0), min(last + 1, len(self._rows))):
            self._paint_row(painter, line, self._rows[line])
        painter.end()

    def _paint_digit(self, painter: QPainter, place: int) -> None:
        assert self._samples is not None
        side = min(self._theme.pixels(DIGIT), self._step() - 4)
        left = self._left() + place * self._step() + (self._step() - side) / 2
        spot = QRectF(left, 0, side, side)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(spot, picture_of(self._samples.images[place]))

    def _paint_row(self, painter: QPainter, line: int, row: RunRow) -> None:
        assert self._samples is not None
        palette, high = self._theme.palette, self._theme.pixels(ROW)
        top = self._theme.pixels(HEAD) + line * high
        picture = sample(self._theme, row.framework)
        middle = top + high / 2
        painter.drawPixmap(0, round(middle - picture.deviceIndependentSize().height() / 2), picture)
        name = QRectF(self._theme.pixels(36), top, self._left() - self._theme.pixels(92), high)
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.text))
        text = painter.fontMetrics().elidedText(
            row.title, Qt.TextElideMode.ElideRight, int(name.width())
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(palette.secondary))
        score = QRectF(name.right(), top, self._theme.pixels(50), high)
        painter.drawText(
            score, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._score(row)
        )
        fonts = self._theme.font(12), self._theme.font(12, bold=True)
        for place in range(self._shown()):
            said = int(self._samples.predicted[row.id][place])
            right = said == int(self._samples.labels[place])
            painter.setFont(fonts[not right])
            spot = QRectF(self._left() + place * self._step(), top, self._step(), high)
            self._paint_answer(painter, said, right, spot)

    def _paint_answer(self, painter: QPainter, said: int, right: bool, spot: QRectF) -> None:
        palette, box = self._theme.palette, spot.adjusted(3, 2, -3, -2)
        color = QColor(palette.good if right else palette.bad)
        if not right:
            painter.setPen(QPen(color, 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
        painter.setPen(color)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{said}{'✓' if right else '✗'}")

    def _words_at(self, event: QHelpEvent) -> str:
        place = int((event.pos().x() - self._left()) // self._step())
        if self._samples is None or not 0 <= place < self._shown():
            return ""
        label = int(self._samples.labels[place])
        number = int(self._samples.places[place])
        lines = [f"Test digit {number:,}: it is a {label}"]
        for row in self._rows:
            said = int(self._samples.predicted[row.id][place])
            mark = "✓" if said == label else "✗"
            lines.append(f"{row.title} ({framework_title(row.framework)}): {said} {mark}")
        return "\n".join(lines)

    def _score(self, row: RunRow) -> str:
        assert self._samples is not None
        return f"{self._samples.right(row.id)} / {len(self._samples.labels)}"

    def _line_at(self, y: int) -> int:
        return (y - self._theme.pixels(HEAD)) // self._theme.pixels(ROW)

    def _left(self) -> int:
        return self._theme.pixels(250)

    def _step(self) -> float:
        count = len(self._samples.labels) if self._samples else 1
        return max(self._theme.pixels(DIGIT - 4), (self.width() - self._left()) / max(count, 1))

    def _shown(self) -> int:
        if self._samples is None:
            return 0
        fitting = int((self.width() - self._left()) / self._step() + 0.001)
        return min(len(self._samples.labels), max(fitting, 1))
