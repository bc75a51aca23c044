"""Test digits as pictures, each with every model's answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.compare.hard_images import HardImages
from mnist_studio.gui.theme.marks import Marks
from mnist_studio.gui.theme.theme import Theme

TILE, PICTURE, LINE, GAP = 148, 56, 18, 10
MOST_MODELS = 6
"""More answers do not fit under a picture; the table has them all."""


class Gallery(QWidget):
    """Tiles in rows: the picture, what it is, and a line a model: answer and how sure."""

    def __init__(self, theme: Theme, marks: Marks) -> None:
        super().__init__()
        self._theme, self._marks = theme, marks
        self._found: HardImages | None = None
        self._models: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName("Digits")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    @property
    def found(self) -> HardImages | None:
        """What is shown."""
        return self._found

    def show_found(self, found: HardImages | None, titles: Mapping[str, str]) -> None:
        """Shows these digits; ``titles`` has a name for every run that shall answer."""
        self._found = found
        known = found.probabilities if found else {}
        self._models = tuple((run, title) for run, title in titles.items() if run in known)
        self.setAccessibleDescription("\n".join(self._words()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Its tiles at the width of the moment."""
        return QSize(self._theme.pixels(2 * TILE), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(self._theme.pixels(TILE), self.heightForWidth(max(self.width(), 1)))

    def heightForWidth(self, width: int) -> int:
        """As many rows of tiles as there are digits."""
        count = len(self._found.places) if self._found else 0
        return -(-count // self._columns(width)) * self._tile_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles that can be seen."""
        if self._found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, high = self._columns(self.width()), self._tile_height()
        for place in range(len(self._found.places)):
            row, column = divmod(place, columns)
            spot = QRectF(column * self._theme.pixels(TILE), row * high, 0, high)
            if spot.bottom() >= event.rect().top() and spot.top() <= event.rect().bottom():
                self._paint_tile(painter, self._found, place, spot.topLeft())
        painter.end()

    def _paint_tile(
        self, painter: QPainter, found: HardImages, place: int, corner: QPointF
    ) -> None:
        pixels, palette = self._theme.pixels, self._theme.palette
        side = pixels(PICTURE)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        spot = QRectF(corner.x(), corner.y(), side, side)
        painter.drawImage(spot, picture_of(found.images[place]))
        words = QRectF(corner.x() + side + 8, corner.y(), pixels(TILE) - side - 18, side)
        painter.setFont(self._theme.font(13, bold=True))
        painter.setPen(QColor(palette.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignTop, f"It is {found.labels[place]}")
        painter.setFont(self._theme.font(11))
        painter.setPen(QColor(palette.secondary))
        number = words.adjusted(0, pixels(20), 0, 0)
        painter.drawText(number, Qt.AlignmentFlag.AlignTop, f"Digit {found.places[place]:,}")
        for line, (run, _) in enumerate(self._models[:MOST_MODELS]):
            top = corner.y() + side + 4 + line * pixels(LINE)
            self._paint_answer(painter, QPointF(corner.x(), top), run, place)

    def _paint_answer(self, painter: QPainter, corner: QPointF, run: str, place: int) -> None:
        assert self._found is not None
        palette, high = self._theme.palette, self._theme.pixels(LINE)
        picture = self._marks.picture(run)
        size = picture.deviceIndependentSize()
        painter.drawPixmap(QPointF(corner.x(), corner.y() + (high - size.height()) / 2), picture)
        answer, sure = said(self._found.probabilities[run][place])
        right = answer == self._found.labels[place]
        painter.setPen(QColor(palette.good if right else palette.bad))
        painter.setFont(self._theme.font(12, bold=not right))
        wide = self._theme.pixels(TILE) - size.width() - 18
        spot = QRectF(corner.x() + size.width() + 8, corner.y(), wide, high)
        text = f"{answer} {'✓' if right else '✗'}  {100 * sure:.1f} %"
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, text)

    def _columns(self, width: int) -> int:
        return max(1, width // self._theme.pixels(TILE))

    def _tile_height(self) -> int:
        lines = min(len(self._models), MOST_MODELS)
        pixels = self._theme.pixels
        return pixels(PICTURE) + 4 + lines * pixels(LINE) + pixels(GAP)

    def _words(self) -> Sequence[str]:
        """Every digit in a sentence, for screen readers."""
        found = self._found
        if found is None:
            return ()
        return tuple(self._sentence(found, place) for place in range(len(found.places)))

    def _sentence(self, found: HardImages, place: int) -> str:
        answers = (
            f"{title} says {said(found.probabilities[run][place])[0]}"
            for run, title in self._models
        )
        return f"Digit {found.places[place]} is {found.labels[place]}: {', '.join(answers)}."


def said(chances: Any) -> tuple[int, float]:
    """The most probable digit and its probability, (10,)."""
    answer = int(chances.argmax())
    return answer, float(chances[answer])
