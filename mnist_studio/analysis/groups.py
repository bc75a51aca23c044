"""Runs that differ in nothing but their seed, as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis import settings_diff
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store import titles

_TITLED = ("recipe", "framework", "style")
"""Settings that the title of a run has anyway."""


@dataclass(frozen=True)
class Group:
    """Runs of the same settings.

    The number of threads is a setting too: accuracies would bear to be mixed, clocks would not.

    Attributes:
        key: id of its first run: the same for as long as that run is chosen.
        title: recipe and framework, and whatever else parts it from the other groups.
        spec: that of its first run.
        runs: ids, by seed, repeats of a seed in the given order.
        seeds: of each of them.
    """

    key: str
    title: str
    spec: RunSpec
    runs: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def recipe(self) -> str:
        """Name of its recipe."""
        return self.spec.recipe

    @property
    def framework(self) -> FrameworkName:
        """Who trained it."""
        return self.spec.framework


def groups(runs: Mapping[str, RunSpec]) -> tuple[Group, ...]:
    """Groups in the order in which their first runs come; id -> spec."""
    members: dict[RunSpec, list[str]] = {}
    for run, spec in runs.items():
        members.setdefault(settings(spec), []).append(run)
    named = _titles([runs[of[0]] for of in members.values()])
    return tuple(_group(title, of, runs) for title, of in zip(named, members.values(), strict=True))


def by_seed(group: Group, values: Mapping[str, float]) -> dict[int, float]:
    """The figure of every seed, ascending; repeats of a seed count as their mean.

    Args:
        group: of runs.
        values: run id -> figure; runs without one are left out.
    """
    found: dict[int, list[float]] = {}
    for run, seed in zip(group.runs, group.seeds, strict=True):
        if run in values:
            found.setdefault(seed, []).append(values[run])
    return {seed: fmean(repeats) for seed, repeats in found.items()}


def settings(spec: RunSpec) -> RunSpec:
    """What the runs of a group have in common: all but the seed, which is 0."""
    return replace(spec, training=replace(spec.training, seed=0))


def _group(title: str, members: Iterable[str], runs: Mapping[str, RunSpec]) -> Group:
    in_order = tuple(members)
    by = tuple(sorted(in_order, key=lambda run: runs[run].training.seed))
    seeds = tuple(runs[run].training.seed for run in by)
    return Group(in_order[0], title, runs[in_order[0]], by, seeds)


def _titles(specs: Sequence[RunSpec]) -> tuple[str, ...]:
    """A title for each: those that would be equal have what parts them added."""
    plain = [titles.of(spec) for spec in specs]
    return tuple(
        f"{title}{_parting(spec, [s for s, t in zip(specs, plain, strict=True) if t == title])}"
        for spec, title in zip(specs, plain, strict=True)
    )


def _parting(spec: RunSpec, alike: Sequence[RunSpec]) -> str:
    """What parts a group from those of the same recipe and framework: `` · batch size 32``."""
    told = settings_diff.distinguishing_labels([settings(one) for one in alike], _TITLED)
    return "".join(f" · {words}" for words in told[alike.index(spec)])
