"""How each run is drawn in files: like in the window, by its framework's color and dash."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.palette import DASHES, LIGHT, SYMBOLS, WIDTHS, mixed, run_shade, run_symbol

POINTS_PER_PIXEL = 0.8

Families = Mapping[str, tuple[str, str]]
"""Run id -> its framework, and the key that it shares with runs of other seeds."""


@dataclass(frozen=True)
class PrintMark:
    """How a run or group is drawn.

    Attributes:
        color: ``#RRGGBB``.
        dash: lengths of dashes and gaps in line widths; empty for a solid line.
        symbol: one of ``palette.SYMBOLS``.
        width: of its line in points. Wider lines are drawn first, so that their edges stay
            visible where lines coincide.
    """

    color: str
    dash: tuple[float, ...]
    symbol: str
    width: float = 1.3


DEFAULT_MARK = PrintMark(LIGHT.secondary, (), SYMBOLS[0])
"""For lines and bars that belong to no run."""


def families(selection: Selection) -> Families:
    """Framework and group of each run."""
    found = RunData(selection).group_of
    return {run: (group.framework, group.key) for run, group in found.items()}


def marks(known: Families) -> Mapping[str, PrintMark]:
    """The mark of every run. The groups of a framework differ in shade and symbol.

    Runs of a group look similar. A group is drawn like the first of its runs.
    """
    ranks: dict[tuple[str, str], int] = {}
    members: dict[tuple[str, str], int] = {}
    found = {}
    for run, family in known.items():
        others = [one for one in ranks if one[0] == family[0]]
        rank = ranks.setdefault(family, len(others))
        found[run] = _mark(family[0], rank, members.get(family, 0))
        members[family] = members.get(family, 0) + 1
    return found


def _mark(framework: str, rank: int, repeat: int) -> PrintMark:
    color = mixed(LIGHT.framework(framework), LIGHT.text, run_shade(rank, repeat))
    width = POINTS_PER_PIXEL * WIDTHS[framework]
    return PrintMark(color, DASHES[framework], run_symbol(rank, repeat), width)
