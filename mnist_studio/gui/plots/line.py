"""One line of a plot, as a value. Free of pyqtgraph, which is imported after the first paint."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Symbol = Literal["", "o", "d", "t"]


@dataclass(frozen=True, eq=False)
class Line:
    """A named line.

    Attributes:
        key: what it is; the same key updates the same line.
        name: for people, told under the pointer.
        framework: whose colour and dash it has.
        x: (n,) numbers, rising.
        y: (n,) numbers.
        symbol: on every point: disc, diamond, triangle, or none.
        hollow: the symbol is only an outline.
        width: of the pen; more than 1 only where points are few, since wide lines are slow.
        shade: of the colour, where several runs of a framework are told apart.
    """

    key: str
    name: str
    framework: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    symbol: Symbol = ""
    hollow: bool = False
    width: float = 1.0
    shade: int = 0


def values(numbers: tuple[float | None, ...] | list[float | None]) -> NDArray[np.float64]:
    """Numbers as an array; what is missing becomes a gap."""
    return np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)
