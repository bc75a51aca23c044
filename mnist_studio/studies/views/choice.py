"""Which runs a view shows where all of them would be too many."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.analysis.numbers import word
from mnist_studio.errors import UnknownName
from mnist_studio.studies.views.gather import Gathered

MOST = 8
"""More curves or columns nobody can tell apart."""


@dataclass(frozen=True)
class Choice:
    """Runs that a view shows.

    Attributes:
        runs: ids.
        notes: which were left out, as sentences.
    """

    runs: tuple[str, ...]
    notes: tuple[str, ...] = ()


def one(gathered: Gathered, asked: str) -> str:
    """The run that was asked for, else the first that has predictions.

    Raises:
        UnknownName: it is not among these runs.
        NotComparable: none has predictions.
    """
    if asked and asked not in gathered.by_id:
        raise UnknownName(f"The run {asked} is not among those compared.", "Choose one of them.")
    return asked or gathered.answering()[0]


def some(gathered: Gathered, most: int = MOST) -> Choice:
    """Runs with predictions: all, or one of every group, or one of every recipe and framework.

    Raises:
        NotComparable: none has predictions.
    """
    every = gathered.answering()
    if len(every) <= most:
        return Choice(every)
    of_groups = _first({run: gathered.group_of[run].key for run in _by_seed(gathered, every)})
    if len(of_groups) <= most:
        return Choice(
            of_groups, (_said(every, of_groups, "of each model, that of its first seed"),)
        )
    kinds = {
        run: (gathered.group_of[run].recipe, gathered.group_of[run].framework) for run in of_groups
    }
    of_kinds = _first(kinds)[:most]
    return Choice(of_kinds, (_said(every, of_kinds, "of each recipe and framework"),))


def _by_seed(gathered: Gathered, runs: tuple[str, ...]) -> tuple[str, ...]:
    """The runs of each group in the order of their seeds."""
    with_answers = set(runs)
    return tuple(run for group in gathered.groups for run in group.runs if run in with_answers)


def _first(kinds: Mapping[str, object]) -> tuple[str, ...]:
    """The first run of every kind."""
    found: dict[object, str] = {}
    for run, kind in kinds.items():
        found.setdefault(kind, run)
    return tuple(found.values())


def _said(every: tuple[str, ...], shown: tuple[str, ...], which: str) -> str:
    return f"Of {len(every)} runs with predictions {word(len(shown))} are shown, one {which}."
