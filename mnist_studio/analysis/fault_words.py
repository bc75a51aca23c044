"""Faults of runs, and what they cost, in words."""

from collections.abc import Iterable

from mnist_studio.analysis.faults import FaultCost, Result, costs
from mnist_studio.analysis.numbers import counted
from mnist_studio.events import Finished, Terminal
from mnist_studio.frameworks.registry import entry
from mnist_studio.spec.faults import FAULTS
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import FaultName, RunSpec


def listed(faults: Iterable[FaultName]) -> str:
    """Their titles: ``softmax twice, unshuffled digits``."""
    titles = (FAULTS[name].title for name in faults)
    return ", ".join(title[:1].lower() + title[1:] for title in titles)


def titled(title: str, spec: RunSpec) -> str:
    """The title of a run with its faults, if any: ``… · as published: softmax twice``.

    More than one are counted only: titles stand where there is little room.
    """
    if not spec.faults:
        return title
    recipe = RECIPES.get(spec.recipe)
    published = recipe.published(spec.framework) if recipe else ()
    how = "as published" if set(spec.faults) == set(published) else "with"
    what = listed(spec.faults) if len(spec.faults) == 1 else counted(len(spec.faults), "fault")
    return f"{title} · {how}: {what}"


def told(runs: Iterable[tuple[RunSpec, Terminal | None]]) -> list[str]:
    """What the faults of these runs cost, a sentence each.

    Only runs that finished are paired: an early end is no fault of the settings.
    """
    results = [
        Result(spec, end.test_accuracy, end.test_loss)
        for spec, end in runs
        if isinstance(end, Finished)
    ]
    return [sentence(cost) for cost in costs(results)]


def sentence(cost: FaultCost) -> str:
    """What it costs, and how much is behind it."""
    who = f"{cost.spec.recipe} in {entry(cost.spec.framework).title}, {listed(cost.faults)}"
    if cost.pairs == 1:
        behind = f"in the one pair of seed {cost.seeds[0]}. One seed proves nothing"
    else:
        behind = f"in the mean of {cost.pairs} pairs of the same seed"
    return f"{who}: {_change(cost.difference)}, {_loss(cost.loss)} {behind}."


def _change(difference: float) -> str:
    points = f"{abs(difference) * 100:.2f}"
    if points == "0.00":
        return "less than 0.01 points of test accuracy either way"
    verb = "costs" if difference < 0 else "gains"
    return f"{verb} {points} points of test accuracy"


def _loss(difference: float) -> str:
    return f"test loss {difference:+.4f}".replace("-", "\N{MINUS SIGN}")
