"""The run under the pointer and the hidden runs, shared by a page so that all its parts agree."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal


class Hover(QObject):
    """The key of the run under the pointer, and the runs that the user has hidden.

    Signals:
        changed: the pointer is over another run, or over none.
        toggled: a run was hidden or is shown again.
    """

    changed = Signal()
    toggled = Signal()

    def __init__(self, family: Callable[[str], object], parent: QObject | None = None) -> None:
        """Starts with no run, and none hidden.

        Args:
            family: of a key; runs that differ only in their seed have the same family.
            parent: owner.
        """
        super().__init__(parent)
        self._family = family
        self._key = ""
        self._hidden: frozenset[object] = frozenset()

    @property
    def key(self) -> str:
        """The key of the run; empty if there is none."""
        return self._key

    def point(self, key: str) -> None:
        """Sets the run under the pointer; an empty key means none."""
        if key != self._key:
            self._key = key
            self.changed.emit()

    def lit(self, present: Collection[str]) -> frozenset[str]:
        """Which of these keys to highlight; none if the pointer is over no run.

        If only other members of its family are present, such as the group that a run belongs to,
        these are highlighted.
        """
        if not self._key:
            return frozenset()
        if self._key in present:
            return frozenset({self._key})
        family = self._family(self._key)
        return frozenset(key for key in present if self._family(key) == family)

    def shows(self, key: str) -> bool:
        """Whether the family of a key is visible."""
        return self._family(key) not in self._hidden

    def toggle(self, key: str) -> None:
        """Hides the family of a key, or shows it again."""
        self._hidden ^= {self._family(key)}
        self.toggled.emit()
