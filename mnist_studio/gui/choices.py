"""What the window asks of its user: colours, and what becomes of a training when it closes."""

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mnist_studio.gui.theme.theme import Choice
from mnist_studio.gui.widgets.question import Question, ask

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


def ask_leaving(
    window: QWidget, discard: Callable[[], object], keep: Callable[[], object]
) -> Question:
    """Asks what shall become of the run that trains."""
    return ask(
        window,
        "A run is still training",
        "What shall become of it when the window closes?",
        (
            ("Keep training", lambda: None),
            ("Discard and close", discard),
            ("Stop, keep and close", keep),
        ),
        primary=2,
        danger=1,
    )
