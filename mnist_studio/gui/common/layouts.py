"""Layouts that adapt: splitters, scroll areas, a flow of controls, a bar that wraps."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)

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


class FoldingSplitter(Splitter):
    """Parts side by side, or below each other where they do not fit side by side."""

    def minimumSizeHint(self) -> QSize:
        """The width of the widest part, since the splitter folds below that of all of them."""
        widths = self._least_widths()
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Folds or unfolds."""
        super().resizeEvent(event)
        widths = self._least_widths()
        needed = sum(widths) + self.handleWidth() * (len(widths) - 1)
        narrow = needed > self.width()
        self.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)

    def _least_widths(self) -> list[int]:
        parts = [self.widget(place) for place in range(self.count())]
        return [
            max(part.minimumSizeHint().width(), part.minimumWidth())
            for part in parts
            if part is not None and not part.isHidden()
        ]


def least_height(part: QWidget, width: int) -> int:
    """The height that a part needs at a width, with its lines of text broken there.

    Qt asks splitters, whose parts are below each other, only for heights at any width.
    """
    if isinstance(part, QSplitter):
        inside = [part.widget(place) for place in range(part.count())]
        heights = [
            max(least_height(one, width), one.minimumHeight())
            for one in inside
            if one is not None and not one.isHidden()
        ]
        if part.orientation() == Qt.Orientation.Horizontal:
            return max(heights, default=0)
        return sum(heights) + part.handleWidth() * max(len(heights) - 1, 0)
    least, layout = part.minimumSizeHint().height(), part.layout()
    if layout is not None and layout.hasHeightForWidth():
        least = max(least, layout.totalMinimumHeightForWidth(width))
    return least


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


class Scroll(QScrollArea):
    """Scrolls its content where there is less room than the content's minimum.

    It never asks for room itself, so that no content can make a window larger than the screen.
    """

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        inside.setObjectName("scrolled")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = inside
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        """What the content would like, so that a dialog opens without scroll bars."""
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Nothing: everything can be reached by scrolling."""
        return QSize(0, 0)


class CurrentStack(QStackedWidget):
    """Needs the room of the page that is shown. That of Qt needs the room of the largest one."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _: self.updateGeometry())

    def sizeHint(self) -> QSize:
        """That of the current page."""
        page = self.currentWidget()
        return page.sizeHint() if page else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """That of the current page."""
        page = self.currentWidget()
        return page.minimumSizeHint() if page else super().minimumSizeHint()

    def heightForWidth(self, width: int) -> int:
        """The least of the current page: a scroll area takes this for the least height."""
        page = self.currentWidget()
        layout = page.layout() if page else None
        if layout is None or not layout.hasHeightForWidth():
            return self.minimumSizeHint().height()
        return layout.totalMinimumHeightForWidth(width)


class Flow(QLayout):
    """Puts controls side by side, and continues in another line where there is no room."""

    def __init__(self, parent: QWidget, gap: int = GAP) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Adds an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """An item; None past the end, which is how Qt finds the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Removes an item."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """The height depends on the number of lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at a width."""
        return self._place(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        """Places all items."""
        super().setGeometry(rect)
        self._place(rect, apply=True)

    def sizeHint(self) -> QSize:
        """One line."""
        hints = [item.sizeHint() for item in self._shown()]
        gaps = self.spacing() * max(len(hints) - 1, 0)
        width = sum(hint.width() for hint in hints) + gaps
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """The largest item."""
        least = QSize(0, 0)
        for item in self._shown():
            least = least.expandedTo(item.minimumSize())
        return least

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, apply: bool) -> int:
        """Places the items in a rectangle, or only computes the height that they need."""
        lines = self._lines(rect.width())
        top = rect.top()
        for line in lines:
            height = max(size.height() for _, size in line)
            left = rect.left()
            for item, size in line:
                if apply:
                    # Centered, since buttons are higher than text.
                    down = (height - size.height()) // 2
                    item.setGeometry(QRect(QPoint(left, top + down), size))
                left += size.width() + self.spacing()
            top += height + self.spacing()
        return max(top - self.spacing() - rect.top(), 0)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """The items of every line with their sizes."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        left = 0
        for item in self._shown():
            hint = item.sizeHint()
            size = hint.boundedTo(QSize(max(width, 1), 1 << 20))
            if size.width() < hint.width() and item.hasHeightForWidth():
                size.setHeight(item.heightForWidth(size.width()))
            if not lines or left + size.width() > width:
                lines.append([])
                left = 0
            lines[-1].append((item, size))
            left += size.width() + self.spacing()
        return lines


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
