"""Remembers how the pages were left: splitters, the chosen view, and the order of tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QTableView

from mnist_studio.gui.common.page import Page
from mnist_studio.settings import WindowState

_OWN_MEMORY = frozenset({"train"})
"""Pages that remember the sizes of their splitters themselves."""


@dataclass
class PageMemory:
    """Restores a page when it is built, and collects what is saved when the window closes.

    Attributes:
        saved: how the pages were left the last time.
    """

    saved: WindowState
    _pages: dict[str, Page] = field(default_factory=dict)
    _splitters: dict[str, QSplitter] = field(default_factory=dict)
    _first_tabs: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, page: Page) -> None:
        """Restores the sizes and orders of a page that was just built."""
        self._pages[name] = page
        self._first_tabs[name] = page.tab
        for key, splitter in _splitters(name, page):
            self._splitters[key] = splitter
            if sizes := self._sizes(key):
                splitter.setSizes(list(sizes))
        for key, table in _tables(name, page):
            _sort(table, self.saved.sorts.get(key, ""))

    def restore_tab(self, name: str) -> None:
        """Chooses the view that the page showed, unless another one was chosen meanwhile.

        Called once the page has its size, to which it fits the sizes of the splitters.
        """
        page, tab = self._pages[name], self.saved.tabs.get(name)
        for key, splitter in self._splitters.items():
            if key.startswith(f"{name}/") and (sizes := self._sizes(key)):
                splitter.setSizes(fitted(sizes, sum(splitter.sizes())))
        if tab and page.tab == self._first_tabs[name]:
            page.show_tab(tab)

    def _sizes(self, key: str) -> tuple[int, ...]:
        """The saved sizes of a splitter; none if its parts are others now."""
        sizes = self.saved.splitters.get(key, ())
        return sizes if len(sizes) == self._splitters[key].count() and any(sizes) else ()

    def state(self) -> WindowState:
        """How the pages are now; a page that was not shown stays as it was saved."""
        splitters, tabs = dict(self.saved.splitters), dict(self.saved.tabs)
        sorts = dict(self.saved.sorts)
        for key, splitter in self._splitters.items():
            # Folded, the sizes are heights instead of widths.
            if not splitter.property("folded"):
                splitters[key] = tuple(splitter.sizes())
        for name, page in self._pages.items():
            tabs[name] = page.tab
            sorts |= {key: _order(table) for key, table in _tables(name, page)}
        return WindowState(splitters=splitters, tabs=tabs, sorts=sorts)


def fitted(sizes: Sequence[int], room: int) -> list[int]:
    """Sizes of a window of another size: the largest part takes the difference if it can."""
    made, largest = list(sizes), max(range(len(sizes)), key=lambda place: sizes[place])
    rest = room - (sum(sizes) - sizes[largest])
    if rest >= max((size for place, size in enumerate(sizes) if place != largest), default=0):
        made[largest] = rest
    return made


def _splitters(name: str, page: Page) -> Iterator[tuple[str, QSplitter]]:
    if name in _OWN_MEMORY:
        return
    for place, splitter in enumerate(page.findChildren(QSplitter)):
        yield f"{name}/{place}", splitter


def _tables(name: str, page: Page) -> Iterator[tuple[str, QTableView]]:
    for table in page.findChildren(QTableView):
        if table.isSortingEnabled():
            yield f"{name}/{table.accessibleName()}", table


def _order(table: QTableView) -> str:
    """The title of the column that a table is sorted by; after a minus, descending."""
    head = table.horizontalHeader()
    place = head.sortIndicatorSection()
    if not 0 <= place < head.count():
        return ""
    down = head.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    title = table.model().headerData(place, Qt.Orientation.Horizontal)
    return f"{'-' if down else ''}{title}"


def _sort(table: QTableView, order: str) -> None:
    down = order.startswith("-")
    title, model = order.removeprefix("-"), table.model()
    for place in range(model.columnCount()):
        if title and model.headerData(place, Qt.Orientation.Horizontal) == title:
            kind = Qt.SortOrder
            table.sortByColumn(place, kind.DescendingOrder if down else kind.AscendingOrder)
