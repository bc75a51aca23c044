"""The shortcuts that work on every page."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from mnist_studio.gui.frame import PAGES

if TYPE_CHECKING:
    from mnist_studio.gui.window import MainWindow


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
