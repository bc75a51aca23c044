"""The learning rate of every step of a training, drawn as a curve."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mnist_studio.errors import SpecError
from mnist_studio.formatting import counted
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import schedules
from mnist_studio.spec.run import TrainingSpec

POINTS = 200
HEIGHT = 110
"""Of the drawing, in lengths of the design."""


@dataclass(frozen=True)
class Curve:
    """The learning rate over a training.

    Attributes:
        places: of the rates, from 0 for the first step to 1 for the last one.
        rates: learning rates.
        epochs: length of the training.
        note: what the curve leaves out; empty if nothing.
    """

    places: tuple[float, ...]
    rates: tuple[float, ...]
    epochs: int
    note: str = ""


def learning_rates(training: TrainingSpec, images: int) -> Curve:
    """The learning rate of a training on that many images.

    Raises:
        SpecError: a constant of the schedule is not valid.
    """
    schedules.check(training.schedule)
    in_training = max(1, images - training.validation)
    per_epoch = training.epoch_steps or -(-in_training // training.batch_size)
    steps = per_epoch * training.epochs
    points = schedules.curve(
        training.schedule, per_epoch, steps, warmup=training.warmup_steps, points=POINTS
    )
    highest = training.optimizer.learning_rate
    places = tuple(step / max(1, steps - 1) for step, _ in points)
    rates = tuple(highest * factor for _, factor in points)
    plateau = isinstance(training.schedule, schedules.Plateau)
    return Curve(places, rates, training.epochs, _PLATEAU if plateau else "")


_PLATEAU = "It falls when validation accuracy stops improving, which is not known before."


class ScheduleCurve(QWidget):
    """Draws the learning rate from the first to the last epoch."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._curve: Curve | None = None
        self.setAccessibleName("Learning rate during training")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def curve(self) -> Curve | None:
        """What is drawn; None while the schedule is not valid."""
        return self._curve

    def show_training(self, training: TrainingSpec, images: int) -> None:
        """Draws the learning rate of a training."""
        try:
            self._curve = learning_rates(training, images)
        except (SpecError, ArithmeticError):
            self._curve = None
        self.setAccessibleDescription(self._words())
        self.setToolTip(self._words())
        self.update()

    def sizeHint(self) -> QSize:
        """A low strip."""
        return QSize(self._theme.pixels(200), self._theme.pixels(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the curve with the highest and the lowest learning rate."""
        if self._curve is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        palette, high = self._theme.palette, max(self._curve.rates)
        line = painter.fontMetrics().height()
        left = max(painter.fontMetrics().horizontalAdvance(f"{one:.3g}") for one in (high, 0.0)) + 8
        room = QRectF(left, 6, self.width() - left - 6, self.height() - line - 12)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.drawLine(room.bottomLeft(), room.topLeft())
        painter.setPen(QColor(palette.secondary))
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for rate, y in ((high, room.top()), (0.0, room.bottom())):
            painter.drawText(QRectF(0, y - line / 2, left - 4, line), corner, f"{rate:.3g}")
        below = QRectF(room.left(), room.bottom() + 2, room.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        epochs = counted(self._curve.epochs, "epoch")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, epochs)
        painter.setPen(QPen(QColor(palette.accent), 2))
        scale = room.height() / high if high else 0.0
        points = [
            QPointF(room.left() + room.width() * place, room.bottom() - rate * scale)
            for place, rate in zip(self._curve.places, self._curve.rates, strict=True)
        ]
        painter.drawPolyline(QPolygonF(points))
        painter.end()

    def _words(self) -> str:
        curve = self._curve
        if curve is None:
            return "The schedule is not valid."
        first, last, high = curve.rates[0], curve.rates[-1], max(curve.rates)
        words = f"Starts at {first:.3g}, is at most {high:.3g}, and ends at {last:.3g}."
        return f"{words} {curve.note}".strip()
