"""A list with headings for its groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QSizePolicy

from mnist_studio.gui.theme.theme import Theme

LEAST = 186
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Item:
    """An item of the list.

    Attributes:
        key: emitted when it is chosen.
        title: in the list.
        tip: its tooltip.
    """

    key: str
    title: str
    tip: str = ""


Groups = Sequence[tuple[str, Sequence[Item]]]


class GroupedList(QListWidget):
    """A list of which one item is chosen. Arrow keys skip the headings.

    Signals:
        chosen: key of the new choice, also if the program made it.
    """

    chosen = Signal(str)

    def __init__(self, name: str, theme: Theme, wide: int) -> None:
        """Makes an empty list.

        Args:
            name: for screen readers.
            theme: sizes.
            wide: its preferred width, in lengths of the design.
        """
        super().__init__()
        self.setObjectName("groupedList")
        self.setAccessibleName(name)
        self._theme, self._wide = theme, wide
        self._groups: Groups = ()
        self._items: dict[str, QListWidgetItem] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        theme.changed.connect(self._size)
        self.currentItemChanged.connect(self._on_current_changed)

    def sizeHint(self) -> QSize:
        """The preferred width."""
        return QSize(self._theme.pixels(self._wide), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Long titles are shortened."""
        return QSize(self._theme.pixels(min(self._wide, LEAST)), self._theme.pixels(100))

    @property
    def choice(self) -> str:
        """Key of the chosen item; empty if none is."""
        item = self.currentItem()
        return str(item.data(_KEY)) if item else ""

    def offer(self, groups: Groups) -> None:
        """Sets the items and keeps the choice if possible."""
        if groups == self._groups:
            return
        former, self._groups = self.choice, groups
        self.blockSignals(True)
        self._items.clear()
        self.clear()
        for group, items in groups:
            self._add_heading(group)
            for item in items:
                self._add(item)
        self._size()
        if former and self._found(former):
            self.choose(former)
        self.blockSignals(False)

    def has(self, key: str) -> bool:
        """Whether the list has an item."""
        return self._found(key) is not None

    def choose(self, key: str) -> None:
        """Chooses an item."""
        item = self._found(key)
        assert item is not None
        self.setCurrentItem(item)
        # An item that became current with the focus isn't selected yet.
        item.setSelected(True)

    def explain(self, key: str, tip: str) -> None:
        """Changes the tooltip of an item."""
        item = self._found(key)
        assert item is not None
        item.setToolTip(tip)

    def _found(self, key: str) -> QListWidgetItem | None:
        return self._items.get(key)

    def _add_heading(self, title: str) -> None:
        item = QListWidgetItem(title.upper(), self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setToolTip(title)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, title)

    def _add(self, given: Item) -> None:
        item = self._items[given.key] = QListWidgetItem(given.title, self)
        item.setData(_KEY, given.key)
        item.setToolTip(given.tip)

    def _size(self) -> None:
        self.updateGeometry()
        for at in range(self.count()):
            item = self.item(at)
            heading = item.data(_KEY) is None
            item.setSizeHint(QSize(0, self._theme.pixels(26 if heading else 28)))
            item.setFont(self._theme.font(10 if heading else 13, bold=heading))

    def _on_current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_KEY):
            self.chosen.emit(str(item.data(_KEY)))
