"""A thin bar: how much is done.

Labels, buttons and layouts with the names the style sheet knows.
A button that is an icon; its word is in its tip and for screen readers.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

GAP = 12


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label; ``role`` is its name in the style sheet, such as ``secondary``."""
    made = QLabel(text)
    made.setObjectName(role)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if wrap:
        # A wrapped label may shrink: its row decides how wide it is.
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


class Elided(QLabel):
    """A label of one line that ends in dots where there is no room, and tells all in its tip.

    Attributes:
        elide: where the dots stand; titles that differ in their ends have them in the middle.
    """

    elide = Qt.TextElideMode.ElideRight

    def __init__(self, text: str = "", role: str = "", grow: bool = True) -> None:
        """Makes a label.

        Args:
            text: whole.
            role: its name in the style sheet.
            grow: it takes what its row has left; else no more than its text needs.
        """
        super().__init__(text)
        self.setObjectName(role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        wide = QSizePolicy.Policy.Ignored if grow else QSizePolicy.Policy.Maximum
        self.setSizePolicy(wide, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """May be as narrow as its dots."""
        narrow = self.fontMetrics().horizontalAdvance("…")
        return QSize(narrow, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the text as there is room for."""
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self.elide, room.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), shown)
        painter.end()
        self.setToolTip(self.text() if shown != self.text() else "")


def button(
    text: str,
    action: Callable[[], object],
    tip: str = "",
    primary: bool = False,
    quiet: bool = False,
    danger: bool = False,
) -> QPushButton:
    """A button that does one thing."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setProperty("primary", primary)
    made.setProperty("quiet", quiet)
    made.setProperty("danger", danger)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    # The signal's own argument is none of the action's business.
    made.clicked.connect(lambda checked=False: action())
    return made


def enable(control: QWidget, reason: str = "", tip: str = "") -> None:
    """Enables a control, or disables it and says why under the pointer.

    Args:
        control: the control.
        reason: why it cannot be used; empty where it can.
        tip: what it does, shown where it can be used.
    """
    control.setEnabled(not reason)
    control.setToolTip(reason or tip)


def column(*items: QWidget | QLayout | int, gap: int = GAP, margin: int = 0) -> QVBoxLayout:
    """Things below each other; a number is a stretch of that weight."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margin)
    return layout


def row(*items: QWidget | QLayout | int, gap: int = GAP, margin: int = 0) -> QHBoxLayout:
    """Things beside each other; a number is a stretch of that weight."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margin)
    return layout


def holder(layout: QLayout, name: str = "") -> QWidget:
    """A widget that only holds a layout."""
    made = QWidget()
    made.setObjectName(name)
    made.setLayout(layout)
    return made


def restyle(widget: QWidget) -> None:
    """Lets the style sheet see a property that has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _fill(
    layout: QBoxLayout, items: tuple[QWidget | QLayout | int, ...], gap: int, margin: int
) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(margin, margin, margin, margin)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)


SIDE, PICTURE = 32, 18
"""Points of the button and of its icon."""


class IconButton(QToolButton):
    """Does one thing, or stays pressed while something is chosen."""

    def __init__(
        self,
        theme: Theme,
        picture: str,
        name: str,
        action: Callable[[], object],
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._picture = picture
        self.setObjectName("iconButton")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # The signal's own argument is none of the action's business.
        self.clicked.connect(lambda checked=False: action())
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        palette, pixels = self._theme.palette, self._theme.pixels
        colors = {"chosen": palette.accent, "off": palette.off}
        self.setIcon(icon(self._picture, palette.text, pixels(PICTURE), **colors))
        self.setIconSize(QSize(pixels(PICTURE), pixels(PICTURE)))
        self.setFixedSize(pixels(SIDE), pixels(SIDE))


class ProgressLine(QProgressBar):
    """A fraction without words; those stand beside it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTextVisible(False)
        self.setRange(0, 1000)

    def show_fraction(self, fraction: float) -> None:
        """Shows how much is done, from 0 to 1."""
        self.setValue(round(1000 * fraction))
