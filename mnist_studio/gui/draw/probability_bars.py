"""Ten probabilities as ten bars."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.formatting import confidence, confidence_figure
from mnist_studio.gui.theme.theme import Theme

LEAST_SHOWN = 0.0005
"""Least probability that is written over its bar: 0.1 % after rounding."""

MORE_THAN_OTHERS = 0.5
"""Above it, all other bars and their figures are lower, so that the figure may be wider."""


class ProbabilityBars(QWidget):
    """Ten bars over the digits 0-9; the highest is in the framework's color."""

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__()
        self._theme = theme
        self._framework = framework
        self._probabilities: tuple[float, ...] = ()
        self._faint = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_probabilities(())
        theme.changed.connect(self.update)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Ten probabilities, or none."""
        return self._probabilities

    def show_framework(self, framework: str) -> None:
        """Shows the highest bar in the color of another framework."""
        self._framework = framework
        self.update()

    def show_probabilities(self, probabilities: Sequence[float]) -> None:
        """Shows ten probabilities, or none."""
        if self._probabilities == tuple(probabilities) and self.accessibleName():
            return
        self._probabilities = tuple(probabilities)
        self.setAccessibleName("Probabilities")
        self.setAccessibleDescription(self._text())
        self.update()

    def fade(self, faint: bool) -> None:
        """Omits the framework's color, for a drawing that is not a digit."""
        if faint != self._faint:
            self._faint = faint
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for ten digits."""
        return QSize(self._theme.pixels(130), self._theme.pixels(56))

    def minimumSizeHint(self) -> QSize:
        """May be narrower."""
        return QSize(self._theme.pixels(104), self._theme.pixels(48))

    def event(self, event: QEvent) -> bool:
        """Shows all ten probabilities in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._text("\n"), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints bars over digits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        figures = painter.fontMetrics().height()
        step = self.width() / 10
        highest = 2.0 if self._faint else max(self._probabilities, default=1.0)
        for digit in range(10):
            probability = self._probabilities[digit] if self._probabilities else 0.0
            top = figures if self._roomy() else 0
            place = QRectF(digit * step, top, step, self.height() - top - figures - 1)
            self._paint_bar(painter, place, probability, 0 < probability == highest)
            figure = QRectF(digit * step, self.height() - figures, step, figures)
            self._paint_figure(painter, figure, str(digit), 0 < probability == highest)
        painter.end()

    def _paint_bar(self, painter: QPainter, place: QRectF, probability: float, best: bool) -> None:
        palette = self._theme.palette
        high = max(2.0, probability * place.height())
        width = min(place.width() - 3, self._theme.pixels(26))
        left = place.center().x() - width / 2
        bar = QRectF(left, place.bottom() - high, width, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.framework(self._framework) if best else palette.line))
        painter.drawRoundedRect(bar, min(2.0, high / 2), min(2.0, high / 2))
        if self._roomy() and probability >= LEAST_SHOWN:
            over = QRectF(place.left(), bar.top() - place.top(), place.width(), place.top())
            text = confidence_figure(probability)
            if probability > MORE_THAN_OTHERS:
                text, over = confidence(probability), self._widened(over)
            self._paint_figure(painter, over, text, best)

    def _widened(self, place: QRectF) -> QRectF:
        """Room for a figure with its sign, within the widget."""
        width = max(place.width(), float(self._theme.pixels(56)))
        left = min(max(0.0, place.center().x() - width / 2), max(0.0, self.width() - width))
        return QRectF(left, place.top(), width, place.height())

    def _roomy(self) -> bool:
        """Whether there is room for percentages over the bars."""
        return self.width() / 10 >= self._theme.pixels(34)

    def _paint_figure(self, painter: QPainter, place: QRectF, text: str, best: bool) -> None:
        palette = self._theme.palette
        painter.setPen(QColor(palette.text if best else palette.secondary))
        painter.setFont(self._theme.font(11, bold=best))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _text(self, between: str = ", ") -> str:
        if not self._probabilities:
            return "No drawing yet"
        return between.join(
            f"{digit}: {confidence(probability)}"
            for digit, probability in enumerate(self._probabilities)
        )
