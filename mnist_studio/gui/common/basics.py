"""Labels, buttons, progress bars and layouts with the object names of the style sheet."""

from collections.abc import Callable, Sequence
from itertools import islice

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

GAP = 12


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label; ``role`` is its name in the style sheet, such as ``secondary``."""
    widget = QLabel(text)
    widget.setObjectName(role)
    widget.setWordWrap(wrap)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    if wrap:
        # A wrapped label may shrink: its row decides how wide it is.
        widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return widget


class LinkLabel(QLabel):
    """A secondary label for HTML; mouse and keyboard open its links in the browser."""

    def __init__(self, wrap: bool = False) -> None:
        super().__init__()
        self.setObjectName("secondary")
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setOpenExternalLinks(True)

    def changeEvent(self, event: QEvent) -> None:
        """Gives links the color of the new theme: Qt decides on it when it reads the HTML."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            text = self.text()
            self.setText("")
            self.setText(text)


class _Button(QPushButton):
    """A button whose text ends in an ellipsis where it is too narrow, not cut on both sides."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shortens the text that is painted; the text itself, which has the width, stays."""
        if self.width() >= self.sizeHint().width():
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        part = QStyle.SubElement.SE_PushButtonContents
        room = self.style().subElementRect(part, option, self).width()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        option.text = shown
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


def button(
    text: str,
    action: Callable[[], object],
    tip: str = "",
    primary: bool = False,
    quiet: bool = False,
    danger: bool = False,
) -> QPushButton:
    """A push button; ``tip`` says what it does."""
    widget = _Button(text)
    widget.setToolTip(tip)
    widget.setProperty("primary", primary)
    widget.setProperty("quiet", quiet)
    widget.setProperty("danger", danger)
    widget.setCursor(Qt.CursorShape.PointingHandCursor)
    widget.clicked.connect(lambda checked=False: action())
    return widget


class MenuButton(QPushButton):
    """Opens a menu; an arrow on the right shows that it does."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def setMenu(self, menu: QMenu) -> None:
        """Opens a menu, which is not mirrored as the button is."""
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        super().setMenu(menu)

    @Slot()
    def _apply_theme(self) -> None:
        size = self._theme.pixels(16)
        self.setIcon(icon("chevron", self._theme.palette.secondary, size))
        self.setIconSize(QSize(size, size))


def enable(control: QWidget, reason: str = "", tip: str = "") -> None:
    """Enables a control, or disables it with the reason as its tooltip.

    Args:
        control: the control.
        reason: why it cannot be used; empty if it can.
        tip: what it does, shown while it can be used.
    """
    control.setEnabled(not reason)
    if control.toolTip() != (reason or tip):
        # Qt sends an event even if the tooltip stays the same, and this is called while one draws.
        control.setToolTip(reason or tip)


def column(*items: QWidget | QLayout | int, gap: int = GAP, margin: int = 0) -> QVBoxLayout:
    """Items below each other; a number is a stretch of that weight."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margin)
    return layout


def row(*items: QWidget | QLayout | int, gap: int = GAP, margin: int = 0) -> QHBoxLayout:
    """Items side by side; a number is a stretch of that weight."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margin)
    return layout


def holder(layout: QLayout, name: str = "") -> QWidget:
    """A widget that only holds a layout."""
    widget = QWidget()
    widget.setObjectName(name)
    widget.setLayout(layout)
    return widget


def clear(layout: QLayout) -> None:
    """Removes all widgets of a layout and deletes them; stretches remain."""
    # Not takeAt: PySide never frees the item that it returns.
    items = [layout.itemAt(place) for place in range(layout.count())]
    for widget in [item.widget() for item in items if item is not None]:
        if widget is not None:
            layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()


def restyle(widget: QWidget) -> None:
    """Applies the style sheet again after a property has changed."""
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
"""Sides of the button and of its icon, in lengths of the design."""


class IconButton(QToolButton):
    """A button with an icon; its name is its tooltip and its name for screen readers."""

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
        self.clicked.connect(lambda checked=False: action())
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    @Slot()
    def _apply_theme(self) -> None:
        palette, pixels = self._theme.palette, self._theme.pixels
        colors = {"chosen": palette.accent, "off": palette.off}
        self.setIcon(icon(self._picture, palette.text, pixels(PICTURE), **colors))
        self.setIconSize(QSize(pixels(PICTURE), pixels(PICTURE)))
        self.setFixedSize(pixels(SIDE), pixels(SIDE))


class ProgressLine(QProgressBar):
    """A thin progress bar without text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTextVisible(False)
        self.setRange(0, 1000)

    def show_fraction(self, fraction: float) -> None:
        """Shows the progress, from 0 to 1."""
        self.setValue(round(1000 * fraction))


MOVE_MS, SWEEP_MS = 40, 1600
"""Interval between two pictures of a moving line, and the time from its left to its right end."""


class BusyLine(QWidget):
    """A short line that moves while something of unknown duration runs; it rests without motion."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._place = 0.5
        self.setAccessibleName(name)
        self.setFixedHeight(6)
        self._timer = QTimer(self)
        self._timer.setInterval(MOVE_MS)
        self._timer.timeout.connect(self._move)

    def showEvent(self, event: QShowEvent) -> None:
        """Moves only while it is visible."""
        super().showEvent(event)
        if not self._theme.still:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rests."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def _move(self) -> None:
        self._place = (self._place + MOVE_MS / SWEEP_MS) % 1.0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints a quarter of the line in the accent color."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.palette.hover))
        painter.drawRoundedRect(self.rect(), 3, 3)
        painter.setBrush(QColor(self._theme.palette.accent))
        part = self.width() // 4
        left = round((self.width() + part) * self._place) - part
        shown = QRect(left, 0, part, self.height()).intersected(self.rect())
        painter.drawRoundedRect(shown, 3, 3)
        painter.end()


def keep_focus(buttons: Sequence[QWidget], update: Callable[[], object]) -> None:
    """Updates controls; if one that has the focus is disabled, the first enabled one gets it.

    Qt would give it to the next control of the window, which may be on another page.
    """
    focused = any(control.hasFocus() for control in buttons)
    update()
    if focused and not any(control.hasFocus() for control in buttons):
        usable = (control for control in buttons if control.isEnabled() and control.isVisible())
        for control in islice(usable, 1):
            control.setFocus(Qt.FocusReason.OtherFocusReason)
