"""What is painted first: the navigation, the top bar, an empty page area and the status line.

It imports neither the pages nor their models: that takes too long before the first paint.
"""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import Elided, ProgressLine, label
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme


class Navigation(QWidget):
    """Selects the page; small tools are at its bottom.

    Signals:
        chosen: the key of a page.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, pages: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._group = QButtonGroup(self)
        self._icons: list[tuple[QToolButton, str]] = []
        self._items: dict[str, QToolButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 14, 8, 10)
        self._column.setSpacing(4)
        for place, (key, title) in enumerate(pages, start=1):
            self._add_page(key, title, place)
        self._column.addStretch(1)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def show_page(self, key: str) -> None:
        """Marks the page that is shown."""
        self._items[key].setChecked(True)

    def item(self, key: str) -> QToolButton:
        """The button of a page."""
        return self._items[key]

    def add_tool(self, picture: str, title: str, tip: str) -> QToolButton:
        """Adds a small tool at the bottom."""
        made = self._button(picture, title)
        made.setToolTip(tip)
        self._column.addWidget(made)
        self._paint_icons()
        return made

    def _add_page(self, key: str, title: str, place: int) -> None:
        made = self._button(key, title)
        made.setCheckable(True)
        made.setToolTip(f"Go to the {title} page (Ctrl+{place})")
        made.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(made)
        self._items[key] = made
        self._column.addWidget(made)

    def _button(self, picture: str, title: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName("navigationItem")
        made.setText(title)
        made.setAccessibleName(title)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icons.append((made, picture))
        return made

    def _paint_icons(self) -> None:
        palette, size = self._theme.palette, self._theme.pixels(22)
        self.setFixedWidth(self._theme.pixels(108))
        for made, picture in self._icons:
            made.setIcon(icon(picture, palette.secondary, size, chosen=palette.text))
            made.setIconSize(QSize(size, size))
            made.setFixedSize(self._theme.pixels(92), self._theme.pixels(56))


class TopBar(QWidget):
    """The title of the page, a sentence on its purpose, and its actions."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._name = label(role="pageName")
        self._sentence = Elided(role="secondary")
        self._actions: QWidget | None = None
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(20, 8, 16, 8)
        self._line.setSpacing(14)
        self._line.addWidget(self._name)
        self._line.addWidget(self._sentence, 1)
        theme.changed.connect(self._size)
        self._size()

    def show_page(self, name: str, sentence: str, actions: QWidget) -> None:
        """Shows the texts and actions of another page."""
        self._name.setText(name)
        self._sentence.setText(sentence)
        if self._actions is not None:
            self._actions.hide()
        if self._line.indexOf(actions) < 0:
            self._line.addWidget(actions)
        self._actions = actions
        actions.show()

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(52))


class StatusLine(QWidget):
    """What is running, its progress and the time left; on the right the inference processes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._activity = label(role="secondary")
        self._progress = ProgressLine("Progress")
        self._left = label(role="secondary")
        self._engines = label(role="secondary")
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 16, 0)
        line.setSpacing(16)
        for part in (self._activity, self._progress, self._left):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self._engines)
        theme.changed.connect(self._size)
        self._size()
        self.show_work("Ready")

    @property
    def words(self) -> str:
        """The text on the left."""
        return f"{self._activity.text()} {self._left.text()}".strip()

    def show_work(self, activity: str, fraction: float | None = None, left: str = "") -> None:
        """Shows what is running; without a fraction there is no bar."""
        self._activity.setText(activity)
        self._left.setText(left)
        self._progress.setVisible(fraction is not None)
        if fraction is not None:
            self._progress.show_fraction(fraction)

    def show_engines(self, text: str) -> None:
        """Shows the states of the inference processes on the right."""
        self._engines.setText(text)

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(30))
        self._progress.setFixedWidth(self._theme.pixels(240))


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
        self.theme_tool = self._tool("theme", "Theme", "Choose light, dark, or system colors")
        self.environments_tool = self._tool(
            "python", "Environments", "Choose a Python environment for each framework"
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
