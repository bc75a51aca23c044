"""The shortcuts that work on every page, and the menu of themes."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

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
