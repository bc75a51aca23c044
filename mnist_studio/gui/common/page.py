"""The base of all pages, the message over a page, and the card at its foot."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QEnterEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import GAP, label, restyle
from mnist_studio.gui.common.layouts import Flow, Scroll, least_height
from mnist_studio.gui.common.outcome_card import OutcomeCard
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

MessageKind = Literal["plain", "good", "bad", "working"]

SHOWN_MS = {"good": 8_000, "plain": 20_000}
"""How long a message stays that needs no action, by its kind; others stay until they are dismissed.
It stays longer while the pointer is on it."""

SETTLE_MS = 100
"""A card moves its buttons, and the page its parts, in some passes of the layout."""

EDGE = 16
"""Between the content and the edges of the page, in pixels."""

WIDEST_NOTICE = 720
"""A longer sentence would be hard to read, in lengths of the design."""


class Notice(QFrame):
    """A sentence over the foot of its parent, hidden until there is one.

    It covers a strip of the page, instead of moving what the user is about to click.

    Attributes:
        line: its content, from left to right.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self._text = label(wrap=True)
        self._close = QToolButton()
        self._close.setObjectName("step")
        self._close.setAccessibleName("Dismiss")
        self._close.setToolTip("Hides this message (Esc).")
        self._close.clicked.connect(self.hide)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(14, 4, 6, 4)
        self.line.addWidget(self._text, 1)
        self.line.addWidget(self._close)
        self._waits = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        theme.changed.connect(self._paint_close)
        self._paint_close()
        self.hide()
        if parent is not None:
            parent.installEventFilter(self)

    @property
    def text(self) -> str:
        """The message."""
        return self._text.text()

    def hide_button(self) -> None:
        """Leaves out the button that dismisses the message."""
        self._close.hide()

    def show_message(self, text: str, kind: MessageKind = "plain") -> None:
        """Shows a message."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setProperty("kind", kind)
        restyle(self)
        self.show()
        self._settle()
        self.raise_()
        self._timer.stop()
        if kind in SHOWN_MS:
            self._timer.start(SHOWN_MS[kind])

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stays while the pointer is on it."""
        if self._timer.isActive():
            self._timer.stop()
            self._waits = True

    def leaveEvent(self, event: QEvent) -> None:
        """Goes some time after the pointer has left."""
        if self._waits:
            self._waits = False
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays at the foot of the parent."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._settle()
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(parent.width() - 2 * GAP, self._theme.pixels(WIDEST_NOTICE))
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        left = (parent.width() - width) // 2
        self.setGeometry(left, parent.height() - height - GAP, width, height)

    def _paint_close(self) -> None:
        size = self._theme.pixels(16)
        self._close.setIcon(icon("cross", self._theme.palette.secondary, size))
        self._close.setIconSize(QSize(size, size))
        self._close.setFixedSize(self._theme.pixels(28), self._theme.pixels(28))


