"""What is painted first: the navigation, the top bar, an empty page area and the status line.

It imports neither the pages nor their models: that takes too long before the first paint.
"""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.app.navigation import Navigation
from mnist_studio.gui.app.top_bar import StatusLine, TopBar
from mnist_studio.gui.theme.theme import Theme

PAGES = (
    ("train", "Train"), ("draw", "Draw"), ("experiments", "Experiments"), ("compare", "Compare"),
    ("runs", "Runs"), ("parity", "Parity"),
)  # fmt: skip


class Frame(QWidget):
    """Everything around the pages.

    Attributes:
        navigation: selects the page.
        top: title, description and actions of the page.
        stack: the pages.
        status: what is running.
        theme_tool: opens the menu of themes.
        environments_tool: opens the environments of the frameworks.
        shortcuts_tool: opens the list of shortcuts.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.navigation = Navigation(theme, PAGES)
        self.top = TopBar(theme)
        self.stack = QStackedWidget()
        self.status = StatusLine(theme)
        self.theme_tool = self._tool(
            "theme", "Theme", "Choose light or dark colors, or those of the system"
        )
        self.environments_tool = self._tool(
            "python", "Environments", "Choose the Python environment of each framework"
        )
        self.shortcuts_tool = self._tool(
            "keyboard", "Shortcuts", "Show the keyboard shortcuts (Ctrl+/)"
        )
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top)
        right.addWidget(self.stack, 1)
        right.addWidget(self.status)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.navigation)
        whole.addLayout(right, 1)

    def _tool(self, picture: str, title: str, tip: str) -> QToolButton:
        return self.navigation.add_tool(picture, title, tip)
