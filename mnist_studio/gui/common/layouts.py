"""Layouts that adapt: splitters, a scroll area of whole rows, a bar that wraps."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QScrollArea, QSplitter, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.theme.theme import Theme


class Splitter(QSplitter):
    """Parts whose border can be dragged; no part can be dragged to nothing."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)

    def add(self, parts: tuple[QWidget, ...], sizes: tuple[int, ...]) -> None:
        """Adds parts of these sizes, which grow in proportion."""
        for part, size in zip(parts, sizes, strict=True):
            self.addWidget(part)
            self.setStretchFactor(self.count() - 1, size)
        self.setSizes(list(sizes))


def split(
    orientation: Qt.Orientation,
    parts: tuple[QWidget, ...],
    sizes: tuple[int, ...],
    place: QBoxLayout | None = None,
) -> Splitter:
    """A splitter with parts of these sizes, which grow in proportion.

    Args:
        orientation: side by side or below each other.
        parts: in order.
        sizes: of the parts.
        place: where the splitter goes. It is added before its parts: reparenting it with them would
            be slow.
    """
    widget = Splitter(orientation)
    if place is not None:
        place.addWidget(widget, 1)
    widget.add(parts, sizes)
    return widget


class WholeRows(QScrollArea):
    """Scrolls a widget that has a head and rows, and never shows half a row."""

    def __init__(self, inside: QWidget, theme: Theme, head: int, row: int, least: int = 1) -> None:
        """Makes the scroll area.

        Args:
            inside: what scrolls.
            theme: sizes.
            head: height of the head above the rows, in lengths of the design.
            row: height of a row.
            least: the number of rows that always fit.
        """
        super().__init__()
        self._theme = theme
        self._head, self._row, self._least = head, row, least
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside.setObjectName("scrolled")
        self.setWidget(inside)
        theme.changed.connect(self._fit)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """The head and the least number of rows."""
        height = self._theme.pixels(self._head) + self._least * self._theme.pixels(self._row)
        return QSize(super().minimumSizeHint().width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hides the part of a row that is cut off."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        row = self._theme.pixels(self._row)
        rest = (self.height() - self._theme.pixels(self._head)) % row
        if self.viewportMargins().bottom() != rest:
            self.setViewportMargins(0, 0, 0, rest)
        self.verticalScrollBar().setSingleStep(row)
        self.updateGeometry()


class WrapBar(QWidget):
    """Two groups of controls in one line, or in two lines if the window is narrow."""

    def __init__(self, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self._left = left
        self._right = right
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._arrange(False)

    def minimumSizeHint(self) -> QSize:
        """The width of the wider group."""
        hints = (self._left.minimumSizeHint(), self._right.minimumSizeHint())
        height = super().minimumSizeHint().height()
        return QSize(max(hint.width() for hint in hints), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wraps or unwraps."""
        super().resizeEvent(event)
        needed = self._left.sizeHint().width() + GAP + self._right.sizeHint().width()
        self._arrange(needed > self.width())

    def _arrange(self, broken: bool) -> None:
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(self._left, 0, 0, left)
        if broken:
            self._grid.addWidget(self._right, 1, 0, 1, 2, left)
        else:
            self._grid.addWidget(self._right, 0, 1, right)
