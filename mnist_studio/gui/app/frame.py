"""What is painted first: navigation, top bar, an empty place for pages, status line.

It knows neither the pages nor what they need, whose import takes longer than the first paint may.
"""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from mnist_studio.gui.app.bars import StatusLine, TopBar
from mnist_studio.gui.app.navigation import Navigation
from mnist_studio.gui.theme.theme import Theme

PAGES = (
    ("train", "Train"), ("draw", "Draw"), ("experiments", "Experiments"), ("compare", "Compare"),
    ("runs", "Runs"), ("parity", "Parity"),
)  # fmt: skip


class Frame(QWidget):
    """The parts around the pages.

    Attributes:
        navigation: chooses the page.
        top: name, sentence and actions of the page.
        stack: the pages.
        status: what is running.
        theme_tool: opens the menu of themes.
        python_tool: opens the list of Pythons.
        keys_tool: opens the list of shortcuts.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.navigation = Navigation(theme, PAGES)
        self.top = TopBar(theme)
        self.stack = QStackedWidget()
        self.status = StatusLine(theme)
        self.theme_tool = self._tool("theme", "Theme", "Light, dark, or as the system")
        self.python_tool = self._tool(
            "python", "Pythons", "Which Python computes for which framework"
        )
        self.keys_tool = self._tool("keyboard", "Keys", "Keyboard shortcuts (Ctrl+/)")
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
