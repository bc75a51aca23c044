"""A few choices side by side: one of them is on, or any number, each with a check box."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from mnist_studio.gui.common.basics import enable
from mnist_studio.gui.common.layouts import Flow


class Segmented(QFrame):
    """A few choices of which exactly one is on. Arrow keys move the choice.

    Signals:
        chosen: the key of the new choice, when the user made it.
    """

    chosen = Signal(str)

    def __init__(
        self,
        name: str,
        choices: Sequence[tuple[str, str] | tuple[str, str, str]] = (),
        parent: QWidget | None = None,
        stretch: bool = False,
        wrap: bool = False,
    ) -> None:
        """Choices side by side.

        Args:
            name: for screen readers.
            choices: key, text, and tooltip of each.
            parent: the widget that it belongs to.
            stretch: whether they share the whole width.
            wrap: whether they continue in another line where there is no room.
        """
        super().__init__(parent)
        self.setObjectName("segmented")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._move_tab_stop)
        self._buttons: dict[str, QToolButton] = {}
        self._stretch = int(stretch)
        self._line: QHBoxLayout | Flow = Flow(self, 1) if wrap else QHBoxLayout(self)
        self._line.setContentsMargins(1, 1, 1, 1)
        self._line.setSpacing(1)
        for choice in choices:
            self.add(*choice)

    def add(self, key: str, text: str, tip: str = "") -> None:
        """Adds a choice after the others; the first one is chosen."""
        button = self._button(key, text)
        button.setToolTip(tip or button.accessibleName())
        self._line.addWidget(button)
        if isinstance(self._line, QHBoxLayout):
            self._line.setStretchFactor(button, self._stretch)
        if len(self._buttons) == 1:
            self.choose(key)

    def _button(self, key: str, text: str) -> QToolButton:
        widget = _Segment(text)
        widget.setAccessibleName(f"{self.accessibleName()}: {text}")
        widget.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(widget)
        self._buttons[key] = widget
        return widget

    @Slot(QAbstractButton, bool)
    def _move_tab_stop(self, button: QAbstractButton, on: bool) -> None:
        """Tab goes to the current choice only; Qt does this only for choices with the focus."""
        policy = Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus
        button.setFocusPolicy(policy)

    @property
    def choice(self) -> str:
        """The key of the current choice."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Makes a choice without a signal."""
        self._buttons[key].setChecked(True)

    def enable(self, key: str, reason: str = "", tip: str = "") -> None:
        """Enables a choice, or disables it with the reason as its tooltip."""
        button = self._buttons[key]
        enable(button, reason, tip or button.accessibleName())

    def enabled(self, key: str) -> bool:
        """Whether a choice can be made."""
        return self._buttons[key].isEnabled()

    def button(self, key: str) -> QToolButton:
        """The button of a choice."""
        return self._buttons[key]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the choice with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        usable = [key for key in self._buttons if self._buttons[key].isEnabled()]
        at = usable.index(self.choice) + step if self.choice in usable else 0
        if 0 <= at < len(usable):
            self._buttons[usable[at]].setFocus()
            self._buttons[usable[at]].click()


class _Segment(QToolButton):
    """A segment that keeps its width when its text becomes bold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setObjectName("segment")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the bold text needs.

        A least width would make the segment wider at once, over the next one, until the layout
        moves that.
        """
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(bold).horizontalAdvance(self.text()) + 22
        return super().sizeHint().expandedTo(QSize(width, 0))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()


class _Toggle(QToolButton):
    """A button with a check box before its text, so that it does not look like one of a choice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setObjectName("toggle")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the button, then the box in the room that the style sheet leaves for it."""
        super().paintEvent(event)
        side = round(0.85 * self.fontMetrics().height())
        box = QRectF(8.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
        colors, on = self.palette(), self.isChecked()
        frame = colors.highlight() if on else colors.placeholderText()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        painter.setPen(QPen(frame.color(), 1))
        painter.setBrush(frame.color() if on else QColor(Qt.GlobalColor.transparent))
        painter.drawRoundedRect(box, 3, 3)
        if on:
            painter.setPen(QPen(colors.highlightedText().color(), 1.6))
            painter.drawPolyline([_at(box, *place) for place in _CHECK])
        painter.end()


_CHECK = ((0.22, 0.52), (0.42, 0.72), (0.79, 0.3))
"""Corners of the check mark in its box, from 0 to 1."""


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height())


class Toggles(QFrame):
    """Buttons with check boxes side by side, any number of which are on.

    Signals:
        changed: the user switched one.
    """

    changed = Signal()

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str, str]], on: Collection[str]
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._buttons: dict[str, QToolButton] = {}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for key, text, tip in choices:
            widget = _Toggle(text)
            widget.setToolTip(tip)
            widget.setAccessibleName(f"{name}: {text}")
            widget.setChecked(key in on)
            widget.clicked.connect(lambda checked: self.changed.emit())
            self._buttons[key] = widget
            line.addWidget(widget)

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of the buttons that are on."""
        return frozenset(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, keys: Collection[str]) -> None:
        """Switches exactly these on, without a signal."""
        for key, button in self._buttons.items():
            button.setChecked(key in keys)

    def enable(self, key: str, reason: str = "", tip: str = "") -> None:
        """Enables a button, or disables it with the reason as its tooltip."""
        enable(self._buttons[key], reason, tip or self._buttons[key].accessibleName())

    def enabled(self, key: str) -> bool:
        """Whether a button can be switched."""
        return self._buttons[key].isEnabled()

    def button(self, key: str) -> QToolButton:
        """The button of a key."""
        return self._buttons[key]
