"""What each known bug costs, measured with the recipes that come with MNIST Studio. No Qt."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mnist_studio.analysis.seeds import MIN_SEEDS, mean_difference
from mnist_studio.analysis.verdict import verdict_kind
from mnist_studio.errors import StoreError
from mnist_studio.formatting import (
    counted,
    percentage_points,
)
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import KnownBugName
from mnist_studio.store import recipe_results
from mnist_studio.store.recipe_results import RecipeResult

UNKNOWN = "Its cost is not measured yet."
SOURCE = (
    "Test accuracy on MNIST with the bug, compared with a run of the same seed without it. The "
    "range of the true change is a 95 % confidence interval. "
    "These runs come with MNIST Studio: see docs/recipes.md."
)
"""Where the costs are from."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BugCost:
    """Measured pairs of runs with and without a known bug.

    Attributes:
        plain: the runs without it.
        costs: accuracy without the bug minus with it, a fraction for each seed.
    """

    plain: RecipeResult
    costs: tuple[float, ...]


def bundled_results() -> tuple[RecipeResult, ...]:
    """The measured results of the recipes; none if their file is damaged, which is logged."""
    try:
        return recipe_results.results()
    except StoreError as error:
        _LOG.warning("%s", error)
        return ()


def cost_text(bug: KnownBugName, recipe: str) -> str:
    """What a known bug costs a recipe; if that was not measured, what it costs another one."""
    known = measured_costs().get(bug, ())
    own = [cost for cost in known if cost.plain.recipe == recipe]
    if own:
        return " ".join(map(_sentence, own))
    if known:
        other = known[0]
        title = recipe_title(other.plain.recipe)
        return f"Not measured with this network. With {title}: {_sentence(other)}"
    return UNKNOWN


@lru_cache(maxsize=1)
def measured_costs() -> dict[KnownBugName, tuple[BugCost, ...]]:
    """The measured costs of every bug, in the order in which they were measured."""
    found: dict[KnownBugName, tuple[BugCost, ...]] = {}
    for bug, cost in _pairs(bundled_results()):
        found[bug] = (*found.get(bug, ()), cost)
    return found


def _pairs(results: Sequence[RecipeResult]) -> Iterator[tuple[KnownBugName, BugCost]]:
    plain = {_cell(row): row for row in results if not row.known_bugs}
    for row in results:
        without = plain.get(_cell(row))
        if len(row.known_bugs) != 1 or without is None:
            continue
        seeds = sorted(row.accuracies.keys() & without.accuracies.keys())
        costs = tuple(without.accuracies[seed] - row.accuracies[seed] for seed in seeds)
        if costs:
            yield row.known_bugs[0], BugCost(without, costs)


def _cell(row: RecipeResult) -> tuple[str, str, str, int]:
    return row.recipe, row.dataset, row.framework, row.epochs


def _sentence(cost: BugCost) -> str:
    """The cost in plain words, with what it is based on and how far it may be off."""
    comparisons = sum(
        len(one.costs) >= MIN_SEEDS for known in measured_costs().values() for one in known
    )
    estimate = mean_difference(cost.costs, comparisons)
    enough = len(cost.costs) >= MIN_SEEDS
    interval = estimate.interval if enough else None
    basis = f"({framework_title(cost.plain.framework)}, {counted(len(cost.costs), 'seed')})"
    if len(cost.costs) == 1:
        return f"Unclear {basis}. {_range(None)}"
    match verdict_kind(interval):
        case "different":
            verb = "Lowers" if estimate.value > 0 else "Raises"
            effect = f"{verb} test accuracy by {percentage_points(abs(estimate.value))}"
        case "equal":
            effect = "Makes no difference in practice"
        case _:
            how = "lower" if estimate.value >= 0 else "higher"
            amount = percentage_points(abs(estimate.value))
            effect = f"Unclear: test accuracy was {amount} {how} on average"
    ends = (interval.low, interval.high) if interval else None
    return f"{effect} {basis}. {_range(ends)}"


def _range(ends: tuple[float, float] | None) -> str:
    """From the largest loss of accuracy to the largest gain that the runs allow."""
    if ends is None:
        return "More seeds are needed to know."
    texts = [_change(end) for end in (ends[1], ends[0])]
    if texts[0] == texts[1]:
        return f"The true change is {texts[0]}."
    return f"The true change is between {texts[0]} and {texts[1]}."


def _change(cost: float) -> str:
    amount = percentage_points(abs(cost))
    if amount == percentage_points(0):
        return amount
    return f"{amount} {'lower' if cost > 0 else 'higher'}"
