"""The probabilities of all classes as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mnist_studio.formatting import confidence, confidence_figure
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.model import MOST_CLASSES
from mnist_studio.spec.run import DIGITS

MOST_COLUMNS, SHORT = 12, 2
"""Classes that fit as columns, and characters of their names."""
MOST_IN_TIP = 15
LEAST_SHOWN = 0.0005
"""Least probability that is written over its bar: 0.1 % after rounding."""

MORE_THAN_OTHERS = 0.5
"""Above it, all other bars and their figures are lower, so that the figure may be wider."""


class ProbabilityBars(QWidget):
    """A bar for every class; the highest is in the framework's color.

    A few classes with short names, such as the digits, are columns. Of many classes, or of classes
    with long names, the most probable ones are rows.
    """

    def __init__(self, theme: Theme, framework: str) -> None:
        super().__init__()
        self._theme = theme
        self._framework = framework
        self._probabilities: tuple[float, ...] = ()
        self._names: tuple[str, ...] = DIGITS
        self._faint = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_probabilities(())
        theme.changed.connect(self.update)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of every class, or none."""
        return self._probabilities

    def show_framework(self, framework: str) -> None:
        """Shows the highest bar in the color of another framework."""
        self._framework = framework
        self.update()

    def show_probabilities(
        self, probabilities: Sequence[float], names: tuple[str, ...] = DIGITS
    ) -> None:
        """Shows the probability of every class, or none yet.

        Args:
            probabilities: in the order of the names; empty for none.
            names: of the classes.
        """
        shown = self._probabilities, self._names
        if shown == (tuple(probabilities), names) and self.accessibleName():
            return
        self._names = names
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
        """Wide enough for the ten digits."""
        return QSize(self._theme.pixels(130), self._theme.pixels(56))

    def minimumSizeHint(self) -> QSize:
        """May be narrower."""
        return QSize(self._theme.pixels(104), self._theme.pixels(48))

    def event(self, event: QEvent) -> bool:
        """Shows the probabilities in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._text("\n", MOST_IN_TIP), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints bars over the names of the classes, or rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        if self._is_upright():
            self._paint_columns(painter)
        else:
            self._paint_rows(painter)
        painter.end()

    def _is_upright(self) -> bool:
        """Whether every class has a column with its name below."""
        return len(self._names) <= MOST_COLUMNS and max(map(len, self._names)) <= SHORT

    def _highest(self) -> float:
        return 2.0 if self._faint else max(self._probabilities, default=1.0)

    def _paint_columns(self, painter: QPainter) -> None:
        figures = painter.fontMetrics().height()
        step, highest = self.width() / len(self._names), self._highest()
        for label, name in enumerate(self._names):
            probability = self._probabilities[label] if self._probabilities else 0.0
            top = figures if self._roomy() else 0
            place = QRectF(label * step, top, step, self.height() - top - figures - 1)
            self._paint_bar(painter, place, probability, 0 < probability == highest)
            figure = QRectF(label * step, self.height() - figures, step, figures)
            self._paint_figure(painter, figure, name, 0 < probability == highest)

    def _paint_rows(self, painter: QPainter) -> None:
        """The most probable classes with bars to the right of their names, as many as fit."""
        if not self._probabilities:
            return
        metrics, palette = painter.fontMetrics(), self._theme.palette
        count = min(len(self._names), max(1, int(self.height() // (metrics.height() + 1))))
        height, figure = self.height() / count, metrics.horizontalAdvance(">99.9") + 4
        order = sorted(range(len(self._names)), key=lambda at: -self._probabilities[at])[:count]
        widest = max(metrics.horizontalAdvance(self._names[label]) for label in order) + 6
        name_width = min(float(widest), 0.5 * self.width())
        room = max(4.0, self.width() - name_width - figure - 4)
        for line, label in enumerate(order):
            best = 0 < self._probabilities[label] == self._highest()
            painter.setFont(self._theme.font(11, bold=best))
            painter.setPen(QColor(palette.text if best else palette.secondary))
            area = QRectF(0, line * height, name_width, height)
            # With the metrics of this line: the highest one is bold, so it is wider.
            name = painter.fontMetrics().elidedText(
                self._names[label], Qt.TextElideMode.ElideMiddle, int(name_width) - 4
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
            thick = min(height - 3, self._theme.pixels(12))
            bar = QRectF(name_width, line * height + (height - thick) / 2, 0, thick)
            bar.setWidth(max(2.0, self._probabilities[label] * room))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.framework(self._framework) if best else palette.line))
            painter.drawRoundedRect(bar, 2, 2)
            if self._probabilities[label] >= LEAST_SHOWN:
                after = QRectF(bar.right() + 4, line * height, figure, height)
                painter.setPen(QColor(palette.text if best else palette.secondary))
                text = confidence_figure(self._probabilities[label])
                painter.drawText(after, Qt.AlignmentFlag.AlignVCenter, text)

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
        return self.width() / len(self._names) >= self._theme.pixels(34)

    def _paint_figure(self, painter: QPainter, place: QRectF, text: str, best: bool) -> None:
        palette = self._theme.palette
        painter.setPen(QColor(palette.text if best else palette.secondary))
        painter.setFont(self._theme.font(11, bold=best))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _text(self, between: str = ", ", most: int = MOST_CLASSES) -> str:
        """All probabilities in order; of more classes than ``most`` the highest ones."""
        if not self._probabilities:
            return "No drawing yet"
        pairs = list(zip(self._names, self._probabilities, strict=True))
        if len(pairs) > most:
            pairs = sorted(pairs, key=lambda pair: -pair[1])[:most]
        return between.join(f"{name}: {confidence(probability)}" for name, probability in pairs)
