"""How each run is drawn in files: as in the window, by its framework's color and dash."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.palette import DASHES, LIGHT, SHADES, SYMBOLS, mixed

Families = Mapping[str, tuple[str, str]]
"""Id of a run -> its framework, and the key that it shares with runs of other seeds."""


@dataclass(frozen=True)
class PrintMark:
    """How a run or group is drawn.

    Attributes:
        color: ``#RRGGBB``.
        dash: strokes and gaps in widths of the pen; empty for a solid line.
        symbol: one of ``palette.SYMBOLS``.
    """

    color: str
    dash: tuple[float, ...]
    symbol: str


NOBODY = PrintMark(LIGHT.secondary, (), SYMBOLS[0])
"""Of what belongs to no run."""


def families(chosen: Selection) -> Families:
    """Who is who among these runs."""
    found = RunData(chosen).group_of
    return {run: (group.framework, group.key) for run, group in found.items()}


def marks(known: Families) -> Mapping[str, PrintMark]:
    """The mark of every run; a framework's groups differ in shade and symbol."""
    ranks: dict[tuple[str, str], int] = {}
    for family in known.values():
        others = [one for one in ranks if one[0] == family[0]]
        ranks.setdefault(family, len(others))
    return {run: _mark(family[0], ranks[family]) for run, family in known.items()}


def _mark(framework: str, rank: int) -> PrintMark:
    color = mixed(LIGHT.framework(framework), LIGHT.text, SHADES[rank % len(SHADES)])
    return PrintMark(color, DASHES[framework], SYMBOLS[rank % len(SYMBOLS)])
