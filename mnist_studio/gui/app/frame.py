"""What is painted first: the navigation, the top bar, an empty page area and the status line.

It imports neither the pages nor their models: that takes too long before the first paint.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.gui.common.basics import LinkLabel, ProgressLine, label
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.layouts import Scroll
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

WIDE, TALL, FLAT = 108, 56, 34
"""Width of the navigation, and height of an item with its icon and without."""


class Navigation(QWidget):
    """Selects the page; small tools are at its bottom.

    In a low window the items have no icons, and in an even lower one they scroll.

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
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 10, 8, 6)
        self._column.setSpacing(4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = Scroll(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.addWidget(scroll)
        for place, (key, title) in enumerate(pages, start=1):
            self._add_page(key, title, f"Go to the {title} page (Ctrl+{place})")
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

    def add_page(self, key: str, title: str, tip: str) -> None:
        """Adds a page at the bottom."""
        self._add_page(key, title, tip)
        self._paint_icons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Makes the items flat where the window is low."""
        super().resizeEvent(event)
        self._paint_icons()

    def showEvent(self, event: QShowEvent) -> None:
        """The same for the height that the window opens with."""
        super().showEvent(event)
        self._paint_icons()

    def _add_page(self, key: str, title: str, tip: str) -> None:
        made = self._button(key, title)
        made.setCheckable(True)
        made.setToolTip(tip)
        made.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(made)
        self._items[key] = made
        self._column.addWidget(made)

    def _button(self, picture: str, title: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName("navigationItem")
        made.setText(title)
        made.setAccessibleName(title)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icons.append((made, picture))
        return made

    @property
    def flat(self) -> bool:
        """Whether the window is too low for icons above titles."""
        needed = len(self._icons) * (self._theme.pixels(TALL) + self._column.spacing())
        return self.isVisible() and needed + 2 * self._column.spacing() > self.height()

    def _paint_icons(self) -> None:
        palette, flat, pixels = self._theme.palette, self.flat, self._theme.pixels
        side, height = pixels(22), pixels(FLAT if flat else TALL)
        style = Qt.ToolButtonStyle
        shown = style.ToolButtonTextOnly if flat else style.ToolButtonTextUnderIcon
        self.setFixedWidth(pixels(WIDE))
        for made, picture in self._icons:
            made.setToolButtonStyle(shown)
            made.setIcon(icon(picture, palette.secondary, side, chosen=palette.text))
            made.setIconSize(QSize(side, side))
            made.setFixedSize(pixels(WIDE) - 16, height)


class TopBar(QWidget):
    """The title of the page, a sentence on its purpose, and its actions.

    The actions have lines of their own where they do not fit next to the title.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._name = label(role="pageName")
        self._sentence = Elided(role="secondary")
        self._actions: QWidget | None = None
        for part in (self._name, self._sentence):
            part.setParent(self)
        theme.changed.connect(self._arrange)
        self._arrange()

    def show_page(self, name: str, sentence: str, actions: QWidget) -> None:
        """Shows the texts and actions of another page."""
        self._name.setText(name)
        self._sentence.setText(sentence)
        if self._actions is not None and self._actions is not actions:
            self._actions.removeEventFilter(self)
            self._actions.hide()
        if actions is not self._actions:
            actions.setParent(self)
            actions.installEventFilter(self)
        self._actions = actions
        self._arrange()
        actions.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the actions their own lines, or takes them away."""
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arranges again when an action changes its size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        line, left, right, gap = self._theme.pixels(52), 20, 16, 14
        self._name.ensurePolished()
        name = self._name.sizeHint().width()
        self._name.setGeometry(left, 0, name, line)
        flow = self._actions.layout() if self._actions is not None else None
        wanted = flow.sizeHint() if flow is not None else QSize(0, 0)
        room, rest = self.width() - left - right, self.width() - right
        height = line
        if left + name + 2 * gap + wanted.width() <= rest:
            rest -= wanted.width() + gap
            place = QRect(
                rest + gap, (line - wanted.height()) // 2, wanted.width(), wanted.height()
            )
        else:
            below = flow.heightForWidth(room) if flow is not None else 0
            place = QRect(left, line - 4, room, below)
            height += below + 4
        if self._actions is not None:
            self._actions.setGeometry(place)
        purpose = rest - left - name - gap
        self._sentence.setGeometry(left + name + gap, 0, purpose, line)
        # The beginning of a sentence says nothing.
        self._sentence.setVisible(self._sentence.sizeHint().width() <= purpose)
        if self.minimumHeight() != height:
            self.setFixedHeight(height)


LEAST_PROGRESS = 100
"""Width of the bar of what is running, in lengths of the design."""


class StatusLine(QWidget):
    """What is running, its progress and the time left; on the right the inference processes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._activity = Elided(role="secondary", grow=False)
        self._progress = ProgressLine("Progress")
        self._left = Elided(role="secondary", grow=False)
        self._engines = Elided(role="secondary", grow=False)
        self._news = LinkLabel()
        self._news.hide()
        self._layout = line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 16, 0)
        line.setSpacing(16)
        for part in (self._activity, self._progress, self._left):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self._news)
        line.addWidget(self._engines)
        theme.changed.connect(self._size)
        self._size()
        self.show_work("Ready")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves a narrow line to what is running."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Shows the inference processes only where nothing else is shortened by them."""
        fixed = self._theme.pixels(LEAST_PROGRESS) if not self._progress.isHidden() else 0
        texts = (self._activity, self._left, self._engines)
        needed = sum(one.fontMetrics().horizontalAdvance(one.text()) for one in texts)
        margins = self._layout.contentsMargins()
        needed += margins.left() + margins.right() + len(texts) * self._layout.spacing()
        self._engines.setVisible(needed + fixed <= self.width() or not fixed)

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
        self._share()

    def show_engines(self, text: str) -> None:
        """Shows the states of the inference processes on the right."""
        self._engines.setText(text)
        self._share()

    def show_news(self, sentence: str) -> None:
        """Shows a sentence with a link, as HTML; nothing if it is empty."""
        self._news.setText(sentence)
        self._news.setVisible(bool(sentence))

    def _size(self) -> None:
        self.setFixedHeight(self._theme.pixels(30))
        self._progress.setMaximumWidth(self._theme.pixels(240))


PAGES = (
    ("train", "Train"), ("draw", "Draw"), ("experiments", "Experiments"), ("compare", "Compare"),
    ("runs", "Runs"), ("parity", "Parity"),
)  # fmt: skip


LAST_PAGES = (("settings", "Settings", "Ctrl+,"), ("help", "Help", "F1"))
"""Pages at the bottom of the navigation, with their shortcuts."""

PAGE_TITLES = {**dict(PAGES), **{key: title for key, title, _ in LAST_PAGES}}
"""Every page of the window, with the title in the navigation."""


class Frame(QWidget):
    """Everything around the pages.

    Attributes:
        navigation: selects the page.
        top: title, description and actions of the page.
        stack: the pages.
        status: what is running.
        search_tool: opens the command palette.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.navigation = Navigation(theme, PAGES)
        self.top = TopBar(theme)
        self.stack = QStackedWidget()
        self.status = StatusLine(theme)
        self.search_tool = self.navigation.add_tool(
            "search", "Search", "Find any page, action, recipe, run, or term (Ctrl+K)"
        )
        for key, title, keys in LAST_PAGES:
            self.navigation.add_page(key, title, f"Go to the {title} page ({keys})")
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
