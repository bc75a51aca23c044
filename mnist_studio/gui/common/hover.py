"""Which run is pointed at: one for a whole page, so that all its parts show the same one."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal


class Hover(QObject):
    """The key that is pointed at.

    Signals:
        changed: another key, or none.
    """

    changed = Signal()

    def __init__(self, family: Callable[[str], object], parent: QObject | None = None) -> None:
        """Points at nothing.

        Args:
            family: of a key: runs of one family are seeds of the same settings.
            parent: owner.
        """
        super().__init__(parent)
        self._family = family
        self._key = ""

    @property
    def key(self) -> str:
        """What is pointed at; empty where nothing is."""
        return self._key

    def point(self, key: str) -> None:
        """Points at a key; an empty one at nothing."""
        if key != self._key:
            self._key = key
            self.changed.emit()

    def lit(self, present: Collection[str]) -> frozenset[str]:
        """Which of the keys that are present shall stand out; none where nothing is pointed at.

        Where only others of its family are present, such as the group that a run belongs to, those.
        """
        if not self._key:
            return frozenset()
        if self._key in present:
            return frozenset({self._key})
        family = self._family(self._key)
        return frozenset(key for key in present if self._family(key) == family)
