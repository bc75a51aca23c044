"""The drawing tools: pen and eraser, and their widths."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QObject, Signal

from mnist_studio.data.ink.rendering import UNIT_PAD

Tool = Literal["pen", "eraser"]

LIMITS: Mapping[Tool, tuple[float, float]] = MappingProxyType(
    {"pen": (0.02, 0.16), "eraser": (0.04, 0.24)}
)
"""Smallest and largest width, as fractions of the canvas's side."""

STEP = 1.2
"""Factor of the width per step."""


class Tools(QObject):
    """The selected tool and the width of each, as a fraction of the canvas's side.

    Signals:
        changed: the selected tool or a width changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen: Tool = "pen"
        self._widths: dict[Tool, float] = {"pen": UNIT_PAD.pen, "eraser": 0.1}

    @property
    def chosen(self) -> Tool:
        """The selected tool."""
        return self._chosen

    @property
    def pen(self) -> float:
        """Width of the pen."""
        return self._widths["pen"]

    @property
    def eraser(self) -> float:
        """Width of the eraser."""
        return self._widths["eraser"]

    @property
    def width(self) -> float:
        """Width of the selected tool."""
        return self._widths[self._chosen]

    def choose(self, tool: Tool) -> None:
        """Selects a tool."""
        if tool != self._chosen:
            self._chosen = tool
            self.changed.emit()

    def set_width(self, width: float, tool: Tool | None = None) -> None:
        """Sets the width of a tool within its limits, by default of the selected one."""
        tool = tool or self._chosen
        low, high = LIMITS[tool]
        width = min(max(width, low), high)
        if width != self._widths[tool]:
            self._widths[tool] = width
            self.changed.emit()

    def widen(self, steps: int) -> None:
        """Makes the selected tool wider by steps, or narrower."""
        self.set_width(self.width * STEP**steps)
