"""Undo and redo as named changes between frozen values.

Qt's QUndoStack holds commands created by Python. If the garbage collector frees them in the wrong
order, the process crashes. Values need no order.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class NamedChange(Generic[Value]):
    """One change.

    Attributes:
        name: as the user reads it.
        before: the former value.
        after: the new value.
    """

    name: str
    before: Value
    after: Value


class History(QObject, Generic[Value]):
    """The current value with the changes made and undone.

    Signals:
        moved: the value changed.
    """

    moved = Signal()

    def __init__(self, value: Value, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._done: list[NamedChange[Value]] = []
        self._undone: list[NamedChange[Value]] = []

    @property
    def value(self) -> Value:
        """The current value."""
        return self._value

    @property
    def undo_name(self) -> str:
        """The change that undo reverts; empty if there is none."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """The change that redo repeats; empty if there is none."""
        return self._undone[-1].name if self._undone else ""

    def push(self, name: str, value: Value, merge: bool = False) -> None:
        """Makes a change and drops the undone ones.

        Args:
            name: of the change, as the user reads it.
            value: the new value.
            merge: one with the previous change if that has the same name, such as the next digit
                of a number that is typed.
        """
        last = self._done[-1] if self._done and merge and not self._undone else None
        if last and last.name == name:
            self._done[-1] = NamedChange(name, last.before, value)
        else:
            self._done.append(NamedChange(name, self._value, value))
        self._undone.clear()
        self._move(value)

    def amend(self, value: Value) -> None:
        """Changes the value without a step of undo, such as what is selected in it."""
        self._move(value)

    def undo(self) -> None:
        """Reverts the newest change."""
        if self._done:
            change = self._done.pop()
            self._undone.append(change)
            self._move(change.before)

    def redo(self) -> None:
        """Repeats the change that was undone last."""
        if self._undone:
            change = self._undone.pop()
            self._done.append(change)
            self._move(change.after)

    def reset(self, value: Value) -> None:
        """Starts again with a value; no change can be undone or repeated."""
        self._done.clear()
        self._undone.clear()
        self._move(value)

    def _move(self, value: Value) -> None:
        self._value = value
        self.moved.emit()
