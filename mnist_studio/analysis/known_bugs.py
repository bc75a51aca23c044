"""Faults of runs, and what they cost, in words.

What faults cost: accuracy and loss of runs with them against those of the same without.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.events import Finished, Terminal
from mnist_studio.formatting import counted
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import KnownBugName, RunSpec


@dataclass(frozen=True)
class Result:
    """A run and what it came to.

    Attributes:
        spec: what was trained.
        accuracy: on the test digits at its end, a fraction.
        loss: on the test digits at its end.
    """

    spec: RunSpec
    accuracy: float
    loss: float


@dataclass(frozen=True)
class KnownBugCost:
    """What some faults together do to one run.

    Attributes:
        spec: the run without them, with the first of its seeds.
        known_bugs: that are switched on, in alphabetical order.
        seeds: that both sides have, ascending: each is one pair.
        difference: accuracy with the faults less that without, the mean over the pairs; a fraction,
            below 0 where the faults cost accuracy.
        loss: that of the losses, likewise.
    """

    spec: RunSpec
    known_bugs: tuple[KnownBugName, ...]
    seeds: tuple[int, ...]
    difference: float
    loss: float

    @property
    def pairs(self) -> int:
        """How many pairs of the same seed there are."""
        return len(self.seeds)


_Seeds = dict[int, list[Result]]


def costs(results: Sequence[Result]) -> tuple[KnownBugCost, ...]:
    """Pairs runs that differ in nothing but faults, in the order in which faults first come.

    Only runs of the same seed are paired: they have the same first weights and batches, so that
    what is left of their difference is the fault's. Repeats of a seed count as their mean.
    """
    sides: dict[tuple[RunSpec, tuple[KnownBugName, ...]], _Seeds] = {}
    for result in results:
        seeds = sides.setdefault((_common(result.spec), _names(result.spec)), {})
        seeds.setdefault(result.spec.training.seed, []).append(result)
    found = (
        _cost(common, bugs, with_bugs, sides.get((common, ()), {}))
        for (common, bugs), with_bugs in sides.items()
        if bugs
    )
    return tuple(cost for cost in found if cost is not None)


def _names(spec: RunSpec) -> tuple[KnownBugName, ...]:
    return tuple(sorted(spec.known_bugs))


def _common(spec: RunSpec) -> RunSpec:
    """What two runs of a pair, of whichever seed, have in common."""
    return replace(spec, known_bugs=(), training=replace(spec.training, seed=0))


def _cost(
    common: RunSpec, bugs: tuple[KnownBugName, ...], with_bugs: _Seeds, plain: _Seeds
) -> KnownBugCost | None:
    seeds = tuple(sorted(with_bugs.keys() & plain.keys()))
    if not seeds:
        return None
    spec = replace(common, training=replace(common.training, seed=seeds[0]))
    accuracy, loss = (
        fmean(measure(with_bugs[seed]) - measure(plain[seed]) for seed in seeds)
        for measure in (_accuracy, _loss)
    )
    return KnownBugCost(spec, bugs, seeds, accuracy, loss)


def _accuracy(repeats: Sequence[Result]) -> float:
    return fmean(result.accuracy for result in repeats)


def _loss(repeats: Sequence[Result]) -> float:
    return fmean(result.loss for result in repeats)


def listed(bugs: Iterable[KnownBugName]) -> str:
    """Their titles: ``softmax twice, unshuffled digits``."""
    titles = (KNOWN_BUGS[name].title for name in bugs)
    return ", ".join(title[:1].lower() + title[1:] for title in titles)


def titled(title: str, spec: RunSpec) -> str:
    """The title of a run with its faults, if any: ``… · as published: softmax twice``.

    More than one are counted only: titles stand where there is little room.
    """
    if not spec.known_bugs:
        return title
    recipe = RECIPES.get(spec.recipe)
    published = recipe.published(spec.framework) if recipe else ()
    how = "as published" if set(spec.known_bugs) == set(published) else "with"
    what = (
        listed(spec.known_bugs)
        if len(spec.known_bugs) == 1
        else counted(len(spec.known_bugs), "fault")
    )
    return f"{title} · {how}: {what}"


def cost_sentences(runs: Iterable[tuple[RunSpec, Terminal | None]]) -> list[str]:
    """What the faults of these runs cost, a sentence each.

    Only runs that finished are paired: an early end is no fault of the settings.
    """
    results = [
        Result(spec, end.test_accuracy, end.test_loss)
        for spec, end in runs
        if isinstance(end, Finished)
    ]
    return [sentence(cost) for cost in costs(results)]


def sentence(cost: KnownBugCost) -> str:
    """What it costs, and how much is behind it."""
    framework = framework_title(cost.spec.framework)
    who = f"{cost.spec.recipe} in {framework}, {listed(cost.known_bugs)}"
    if cost.pairs == 1:
        behind = f"in the one pair of seed {cost.seeds[0]}. One seed proves nothing"
    else:
        behind = f"in the mean of {cost.pairs} pairs of the same seed"
    return f"{who}: {_change(cost.difference)}, {_loss_cost(cost.loss)} {behind}."


def _change(difference: float) -> str:
    points = f"{abs(difference) * 100:.2f}"
    if points == "0.00":
        return "less than 0.01 points of test accuracy either way"
    verb = "costs" if difference < 0 else "gains"
    return f"{verb} {points} points of test accuracy"


def _loss_cost(difference: float) -> str:
    return f"test loss {difference:+.4f}".replace("-", "\N{MINUS SIGN}")
