"""The recipes: named runs with their provenance. Some come with MNIST Studio, others are yours.

Your own recipes are files in your home, which this package does not read: the process that needs
them loads them with ``store.own_recipes.load`` and hands them in here. A run contains its complete
network and training, so that a process that only gets runs needs no recipes to train them. To name
what differs from a recipe, it can be lent those of an experiment or of the runs to compare.
"""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from difflib import get_close_matches
from types import MappingProxyType

from mnist_studio.errors import UnknownName
from mnist_studio.formatting import printable
from mnist_studio.spec.model import with_classes
from mnist_studio.spec.recipes import own, sources
from mnist_studio.spec.recipes.own_recipe import OwnRecipe, as_recipe
from mnist_studio.spec.recipes.recipe import Recipe, Source
from mnist_studio.spec.run import DIGITS, RunSpec

__all__ = [
    "BUILT_IN", "RECIPES", "OwnRecipe", "Recipe", "Source", "as_recipe", "defaults", "hand_in",
    "is_own", "lend", "recipe", "recipe_title", "run_spec", "unknown",
]  # fmt: skip

BUILT_IN: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in (*sources.RECIPES, *own.RECIPES)}
)
"""The recipes that come with MNIST Studio."""


class _Registry(Mapping[str, Recipe]):
    """All recipes by name. Every read sees one state, also while another thread hands some in."""

    def __init__(self) -> None:
        self._all = dict(BUILT_IN)
        self._lent: dict[str, Recipe] = {}

    def lend(self, yours: Iterable[OwnRecipe]) -> None:
        self._lent = self._lent | {one.name: as_recipe(one) for one in yours}

    def defaults(self, name: str) -> Recipe | None:
        return self._all.get(name) or self._lent.get(name)

    def hand_in(self, yours: Iterable[OwnRecipe]) -> None:
        self._all = {**{one.name: as_recipe(one) for one in yours}, **BUILT_IN}

    def __getitem__(self, name: str) -> Recipe:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def items(self) -> ItemsView[str, Recipe]:
        return self._all.items()

    def values(self) -> ValuesView[Recipe]:
        return self._all.values()


_REGISTRY = _Registry()
RECIPES: Mapping[str, Recipe] = _REGISTRY
"""Your own recipes, as far as they were handed in, and those that come with MNIST Studio."""


def hand_in(yours: Iterable[OwnRecipe]) -> None:
    """Replaces your own recipes in ``RECIPES``. A name of a built-in recipe means that one."""
    _REGISTRY.hand_in(yours)


def lend(yours: Iterable[OwnRecipe]) -> None:
    """Makes recipes known to ``defaults`` only: nobody is offered them, or can train them."""
    _REGISTRY.lend(yours)


def defaults(name: str) -> Recipe | None:
    """The recipe whose settings a run of that name began with; None if it is not known here."""
    return _REGISTRY.defaults(name)


def is_own(name: str) -> bool:
    """Whether a recipe of that name is known, and is one of yours."""
    return name in RECIPES and name not in BUILT_IN


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    found = RECIPES.get(name)
    if found is None:
        raise unknown("recipe", name, tuple(RECIPES))
    return found


def recipe_title(name: str) -> str:
    """The readable title of a recipe.

    It is the name itself if there is no such recipe: the title of your own recipes is their name,
    so that runs show it also after the recipe was deleted.
    """
    found = BUILT_IN.get(name)
    return found.title if found else printable(name)


def run_spec(chosen: Recipe, class_names: tuple[str, ...] = DIGITS) -> RunSpec:
    """The run that a recipe describes, with all its defaults, for a dataset of these classes.

    Raises:
        SpecError: the network of the recipe cannot have that many classes.
    """
    return RunSpec(
        recipe=chosen.name,
        model=with_classes(chosen.model, len(class_names)),
        training=chosen.training,
        framework=chosen.framework,
        class_names=class_names,
    )


def unknown(what: str, name: str, known: tuple[str, ...]) -> UnknownName:
    """The error for a name that does not exist, with the nearest ones that do."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    return UnknownName(f"There is no {what} called “{name}”.", f"{meant}Known: {', '.join(known)}.")
