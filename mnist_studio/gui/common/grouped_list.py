"""A list under the headings of its groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QSizePolicy

from mnist_studio.gui.theme.theme import Theme

LEAST = 186
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Item:
    """One that can be chosen.

    Attributes:
        key: of it.
        title: in the list.
        tip: under the pointer.
    """

    key: str
    title: str
    tip: str = ""


Groups = Sequence[tuple[str, Sequence[Item]]]


class GroupedList(QListWidget):
    """One item is chosen. Arrow keys move the choice past the headings.

    Signals:
        chosen: key of the new choice, also where it was not the user who made it.
    """

    chosen = Signal(str)

    def __init__(self, name: str, theme: Theme, wide: int) -> None:
        """Makes an empty list.

        Args:
            name: for screen readers.
            theme: sizes.
            wide: its width where there is room, in lengths of the design.
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
        self.currentItemChanged.connect(self._tell)

    def sizeHint(self) -> QSize:
        """So wide that most titles are whole."""
        return QSize(self._theme.pixels(self._wide), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Long titles end in dots."""
        return QSize(self._theme.pixels(min(self._wide, LEAST)), self._theme.pixels(100))

    @property
    def choice(self) -> str:
        """Key of what is chosen; empty before anything is."""
        item = self.currentItem()
        return str(item.data(_KEY)) if item else ""

    def offer(self, groups: Groups) -> None:
        """Sets what can be chosen; keeps the choice."""
        if groups == self._groups:
            return
        kept, self._groups = self.choice, groups
        self.blockSignals(True)
        self._items.clear()
        self.clear()
        for group, items in groups:
            self._add_heading(group)
            for item in items:
                self._add(item)
        self._size()
        if kept and self._found(kept):
            self.choose(kept)
        self.blockSignals(False)

    def has(self, key: str) -> bool:
        """Whether it can be chosen."""
        return self._found(key) is not None

    def choose(self, key: str) -> None:
        """Chooses an item."""
        item = self._found(key)
        assert item is not None
        self.setCurrentItem(item)
        # What became current with the focus is not chosen yet.
        item.setSelected(True)

    def explain(self, key: str, tip: str) -> None:
        """Other words under the pointer."""
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

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_KEY):
            self.chosen.emit(str(item.data(_KEY)))
