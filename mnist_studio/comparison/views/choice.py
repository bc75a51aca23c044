"""Which runs a view shows where all of them would be too many."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.comparison.run_data import RunData
from mnist_studio.errors import UnknownName
from mnist_studio.formatting import word

MOST = 8
"""More curves or columns nobody can tell apart."""

BETWEEN, NAMED = " · ", 2
"""Between the parts of a title, of which the first two are recipe and framework."""


@dataclass(frozen=True)
class ShownRuns:
    """Runs that a view shows.

    Attributes:
        runs: ids.
        titles: of each, without what all of them have in common beside recipe and framework.
        notes: which runs were left out and what all have in common, as sentences.
    """

    runs: tuple[str, ...]
    titles: Mapping[str, str]
    notes: tuple[str, ...] = ()


def one(run_data: RunData, asked: str) -> str:
    """The run that was asked for, else the first that has predictions.

    Raises:
        UnknownName: it is not among these runs.
        NotComparable: none has predictions.
    """
    if asked and asked not in run_data.by_id:
        raise UnknownName(f"The run {asked} is not among those compared.", "Choose one of them.")
    return asked or run_data.with_predictions()[0]


def some(run_data: RunData, most: int = MOST) -> ShownRuns:
    """Runs with predictions: all, or one of every group, or one of every recipe and framework.

    Raises:
        NotComparable: none has predictions.
    """
    every = run_data.with_predictions()
    if len(every) <= most:
        return _choice(run_data, every)
    of_groups = _first({run: run_data.group_of[run].key for run in _by_seed(run_data, every)})
    if len(of_groups) <= most:
        told = _said(every, of_groups, "of each model, that of its first seed")
        return _choice(run_data, of_groups, told)
    kinds = {
        run: (run_data.group_of[run].recipe, run_data.group_of[run].framework) for run in of_groups
    }
    of_kinds = _first(kinds)[:most]
    return _choice(run_data, of_kinds, _said(every, of_kinds, "of each recipe and framework"))


def _choice(run_data: RunData, runs: tuple[str, ...], *notes: str) -> ShownRuns:
    parts = {run: run_data.titles[run].split(BETWEEN) for run in runs}
    first = parts[runs[0]]
    shared = [one for one in first[NAMED:] if all(one in of[NAMED:] for of in parts.values())]
    if len(runs) == 1 or not shared:
        return ShownRuns(runs, {run: run_data.titles[run] for run in runs}, notes)
    titles = {
        run: BETWEEN.join([*of[:NAMED], *(one for one in of[NAMED:] if one not in shared)])
        for run, of in parts.items()
    }
    return ShownRuns(runs, titles, (*notes, f"All of them: {BETWEEN.join(shared)}."))


def _by_seed(run_data: RunData, runs: tuple[str, ...]) -> tuple[str, ...]:
    """The runs of each group in the order of their seeds."""
    with_answers = set(runs)
    return tuple(run for group in run_data.groups for run in group.runs if run in with_answers)


def _first(kinds: Mapping[str, object]) -> tuple[str, ...]:
    """The first run of every kind."""
    found: dict[object, str] = {}
    for run, kind in kinds.items():
        found.setdefault(kind, run)
    return tuple(found.values())


def _said(every: tuple[str, ...], shown: tuple[str, ...], which: str) -> str:
    return f"Of {len(every)} runs with predictions {word(len(shown))} are shown, one {which}."
