"""Two groups of controls: at the ends of one line, or below each other where that is too short.

Parts whose border can be dragged.
A scrolling place that never shows half a row.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QScrollArea, QSplitter, QWidget

from mnist_studio.gui.common.basics import GAP
from mnist_studio.gui.theme.theme import Theme


def split(
    orientation: Qt.Orientation,
    parts: tuple[QWidget, ...],
    sizes: tuple[int, ...],
    place: QBoxLayout | None = None,
) -> QSplitter:
    """Parts beside or below each other, of these sizes and growing in proportion.

    Args:
        orientation: beside or below.
        parts: in their order.
        sizes: of them.
        place: where the whole goes, before its parts: moving them with it would take a while.
    """
    made = QSplitter(orientation)
    if place is not None:
        place.addWidget(made, 1)
    made.setHandleWidth(GAP)
    made.setChildrenCollapsible(False)
    for at, part in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(at, sizes[at])
    made.setSizes(list(sizes))
    return made


class WholeRows(QScrollArea):
    """Shows a widget made of a head and rows, as many whole ones as there is room for."""

    def __init__(self, inside: QWidget, theme: Theme, head: int, row: int, least: int = 1) -> None:
        """Makes the place.

        Args:
            inside: what scrolls.
            theme: sizes.
            head: height of what stands over the rows, in lengths of the design.
            row: height of a row.
            least: so many rows there is always room for.
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
        """Head and the rows there is always room for."""
        high = self._theme.pixels(self._head) + self._least * self._theme.pixels(self._row)
        return QSize(super().minimumSizeHint().width(), high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves out what is left of a row."""
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
    """Breaks between its groups when the window is narrow or the text is large."""

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
        """As narrow as the wider group."""
        hints = (self._left.minimumSizeHint(), self._right.minimumSizeHint())
        high = super().minimumSizeHint().height()
        return QSize(max(hint.width() for hint in hints), high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Breaks or joins."""
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
