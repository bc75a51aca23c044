"""Which recipes and frameworks are compared over seeds, and how they compare.

View and report share these comparisons, so that a pair has one interval and one verdict in both.
The intervals hold together: each is wider, the more pairs are compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from mnist_studio.analysis import seeds
from mnist_studio.analysis.groups import Group, by_seed
from mnist_studio.analysis.seeds import SeedComparison
from mnist_studio.comparison import measures
from mnist_studio.comparison.run_data import RunData
from mnist_studio.spec.run import RunSpec

MAX_GROUPS_FOR_ALL_PAIRS = 6
"""With more groups, only pairs that differ in one respect are compared."""


@dataclass(frozen=True)
class SeedPair:
    """Two groups and their comparison."""

    a: Group
    b: Group
    comparison: SeedComparison


@dataclass(frozen=True)
class SeedPairs:
    """All pairs that are compared together.

    Attributes:
        pairs: with their comparisons.
        decided: number of pairs with enough seeds for an interval, which hold together.
        possible: number of pairs of these groups, also those that are not compared.
    """

    pairs: tuple[SeedPair, ...]
    decided: int
    possible: int


def compared(run_data: RunData, threshold: float) -> SeedPairs:
    """Compares the accuracies of the runs that count.

    Args:
        run_data: the runs.
        threshold: the smallest relevant difference, a fraction.
    """
    chosen = pairs_of(run_data.groups)
    values = measures.of_all(run_data, measures.accuracy)
    known = {group.key: by_seed(group, values) for group in run_data.groups}
    decided = sum(seeds.enough(known[a.key], known[b.key]) for a, b in chosen)
    found = tuple(SeedPair(a, b, _one(a, b, known, threshold, decided)) for a, b in chosen)
    groups = len(run_data.groups)
    return SeedPairs(found, decided, groups * (groups - 1) // 2)


def _one(
    a: Group, b: Group, known: Mapping[str, Mapping[int, float]], threshold: float, decided: int
) -> SeedComparison:
    return seeds.compare((a.title, b.title), known[a.key], known[b.key], threshold, decided)


def pairs_of(groups: Sequence[Group]) -> list[tuple[Group, Group]]:
    """All pairs with the same dataset; of many groups only those that differ in one respect."""
    every = [(a, b) for a, b in combinations(groups, 2) if a.spec.dataset == b.spec.dataset]
    if len(groups) <= MAX_GROUPS_FOR_ALL_PAIRS:
        return every
    return [(a, b) for a, b in every if _differ_in_one_respect(a, b)]


def _differ_in_one_respect(a: Group, b: Group) -> bool:
    """Whether they differ in one of recipe, framework, batch size, loop and bugs, and the rest.

    The rest counts within a recipe only, because another recipe brings its own settings.
    """
    same = (
        a.recipe == b.recipe,
        a.framework == b.framework,
        a.spec.training.batch_size == b.spec.training.batch_size,
        (a.spec.style, a.spec.known_bugs) == (b.spec.style, b.spec.known_bugs),
        a.recipe != b.recipe or _rest(a, b) == _rest(b, a),
    )
    return same.count(False) == 1


def _rest(group: Group, other: Group) -> RunSpec:
    """All other settings; another framework may need another device."""
    spec = group.spec
    return replace(
        spec, framework="numpy", style="shared", known_bugs=(),
        device=spec.device if group.framework == other.framework else "auto",
        training=replace(spec.training, batch_size=1, seed=0),
    )  # fmt: skip
