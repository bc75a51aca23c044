"""The keyboard shortcuts that work on every page, and the overlay that lists all of them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import button, label, row
from mnist_studio.gui.help.shortcuts import SHORTCUTS


def install_shortcuts(window: QWidget, actions: Mapping[str, Callable[[], object]]) -> None:
    """Gives the window its shortcuts: an action for each key sequence."""
    for keys, action in actions.items():
        QShortcut(QKeySequence(keys), window).activated.connect(action)


class TextFieldFilter(QObject):
    """Keeps a shortcut of the window from the text field that has the focus.

    On Linux, Ctrl+K in a text field of Qt deletes the rest of the line.
    """

    def __init__(self, window: QWidget, keys: str) -> None:
        super().__init__(window)
        self._keys = QKeySequence(keys)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hides the key from the field, which would claim it before the window."""
        return (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and QKeySequence(event.keyCombination()) == self._keys
        )

    @Slot(QWidget, QWidget)
    def _watch(self, before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, QLineEdit | QAbstractSpinBox | QPlainTextEdit | QTextEdit):
            now.installEventFilter(self)


class ShortcutsOverlay(QWidget):
    """Covers the window until Esc or a click."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        panel = QFrame()
        panel.setObjectName("overlay")
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(28, 22, 28, 20)
        inside.setSpacing(14)
        inside.addWidget(label("Keyboard shortcuts", "headline"))
        inside.addLayout(_grid())
        inside.addLayout(row(1, button("Close", self.hide, tip="Close this list (Esc)")))
        whole = QVBoxLayout(self)
        whole.addWidget(panel, 0, Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def open(self) -> None:
        """Shows it above everything else."""
        self.show()
        self.raise_()
        self.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darkens the window below it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 110))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click closes it."""
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    for place, (keys, meaning) in enumerate(SHORTCUTS):
        key = label(keys, "key")
        grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(meaning), place, 1)
    return grid