class Page(QWidget):
    """A page of the window.

    Attributes:
        title: its name in the top bar.
        sentence: its purpose.
        studio: the services that all pages share.
        buttons: for the top bar, one of them primary.
        outcome: what has ended, below the content unless a page has a better place for it.
        notice: messages over the foot of the page.
        foot: below the content, at first with the card of what has ended.
        body: the content, which scrolls where it does not fit.
    """

    title = ""
    sentence = ""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.studio = studio
        self.buttons = QWidget()
        self.action_line = Flow(self.buttons)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        self._folding: list[tuple[QBoxLayout | QSplitter, int, Sequence[int]]] = []
        inside = QWidget()
        around = QVBoxLayout(inside)
        around.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        around.addLayout(self.body, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._inside, self._scroll = inside, Scroll(inside)
        whole.addWidget(self._scroll, 1)
        self.outcome = OutcomeCard(studio.theme)
        self.foot = QVBoxLayout()
        self.foot.setContentsMargins(0, 0, 0, 0)
        self.foot.addWidget(self.outcome)
        self.outcome.toggled.connect(self._make_room)
        whole.setSpacing(0)
        whole.addLayout(self.foot)
        self.notice = Notice(studio.theme, self)

    def fold(self, line: QBoxLayout | QSplitter, width: int, heights: Sequence[int]) -> None:
        """Puts the parts of a line below each other while the page is narrower than a width.

        A later call for the same line replaces the earlier one.

        Args:
            line: its parts are side by side on a wide page.
            width: in lengths of the design.
            heights: the least of every part while they are below each other.
        """
        others = [one for one in self._folding if one[0] is not line]
        self._folding = [*others, (line, width, heights)]
        for part in _parts_of(line):
            if part is not None:
                part.removeEventFilter(self)
                part.installEventFilter(self)
        self._fold()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Gives a folded part more height when its content needs more."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            for line, width, heights in self._folding:
                parts = _parts_of(line)
                if watched in parts and self.width() < self.studio.theme.pixels(width):
                    place = parts.index(watched)
                    self._raise(parts[place], heights[place])
        return super().eventFilter(watched, event)

    def reveal(self, part: QWidget) -> None:
        """Scrolls to the top of a part, if the page does not fit into the window."""
        top = part.mapTo(self._inside, QPoint(0, 0)).y()
        self._scroll.verticalScrollBar().setValue(top - GAP)

    def show_part(self, part: QWidget) -> None:
        """Scrolls no further than until a part is visible, once it has its place."""

        def scroll() -> None:
            if part.isVisible():
                self._scroll.ensureWidgetVisible(part, 0, GAP)

        QTimer.singleShot(SETTLE_MS, self, scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Folds or unfolds."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        pixels = self.studio.theme.pixels
        for line, width, heights in self._folding:
            narrow = self.width() < pixels(width)
            if isinstance(line, QSplitter):
                across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
                line.setOrientation(down if narrow else across)
                line.setProperty("folded", narrow)
            else:
                direction = QBoxLayout.Direction
                line.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
            for part, height in zip(_parts_of(line), heights, strict=True):
                if part is not None:
                    _widen(part, narrow)
                    if narrow:
                        self._raise(part, height)
                    else:
                        part.setMinimumHeight(0)

    def _raise(self, part: QWidget | None, height: int) -> None:
        """Sets the least height of a folded part, in lengths of the design or what it needs."""
        if part is not None:
            least = least_height(part, part.width()) if height else 0
            part.setMinimumHeight(max(self.studio.theme.pixels(height), least))

    @Slot(bool)
    def _make_room(self, shown: bool) -> None:
        """Gives the foot margins while it has the card: an empty layout would have them, too."""
        edge = EDGE if shown and self.foot.indexOf(self.outcome) >= 0 else 0
        self.foot.setContentsMargins(edge, 0, edge, edge)

    def show_outcome(self, outcome: Outcome) -> None:
        """Shows how something ended; it replaces the message over the page."""
        self.notice.hide()
        self.outcome.show_outcome(outcome)

    @property
    def tab(self) -> str:
        """What is chosen on the page, such as a view; empty if there is no choice."""
        return ""

    def show_tab(self, key: str) -> None:
        """Chooses what ``tab`` was; ignored if that does not exist any more."""

    def show_item(self, key: str) -> None:
        """Shows one thing of the page, which was searched by its name."""
        self.show_tab(key)

    def prepare(self) -> None:
        """Builds what takes long; called once the window is usable."""

    def enter(self) -> None:
        """Called when the page is shown; the keyboard starts at its top."""
        self.setFocus()


def _parts_of(line: QBoxLayout | QSplitter) -> list[QWidget | None]:
    """The parts of a line in order; None for a part that is a layout."""
    if isinstance(line, QSplitter):
        return [line.widget(place) for place in range(line.count())]
    items = [line.itemAt(place) for place in range(line.count())]
    return [item.widget() if item else None for item in items]


def _widen(part: QWidget, narrow: bool) -> None:
    """Lets a part that is otherwise as wide as its content take the whole width while folded."""
    policy, wide = part.sizePolicy(), QSizePolicy.Policy
    former, latter = (wide.Maximum, wide.MinimumExpanding)
    if not narrow:
        former, latter = latter, former
    if policy.horizontalPolicy() == former:
        policy.setHorizontalPolicy(latter)
        part.setSizePolicy(policy)
