"""Which runs a view shows if all of them would be too many."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_studio.comparison.run_data import RunData
from mnist_studio.errors import UnknownName
from mnist_studio.formatting import counted, listed, word
from mnist_studio.spec.labels import recipe_labels
from mnist_studio.store.titles import MORE, with_labels

MAX_RUNS = 8
"""More curves or columns cannot be distinguished."""


@dataclass(frozen=True)
class ShownRuns:
    """Runs that a view shows.

    Attributes:
        runs: ids.
        titles: of each, without what all titles have in common besides recipe and framework.
        notes: which runs were left out and what all have in common, as sentences.
    """

    runs: tuple[str, ...]
    titles: Mapping[str, str]
    notes: tuple[str, ...] = ()


def one(run_data: RunData, wanted: str) -> str:
    """The wanted run, or the first with predictions if ``wanted`` is empty.

    Raises:
        UnknownName: it is not among these runs.
        NotComparable: no run has predictions.
    """
    if wanted and wanted not in run_data.by_id:
        raise UnknownName(
            f"The run {wanted} is not one of the compared runs.", "Choose one of them."
        )
    return wanted or _finished_first(run_data, run_data.with_predictions())[0]


def some(run_data: RunData, most: int = MAX_RUNS, counted_only: bool = False) -> ShownRuns:
    """Runs with predictions: all, or one per group, or one per recipe and framework.

    Of one recipe in one framework, the first groups.

    Args:
        run_data: the runs.
        most: number of runs.
        counted_only: whether unfinished and repeated runs are left out.

    Raises:
        NotComparable: no run has predictions.
    """
    every = run_data.with_predictions()
    if counted_only:
        every = tuple(run.id for run in run_data.counted if run.id in every)
    if len(every) <= most:
        return _shown(run_data, every) if every else ShownRuns((), {})
    of_groups = _first({run: run_data.group_of[run].key for run in _by_seed(run_data, every)})
    if len(of_groups) <= most:
        note = _limited(every, of_groups, "one per model, with its lowest seed")
        return _shown(run_data, of_groups, note)
    kinds = {
        run: (run_data.group_of[run].recipe, run_data.group_of[run].framework) for run in of_groups
    }
    of_kinds = _first(kinds)[:most]
    if len(of_kinds) < 2:  # Models that differ in another setting only.
        note = _limited(every, of_groups[:most], "the first models, with their lowest seeds")
        return _shown(run_data, of_groups[:most], note)
    return _shown(run_data, of_kinds, _limited(every, of_kinds, "one per recipe and framework"))


def without_common_labels(run_data: RunData) -> tuple[dict[str, str], tuple[str, ...]]:
    """Shorter titles of all runs, and the labels that they share and that are left out."""
    runs = tuple(run.id for run in run_data.runs)
    common = _common(_all_parts(run_data, runs)) if len(runs) > 1 else ()
    return dict(_shown(run_data, runs).titles) if common else {}, common


def _all_parts(run_data: RunData, runs: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {run: _parts(run_data, run) for run in runs}


def _common(parts: Mapping[str, tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """The labels that all runs have."""
    (_, first), *others = parts.values()
    return tuple(label for label in first if all(label in labels for _, labels in others))


def _shown(run_data: RunData, runs: tuple[str, ...], *notes: str) -> ShownRuns:
    parts = _all_parts(run_data, runs)
    common = _common(parts)
    if len(runs) == 1 or not common:
        return ShownRuns(runs, {run: run_data.titles[run] for run in runs}, notes)
    titles = {
        run: with_labels(base, [label for label in labels if label not in common])
        for run, (base, labels) in parts.items()
    }
    return ShownRuns(runs, titles, (*notes, f"These models have {listed(common)} in common."))


def _parts(run_data: RunData, run: str) -> tuple[str, tuple[str, ...]]:
    """The name of a run as recipe with framework, and its labels, also those that had no room."""
    base, labels = _split(run_data.titles[run])
    if MORE not in labels:
        return base, labels
    return base, (*recipe_labels(run_data.by_id[run].spec), *labels[labels.index(MORE) + 1 :])


def _split(title: str) -> tuple[str, tuple[str, ...]]:
    """A title from ``store.titles`` as recipe with framework, and its labels."""
    recipe, framework, labels = (*title.split(" · ", 2), "", "")[:3]
    base = f"{recipe} · {framework}" if framework else recipe
    return base, tuple(labels.split(", ")) if labels else ()


def _by_seed(run_data: RunData, runs: tuple[str, ...]) -> tuple[str, ...]:
    """The runs of each group in the order of their seeds, unfinished ones last."""
    wanted = set(runs)
    return tuple(
        run
        for group in run_data.all_groups
        for run in _finished_first(run_data, group.runs)
        if run in wanted
    )


def _finished_first(run_data: RunData, runs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(runs, key=lambda run: run_data.by_id[run].tested is None))


def _first(kinds: Mapping[str, object]) -> tuple[str, ...]:
    """The first run of every kind."""
    found: dict[object, str] = {}
    for run, kind in kinds.items():
        found.setdefault(kind, run)
    return tuple(found.values())


def _limited(every: tuple[str, ...], shown: tuple[str, ...], which: str) -> str:
    number = word(len(shown)).capitalize()
    return f"{number} of {counted(len(every), 'run')} with predictions are shown, {which}."
