"""Undo and redo as named changes between frozen values.

Qt's own QUndoStack holds commands that Python made; where the garbage collector frees both in its
own order, the process crashes. Values need no order.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class NamedChange(Generic[Value]):
    """One named step.

    Attributes:
        name: what was done, for people.
        before: the value it changed.
        after: the value it made.
    """

    name: str
    before: Value
    after: Value


class History(QObject, Generic[Value]):
    """The steps done and undone, and the value of the moment.

    Signals:
        moved: the value is another one.
    """

    moved = Signal()

    def __init__(self, value: Value, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._done: list[NamedChange[Value]] = []
        self._undone: list[NamedChange[Value]] = []

    @property
    def value(self) -> Value:
        """The value of the moment."""
        return self._value

    @property
    def undo_name(self) -> str:
        """What undo would take back; empty where there is nothing."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again; empty where there is nothing."""
        return self._undone[-1].name if self._undone else ""

    def push(self, name: str, value: Value) -> None:
        """Makes a step; what was undone is forgotten."""
        self._done.append(NamedChange(name, self._value, value))
        self._undone.clear()
        self._move(value)

    def undo(self) -> None:
        """Takes the newest step back."""
        if self._done:
            change = self._done.pop()
            self._undone.append(change)
            self._move(change.before)

    def redo(self) -> None:
        """Does the newest undone step again."""
        if self._undone:
            change = self._undone.pop()
            self._done.append(change)
            self._move(change.after)

    def _move(self, value: Value) -> None:
        self._value = value
        self.moved.emit()
