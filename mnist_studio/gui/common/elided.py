"""Texts that are too long for their place: shortened, with the whole text in a tooltip."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy

SEPARATOR = " · "
"""Between the parts of a title."""

LEAST_LETTERS = 5
"""Of a shortened recipe; with fewer, the whole title is shortened in its middle."""


class Elided(QLabel):
    """A label of one line, shortened by an ellipsis if necessary; its tooltip has the whole text.

    Attributes:
        elide: where the ellipsis is; in the middle for titles that differ at their ends.
    """

    elide = Qt.TextElideMode.ElideRight

    def __init__(self, text: str = "", role: str = "", grow: bool = True) -> None:
        """Makes a label.

        Args:
            text: the whole text.
            role: its name in the style sheet.
            grow: it takes the remaining width of its row; else no more than its text needs.
        """
        super().__init__(text)
        self.setObjectName(role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        width = QSizePolicy.Policy.Ignored if grow else QSizePolicy.Policy.Maximum
        self.setSizePolicy(width, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """The width of the ellipsis."""
        narrow = self.fontMetrics().horizontalAdvance("…")
        return QSize(narrow, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints as much of the text as fits."""
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self.elide, room.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), shown)
        painter.end()
        self._explain()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sets the tooltip before the first paint, too."""
        super().resizeEvent(event)
        self._explain()

    def setText(self, text: str) -> None:
        """Changes the text and the tooltip; the same text costs nothing."""
        if text == self.text():
            return
        super().setText(text)
        self._explain()

    def _explain(self) -> None:
        needed = self.fontMetrics().horizontalAdvance(self.text())
        tip = self.text() if needed > self.contentsRect().width() else ""
        # Qt sends an event even if the tooltip stays the same.
        if tip != self.toolTip():
            self.setToolTip(tip)


def shortened_title(title: str, metrics: QFontMetrics, room: int) -> str:
    """A title of a run that fits into a width, with its framework as long as possible.

    Recipe and framework come first. The labels behind them get what is left, some letters at least.

    Args:
        title: parts of it are separated by ``SEPARATOR``.
        metrics: of the font.
        room: width in pixels.
    """
    middle, width = Qt.TextElideMode.ElideMiddle, metrics.horizontalAdvance
    recipe, first, rest = title.partition(SEPARATOR)
    framework, second, labels = rest.partition(SEPARATOR)
    least = LEAST_LETTERS * metrics.averageCharWidth()
    if width(title) <= room:
        return title
    if not framework:
        return metrics.elidedText(title, middle, room)
    left = room - width(first + framework + second)
    if labels and left < min(width(recipe), 4 * least) + min(width(labels), 2 * least):
        # A few letters of the labels would say less than the whole recipe.
        second, labels = "…", ""
        left = room - width(first + framework + second)
    if left < width("…"):
        return metrics.elidedText(title, middle, room)
    kept = min(width(recipe), left - min(width(labels), 2 * least)) if labels else left
    # At its own width, Qt shortens some texts.
    short = recipe if kept >= width(recipe) else metrics.elidedText(recipe, middle, kept)
    return short + first + framework + second + metrics.elidedText(labels, middle, left - kept)


def show_name(shown: QLabel | QAbstractButton, name: str, room: int) -> None:
    """Shows a name in a given width, shortened in the middle if necessary.

    Long names of classes often differ only at their ends. The tooltip then has the whole name.

    Args:
        shown: with its final font.
        name: the whole name.
        room: width in pixels.
    """
    text = shown.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    shown.setText(text)
    shown.setAccessibleName(name)
    shown.setToolTip("" if text == name else name)


class ElidedLines(QLabel):
    """A label of some lines, shortened if necessary.

    A line break in the text ends a line, even if that line is shortened.
    """

    def __init__(self, text: str, role: str, lines: int) -> None:
        """Makes a label.

        Args:
            text: the whole text.
            role: its name in the style sheet.
            lines: the most lines that it has.
        """
        super().__init__(text)
        self._lines = lines
        self.setObjectName(role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def heightForWidth(self, width: int) -> int:
        """The height of the lines that are shown."""
        return min(super().heightForWidth(width), self._lines * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(0, self.fontMetrics().lineSpacing())

    def sizeHint(self) -> QSize:
        """As many lines as the label may have."""
        hint = super().sizeHint()
        return QSize(hint.width(), self.heightForWidth(self.width() or hint.width()))

    def shown_lines(self) -> list[str]:
        """The lines as they are painted."""
        *heads, last = self.text().split("\n")
        width, lines = self.contentsRect().width(), self._fitting_lines()
        middle = Qt.TextElideMode.ElideMiddle
        heads = heads[: lines - 1]
        shown = [self.fontMetrics().elidedText(head, middle, width) for head in heads]
        return shown + self._wrapped(last, width, lines - len(shown))

    def _fitting_lines(self) -> int:
        """As many lines as are whole, if the label has less height than it would like."""
        fitting = (self.contentsRect().height() + 2) // self.fontMetrics().lineSpacing()
        return min(self._lines, fitting) if fitting > 0 else self._lines

    def _wrapped(self, text: str, width: int, lines: int) -> list[str]:
        """A text in lines, of which the last is shortened if there are too many."""
        layout = QTextLayout(text, self.font())
        layout.beginLayout()
        shown: list[str] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            begin = line.textStart()
            if len(shown) == lines - 1:
                # What distinguishes runs is often at the end, such as the name of the dataset.
                middle = Qt.TextElideMode.ElideMiddle
                shown.append(self.fontMetrics().elidedText(text[begin:], middle, width))
                break
            shown.append(text[begin : begin + line.textLength()].rstrip())
        layout.endLayout()
        return shown

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints as much of the text as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room, height = self.contentsRect(), self.fontMetrics().lineSpacing()
        for place, text in enumerate(self.shown_lines()):
            line = QRect(room.left(), room.top() + place * height, room.width(), height)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
