"""The keyboard shortcuts that work on every page, and the overlay that lists all of them."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QActionGroup,
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QGridLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, label, row
from mnist_studio.gui.theme.theme import Choice

_THEMES: tuple[tuple[Choice, str], ...] = (
    ("system", "System"),
    ("light", "Light"),
    ("dark", "Dark"),
)


def ask_theme(tool: QToolButton, now: Choice, choose: Callable[[Choice], object]) -> QMenu:
    """Opens the menu of themes next to the tool."""
    menu = QMenu(tool)
    group = QActionGroup(menu)
    for choice, text in _THEMES:
        action = group.addAction(text)
        action.setCheckable(True)
        action.setChecked(choice == now)
        action.triggered.connect(lambda checked, choice=choice: choose(choice))
    menu.addActions(group.actions())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(tool.mapToGlobal(tool.rect().topRight()))
    return menu


def install_shortcuts(window: QWidget, actions: Mapping[str, Callable[[], object]]) -> None:
    """Gives the window its shortcuts: an action for each key sequence."""
    for keys, action in actions.items():
        QShortcut(QKeySequence(keys), window).activated.connect(action)


SHORTCUTS: Sequence[tuple[str, str]] = (
    ("F5", "Train with the settings of the Train page"),
    ("Ctrl+1 … Ctrl+6", "Go to Train, Draw, Experiments, Compare, Runs, Parity"),
    ("F6", "Show the Train page settings as code"),
    ("Ctrl+S, Ctrl+Shift+O", "Save or open settings on the Train page"),
    ("P, E", "Select the pen or the eraser"),
    ("[ and ]", "Make the pen or eraser narrower or wider"),
    ("Ctrl+Z, Ctrl+Shift+Z", "Undo and redo on the canvas"),
    ("Space or Delete", "Clear the canvas"),
    ("0 … 9, Backspace", "Label and save the drawing, or undo the last label"),
    ("Ctrl+O, Ctrl+V", "Open or paste an image of a digit"),
    ("R", "Show a random test image on the canvas"),
    ("F2", "Rename the selected run"),
    ("Ctrl+Shift+E", "Export the selected run"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Make the text larger or smaller, or reset its size"),
    ("F11", "Enter or exit full screen"),
    ("Ctrl+/", "Show this list"),
    ("Esc", "Close messages and dialogs"),
)


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
