"""Colors by role, light and dark, and the dash of each framework, for the window and reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Palette:
    """One color for every role, as ``#RRGGBB``.

    Attributes:
        ground: behind the cards.
        panel: of cards and bars.
        line: borders, one pixel wide.
        hover: under the pointer, and what is selected.
        grid: of plots, barely visible.
        text: text and numbers.
        secondary: explanations.
        accent: the one primary action, focus and progress.
        on_accent: text on the accent.
        numpy: results of NumPy.
        pytorch: results of PyTorch.
        keras: results of Keras.
        good: correct predictions.
        bad: wrong predictions and failures.
    """

    ground: str
    panel: str
    line: str
    hover: str
    grid: str
    text: str
    secondary: str
    accent: str
    on_accent: str
    numpy: str
    pytorch: str
    keras: str
    good: str
    bad: str

    @property
    def off(self) -> str:
        """For disabled controls: clearly fainter than explanations."""
        return mixed(self.secondary, self.panel, 0.5)

    def framework(self, name: str) -> str:
        """The color of a framework."""
        return {"numpy": self.numpy, "pytorch": self.pytorch, "keras": self.keras}[name]


LIGHT = Palette(
    ground="#F5F6F8",
    panel="#FFFFFF",
    line="#DDE1E7",
    hover="#EDF0F5",
    grid="#E8EBF0",
    text="#1B1F27",
    secondary="#5B6472",
    accent="#2F5BD8",
    on_accent="#FFFFFF",
    numpy="#0B6E8F",
    pytorch="#C2410C",
    keras="#6D3FC4",
    good="#187A48",
    bad="#B4232C",
)

DARK = Palette(
    ground="#14171C",
    panel="#1C2027",
    line="#2E343E",
    hover="#252A33",
    grid="#262C35",
    text="#E8EBF0",
    secondary="#9AA4B2",
    accent="#7FA2FF",
    on_accent="#0E1420",
    numpy="#4CC3E8",
    pytorch="#FF9A6B",
    keras="#B79CFF",
    good="#5FD39A",
    bad="#FF8087",
)

PALETTES: Mapping[Scheme, Palette] = MappingProxyType({"light": LIGHT, "dark": DARK})

SYMBOLS = ("o", "d", "t", "s", "x", "+")
"""Disc, diamond, triangle, square, cross, plus."""

SHADES = (0.0, 0.32, 0.6)
"""How much of the color of text is mixed in: contrast with the panel only grows."""

SHADE_OF_REPEATS = 0.07
"""How much more of it is mixed in for each run that repeats the settings of another one."""

MOST_REPEATS = 4
"""Repeats with shades of their own; later ones differ by their symbols."""


def run_shade(rank: int, repeat: int) -> float:
    """How much of the color of text a run's color has, from 0 to 1.

    With ``run_symbol``, the first 18 settings of a framework look different, and so do their runs.

    Args:
        rank: of the run's settings among those of its framework, from 0.
        repeat: its place among the runs with these settings, from 0.
    """
    # Symbols come back after six ranks, so that the shades must be others then.
    shade = SHADES[(rank + rank // len(SYMBOLS)) % len(SHADES)]
    return shade + SHADE_OF_REPEATS * (repeat % MOST_REPEATS)


def run_symbol(rank: int, repeat: int) -> str:
    """The symbol of a run, see ``run_shade``."""
    return SYMBOLS[(rank + repeat) % len(SYMBOLS)]


DASHES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {"numpy": (), "pytorch": (5.0, 4.0), "keras": (1.3, 3.2)}
)
"""Lengths of strokes and gaps in widths of the pen: solid, dashed, dotted. Where the frameworks
agree their lines lie on each other; the gaps are wide enough to see all three."""

WIDTHS: Mapping[str, float] = MappingProxyType({"numpy": 4.0, "pytorch": 2.4, "keras": 1.5})
"""Widths of lines in pixels. The widest is drawn first, so that its edges stay visible."""

PARTS: tuple[tuple[str, str], ...] = (
    ("#0072B2", ""), ("#E69F00", "///"), ("#56B4E9", "..."), ("#1B1F27", ""),
    ("#009E73", "\\\\\\"), ("#D55E00", "+++"), ("#CC79A7", "xxx"), ("#F0E442", ""), ("#8A93A1", ""),
)  # fmt: skip
"""Color and hatching of parts of a whole: colors by Okabe & Ito (2008), which can be
distinguished with color blindness."""


@lru_cache(maxsize=4096)
def mixed(first: str, second: str, part: float) -> str:
    """A mix of two colors; ``part`` is the share, from 0 to 1, of the second."""
    pairs = ((int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one * (1 - part) + two * part):02X}" for one, two in pairs)


def contrast(first: str, second: str) -> float:
    """The contrast of two colors (WCAG 2.2), from 1 to 21."""
    lights = sorted((_luminance(first), _luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
