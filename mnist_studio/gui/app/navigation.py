"""The bar on the left: an icon and a title for every page."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

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
