"""What the window lets its user choose: its colours."""

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from mnist_studio.gui.theme.theme import Choice

_THEMES: tuple[tuple[Choice, str], ...] = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)


def ask_theme(tool: QToolButton, now: Choice, choose: Callable[[Choice], object]) -> QMenu:
    """Opens the menu of themes beside the tool."""
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
