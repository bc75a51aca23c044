"""One quiet line that says what was just done and undoes it: “Deleted 3 runs. Undo”."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Slot
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from mnist_studio.gui.common.basics import button
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

SHOWN_MS = 20_000
"""How long the line stays. It stays longer while the pointer or the keyboard is on it."""

_MARGIN = 12


class UndoBar(QFrame):
    """Floats above the bottom of a widget, so that nothing moves when it comes and goes.

    It offers to undo the last act only. An act whose offer has ended must be harmless, such as a
    move to the trash.
    """

    def __init__(self, parent: QWidget, area: QWidget, theme: Theme) -> None:
        """Makes a hidden bar.

        Args:
            parent: contains both the bar and the area.
            area: that the bar floats above.
            theme: its colors and sizes.
        """
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._area, self._theme = area, theme
        self._undo: Callable[[], object] = _nothing
        self._message: QWidget | None = None
        self._text = Elided(grow=False)
        self.undo_button = button("Undo", self.undo, "Undoes this (Ctrl+Z)", quiet=True)
        self._close = QToolButton()
        self._close.setObjectName("step")
        self._close.setAccessibleName("Dismiss")
        self._close.setToolTip("Hides this line (Esc)")
        self._close.clicked.connect(self.hide)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self._time_out)
        self._keys = QShortcut(QKeySequence("Ctrl+Z"), parent)
        self._keys.activated.connect(self.undo)
        self._keys_free = True
        self._lay_out()
        area.installEventFilter(self)
        theme.changed.connect(self._resize)
        self.hide()
        self._resize()

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 4, 6, 4)
        line.setSpacing(8)
        for part in (self._text, self.undo_button, self._close):
            line.addWidget(part)
        for part in (self.undo_button, self._close):
            part.installEventFilter(self)

    @property
    def text(self) -> str:
        """What was done; empty if nothing is offered."""
        return "" if self.isHidden() else self._text.text()

    def offer(self, text: str, undo: Callable[[], object]) -> None:
        """Offers to undo an act, in the place of the last one.

        Args:
            text: a sentence that says what was done, such as “Deleted 3 runs.”
            undo: called at most once.
        """
        self._undo = undo
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self._resize()
        self.raise_()
        self._timer.start()

    def stay_above(self, message: QWidget) -> None:
        """Stays above a message at the foot of the area while that is shown."""
        self._message = message
        self._place()

    def free_keys(self, free: bool) -> None:
        """Whether Ctrl+Z is the bar's; it is not where a page undoes something itself."""
        self._keys_free = free
        self._keys.setEnabled(free and not self.isHidden())

    def undo(self) -> None:
        """Undoes the act, once."""
        undo, self._undo = self._undo, _nothing
        self.hide()
        undo()

    def hideEvent(self, event: object) -> None:
        """Ends the offer."""
        self._timer.stop()
        self._keys.setEnabled(False)

    def showEvent(self, event: object) -> None:
        """Ctrl+Z undoes only what is offered."""
        self._keys.setEnabled(self._keys_free)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stays while the pointer is on it."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Goes some time after the pointer has left."""
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the area, and stays while the keyboard is on a button."""
        if watched is self._area and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        if watched is not self._area and isinstance(event, QFocusEvent):
            (self._timer.stop if event.gotFocus() else self._timer.start)()
        return super().eventFilter(watched, event)

    @Slot()
    def _time_out(self) -> None:
        self._undo = _nothing
        self.hide()

    @Slot()
    def _resize(self) -> None:
        size = self._theme.pixels(16)
        self._close.setIcon(icon("cross", self._theme.palette.secondary, size))
        self._close.setIconSize(QSize(size, size))
        self._close.setFixedSize(self._theme.pixels(28), self._theme.pixels(28))
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.ensurePolished()
        width = min(self.sizeHint().width(), self._area.width() - 2 * _MARGIN)
        self.resize(width, self.sizeHint().height())
        corner = self._area.mapTo(parent, self._area.rect().bottomLeft())
        left = corner.x() + (self._area.width() - width) // 2
        self.move(left, corner.y() - self.height() - _MARGIN - self._covered())

    def _covered(self) -> int:
        """The height of the message below the bar."""
        if self._message is None or not self._message.isVisible():
            return 0
        return self._message.height() + _MARGIN


def _nothing() -> None:
    """What is undone if nothing is offered."""
