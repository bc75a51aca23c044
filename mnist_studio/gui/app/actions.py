"""The shortcuts that work on every page.

What the window lets its user choose: its colors.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton

from mnist_studio.gui.app.frame import PAGES
from mnist_studio.gui.theme.theme import Choice

if TYPE_CHECKING:
    from mnist_studio.gui.app.window import MainWindow


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


def install(window: "MainWindow") -> None:
    """Gives the window its shortcuts."""
    theme = window.theme
    actions = {
        "F5": window.train,
        "F11": window.toggle_full_screen,
        "Ctrl+/": window.overlay.open,
        "Ctrl+O": window.choose_picture,
        "Ctrl+V": window.paste,
        "Ctrl++": lambda: theme.zoom(1),
        "Ctrl+=": lambda: theme.zoom(1),
        "Ctrl+-": lambda: theme.zoom(-1),
        "Ctrl+0": lambda: theme.zoom(0),
        "Esc": window.close_overlays,
    }
    for place, (key, _) in enumerate(PAGES, start=1):
        actions[f"Ctrl+{place}"] = lambda key=key: window.go(key)  # type: ignore[misc]
    for keys, action in actions.items():
        QShortcut(QKeySequence(keys), window).activated.connect(action)
