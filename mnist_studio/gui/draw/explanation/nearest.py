"""Nearest neighbors: the training images with the most similar features."""

from collections import Counter

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.analysis.nearest import Metric
from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.parts import Nearest
from mnist_studio.gui.common.image_view import picture_of
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.draw.explanation.part import ExplanationPart, scrolled
from mnist_studio.gui.theme.theme import Theme

ACROSS, SIDE, WORDS = 6, 84, 38
METRICS: tuple[tuple[Metric, str, str], ...] = (
    ("euclidean", "Euclidean", "Compares features by their Euclidean distance (default)"),
    ("cosine", "Cosine", "Compares features by the angle between them"),
)


class NearestPart(ExplanationPart):
    """Training images, sorted by the distance of their features before the last layer."""

    part = "nearest"
    title_text = "Nearest neighbors"
    tip = "The training images whose features are most similar to those of the drawing"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.measure = Segmented("Distance", tuple((key, text) for key, text, _ in METRICS))
        for key, _, tip in METRICS:
            self.measure.enable(key, tip=tip)
        self.measure.chosen.connect(lambda _: self.changed.emit())
        self.controls.addWidget(self.measure)
        self.neighbors = Neighbors(theme)
        self.content.addWidget(scrolled(self.neighbors), 1)

    def options(self) -> Options:
        """The metric."""
        return Options(metric="cosine" if self.measure.choice == "cosine" else "euclidean")

    def show_value(self, value: object) -> None:
        """Shows the ``Nearest``."""
        assert isinstance(value, Nearest)
        self.sentence.setText(summary(value))
        self.neighbors.show_nearest(value)


class Neighbors(QWidget):
    """Images with their labels and distances, six per row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._nearest: Nearest | None = None
        self.setAccessibleName("Nearest training images")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_nearest(self, nearest: Nearest) -> None:
        """Shows other neighbors."""
        self._nearest = nearest
        texts = (f"{one.label}, distance {one.distance:.3g}" for one in nearest.neighbors)
        self.setAccessibleDescription("; ".join(texts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all."""
        count = len(self._nearest.neighbors) if self._nearest else 0
        down = -(-count // ACROSS)
        step = self._theme.pixels(SIDE + WORDS)
        return QSize(ACROSS * self._theme.pixels(SIDE), down * step)

    def minimumSizeHint(self) -> QSize:
        """May be narrow, which makes the images smaller."""
        return QSize(ACROSS * self._theme.pixels(40), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Describes the image under the mouse in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos()
            place = int(at.y() / self._step().height()) * ACROSS + int(
                at.x() / self._step().width()
            )
            QToolTip.showText(event.globalPos(), self.text_at(place), self)
            return True
        return super().event(event)

    def text_at(self, place: int) -> str:
        """A description of the image at a place; empty if there is none."""
        if self._nearest is None or not 0 <= place < len(self._nearest.neighbors):
            return ""
        one = self._nearest.neighbors[place]
        return f"Training image {one.index:,}. Label {one.label}, distance {one.distance:.6g}."

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints images with their labels and distances."""
        if self._nearest is None:
            return
        painter = QPainter(self)
        step = self._step()
        for place in range(len(self._nearest.neighbors)):
            corner = (place % ACROSS) * step.width(), (place // ACROSS) * step.height()
            self._paint(painter, place, QRectF(*corner, step.width(), step.height()))
        painter.end()

    def _paint(self, painter: QPainter, place: int, spot: QRectF) -> None:
        assert self._nearest is not None
        one, palette = self._nearest.neighbors[place], self._theme.palette
        side = self._side
        picture = picture_of(self._nearest.images[place])
        painter.drawImage(QRectF(spot.left(), spot.top(), side, side), picture)
        words = QRectF(spot.left(), spot.top() + side + 3, side, self._theme.pixels(20))
        painter.setFont(self._theme.font(13, bold=True))
        painter.setPen(QColor(palette.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, str(one.label))
        painter.setFont(self._theme.font(12))
        painter.setPen(QColor(palette.secondary))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, f"{one.distance:.3g}")

    def _step(self) -> QSize:
        wide = min(self.width() // ACROSS, self._theme.pixels(SIDE + 24))
        return QSize(wide, self._theme.pixels(SIDE + WORDS - 8))

    @property
    def _side(self) -> int:
        """The side of an image."""
        return min(self._theme.pixels(SIDE - 8), self._step().width() - 6)


def summary(found: Nearest) -> str:
    """The labels of the neighbors, and what was compared."""
    counts = Counter(one.label for one in found.neighbors)
    labels = ", ".join(f"{count} × {label}" for label, count in counts.most_common())
    return (
        f"Labels: {labels}. The features before the last layer ({found.layer}) are compared with "
        f"those of {found.count:,} training images of {found.dataset}."
    )
