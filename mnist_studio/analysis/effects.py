"""What the framework does and what the network does, told apart.

Comparing a CNN in one framework with an MLP in another mixes up both. In a table of recipes by
frameworks, a row varies the framework alone, a column the recipe alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from mnist_studio.analysis.groups import Group
from mnist_studio.spec.run import FrameworkName


@dataclass(frozen=True)
class TwoWay:
    """Means by recipe and framework.

    Attributes:
        recipes: the rows.
        frameworks: the columns.
        means: row by row, over the runs of each cell; None where there are none.
        of_framework: of every recipe, the largest mean less the smallest over its frameworks: what
            the choice of the framework does. None below 2 frameworks.
        of_recipe: of every framework, the same over its recipes: what the choice of the network
            does. None below 2 recipes.
    """

    recipes: tuple[str, ...]
    frameworks: tuple[FrameworkName, ...]
    means: tuple[tuple[float | None, ...], ...]
    of_framework: tuple[float | None, ...]
    of_recipe: tuple[float | None, ...]

    @property
    def framework(self) -> float | None:
        """The largest effect of the framework; None where no recipe has two frameworks."""
        return max((one for one in self.of_framework if one is not None), default=None)

    @property
    def recipe(self) -> float | None:
        """The largest effect of the recipe; None where no framework has two recipes."""
        return max((one for one in self.of_recipe if one is not None), default=None)


def two_way(groups: Sequence[Group], values: Mapping[str, float]) -> TwoWay:
    """The table of recipes by frameworks, both in the order in which they first come.

    A cell of several groups, such as of several batch sizes, is the mean over the groups' means.

    Args:
        groups: of runs.
        values: run id -> figure, such as an accuracy or seconds; runs without one are left out.
    """
    recipes = tuple(dict.fromkeys(group.recipe for group in groups))
    frameworks = tuple(dict.fromkeys(group.framework for group in groups))
    means = tuple(tuple(_mean(groups, values, r, f) for f in frameworks) for r in recipes)
    columns = zip(*means, strict=True)
    return TwoWay(
        recipes, frameworks, means, tuple(map(_spread, means)), tuple(map(_spread, columns))
    )


def _mean(
    groups: Sequence[Group], values: Mapping[str, float], recipe: str, framework: FrameworkName
) -> float | None:
    known = [
        [values[run] for run in group.runs if run in values]
        for group in groups
        if (group.recipe, group.framework) == (recipe, framework)
    ]
    means = [fmean(figures) for figures in known if figures]
    return fmean(means) if means else None


def _spread(means: Sequence[float | None]) -> float | None:
    known = [mean for mean in means if mean is not None]
    return max(known) - min(known) if len(known) > 1 else None
