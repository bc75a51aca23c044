"""Which view of which runs is wanted, as a value. No Qt."""

from dataclasses import dataclass, field
from typing import Literal

XAxis = Literal["epochs", "steps", "seconds"]


@dataclass(frozen=True)
class Options:
    """What the user set, for all views alike.

    Attributes:
        axis: of curves.
        smoothing: weight of the past in curves, from 0 to less than 1.
        log: losses by orders of magnitude.
        target: accuracy to be reached, a fraction.
        threshold: the smallest difference in accuracy that matters in practice, a fraction.
        model: id of the run whose predictions are shown; empty for the first.
    """

    axis: XAxis = "epochs"
    smoothing: float = 0.0
    log: bool = False
    target: float = 0.97
    threshold: float = 0.001
    model: str = ""


@dataclass(frozen=True)
class Wanted:
    """A view of runs.

    Attributes:
        view: its name.
        runs: ids, newest first.
        options: what the user set.
        stamp: what the runs were when this was wanted, so that it is computed anew when they
            have changed.
    """

    view: str
    runs: tuple[str, ...]
    options: Options = field(default_factory=Options)
    stamp: tuple[tuple[str, int], ...] = ()
