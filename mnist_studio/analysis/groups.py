"""Runs that differ only in their seed, as groups, and tables of groups by recipe and framework."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType

from msgspec.structs import replace

from mnist_studio.spec.labels import distinguishing_labels
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.shared import shared_spec
from mnist_studio.store import titles

_IN_TITLE = ("recipe", "framework", "style")
"""Settings that the title of every run contains."""


@dataclass(frozen=True)
class Group:
    """Runs with the same settings except the seed.

    The number of threads counts as a setting: it changes times, and accuracies by rounding.

    Attributes:
        key: id of its first run, which stays the same as long as that run is selected.
        title: recipe and framework, and whatever distinguishes it from the other groups.
        spec: of its first run.
        runs: ids, ordered by seed; repeats of a seed keep the given order.
        seeds: of each of them.
    """

    key: str
    title: str
    spec: RunSpec
    runs: tuple[str, ...]
    seeds: tuple[int, ...]

    def only(self, runs: Collection[str]) -> "Group | None":
        """The same group with those of its runs that are among these; None if none is."""
        members = [
            (run, seed) for run, seed in zip(self.runs, self.seeds, strict=True) if run in runs
        ]
        if not members:
            return None
        return dataclasses.replace(
            self, runs=tuple(run for run, _ in members), seeds=tuple(seed for _, seed in members)
        )

    @property
    def recipe(self) -> str:
        """Name of its recipe."""
        return self.spec.recipe

    @property
    def framework(self) -> FrameworkName:
        """Framework that trained it."""
        return self.spec.framework


def groups(
    runs: Mapping[str, RunSpec], names: Mapping[str, str] = MappingProxyType({})
) -> tuple[Group, ...]:
    """Groups in the order of their first runs.

    A run that is alone in its group gives it its name, so that it is called the same everywhere.

    Args:
        runs: id -> spec.
        names: id -> name of the run; without one, a title follows from the settings.
    """
    members: dict[RunSpec, list[str]] = {}
    for run, spec in runs.items():
        members.setdefault(settings(spec), []).append(run)
    group_titles = _titles([runs[ids[0]] for ids in members.values()])
    pairs = zip(group_titles, members.values(), strict=True)
    return tuple(
        _group(names.get(ids[0], title) if len(ids) == 1 else title, ids, runs)
        for title, ids in pairs
    )


def of_other_dataset(runs: Mapping[str, RunSpec]) -> tuple[str, ...]:
    """Ids of the runs on another dataset than most; of equally many, the first dataset counts."""
    datasets = [spec.dataset for spec in runs.values()]
    most = max(dict.fromkeys(datasets), key=datasets.count, default=None)
    return tuple(run for run, spec in runs.items() if spec.dataset != most)


def by_seed(group: Group, values: Mapping[str, float]) -> dict[int, float]:
    """The value of every seed, ascending; repeats of a seed are averaged.

    Args:
        group: of runs.
        values: run id -> value; runs without one are left out.
    """
    found: dict[int, list[float]] = {}
    for run, seed in zip(group.runs, group.seeds, strict=True):
        if run in values:
            found.setdefault(seed, []).append(values[run])
    return {seed: fmean(repeats) for seed, repeats in found.items()}


def settings(spec: RunSpec) -> RunSpec:
    """What the runs of a group have in common: everything but the seed, which is set to 0."""
    # One object for thousands of runs, which the window keeps for each.
    return shared_spec(replace(spec, training=replace(spec.training, seed=0)))


def _group(title: str, members: Iterable[str], runs: Mapping[str, RunSpec]) -> Group:
    in_order = tuple(members)
    by_seed = tuple(sorted(in_order, key=lambda run: runs[run].training.seed))
    seeds = tuple(runs[run].training.seed for run in by_seed)
    return Group(in_order[0], title, runs[in_order[0]], by_seed, seeds)


def _titles(specs: Sequence[RunSpec]) -> tuple[str, ...]:
    """A title for each; titles that would be equal get what distinguishes them appended."""
    plain = [titles.base(spec) for spec in specs]
    return tuple(
        titles.with_labels(
            title, _labels(spec, [s for s, t in zip(specs, plain, strict=True) if t == title])
        )
        for spec, title in zip(specs, plain, strict=True)
    )


def _labels(spec: RunSpec, alike: Sequence[RunSpec]) -> tuple[str, ...]:
    """What distinguishes a group from those of the same title, such as ``batch 32``."""
    labels = distinguishing_labels([settings(one) for one in alike], _IN_TITLE)
    return labels[alike.index(spec)]


@dataclass(frozen=True)
class TwoWay:
    """Means by recipe and framework.

    Along a row only the framework changes, down a column only the recipe. Comparing a CNN in one
    framework with an MLP in another would mix up both effects.

    Attributes:
        recipes: the rows.
        frameworks: the columns.
        means: row by row, over the runs of each cell; None for a cell without runs.
        framework_effects: for every recipe, the largest minus the smallest mean over its
            frameworks; None below 2 frameworks.
        recipe_effects: for every framework, the same over its recipes; None below 2 recipes.
    """

    recipes: tuple[str, ...]
    frameworks: tuple[FrameworkName, ...]
    means: tuple[tuple[float | None, ...], ...]
    framework_effects: tuple[float | None, ...]
    recipe_effects: tuple[float | None, ...]

    @property
    def framework_effect(self) -> float | None:
        """The largest effect of the framework; None if no recipe has two frameworks."""
        return max((one for one in self.framework_effects if one is not None), default=None)

    @property
    def recipe_effect(self) -> float | None:
        """The largest effect of the recipe; None if no framework has two recipes."""
        return max((one for one in self.recipe_effects if one is not None), default=None)


def two_way(groups: Sequence[Group], values: Mapping[str, float]) -> TwoWay:
    """The table of recipes by frameworks, both in the order of their first groups.

    A cell with several groups, such as several batch sizes, has the mean over their means.

    Args:
        groups: of runs.
        values: run id -> value, such as an accuracy or seconds; runs without one are left out.
    """
    recipes = tuple(dict.fromkeys(group.recipe for group in groups))
    frameworks = tuple(dict.fromkeys(group.framework for group in groups))
    means = tuple(tuple(_mean(groups, values, r, f) for f in frameworks) for r in recipes)
    columns = zip(*means, strict=True)
    return TwoWay(
        recipes, frameworks, means, tuple(map(_range, means)), tuple(map(_range, columns))
    )


def _mean(
    groups: Sequence[Group], values: Mapping[str, float], recipe: str, framework: FrameworkName
) -> float | None:
    known = [
        [values[run] for run in group.runs if run in values]
        for group in groups
        if (group.recipe, group.framework) == (recipe, framework)
    ]
    means = [fmean(of_group) for of_group in known if of_group]
    return fmean(means) if means else None


def _range(means: Sequence[float | None]) -> float | None:
    known = [mean for mean in means if mean is not None]
    return max(known) - min(known) if len(known) > 1 else None
