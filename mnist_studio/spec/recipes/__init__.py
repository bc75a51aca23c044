"""The recipes: named runs with their provenance."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mnist_studio.errors import UnknownName
from mnist_studio.formatting import printable
from mnist_studio.spec.recipes import own, sources
from mnist_studio.spec.recipes.recipe import Recipe, Source
from mnist_studio.spec.run import RunSpec

__all__ = ["RECIPES", "Recipe", "Source", "recipe", "recipe_title", "run_spec", "unknown"]

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in (*sources.RECIPES, *own.RECIPES)}
)


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownName: there is none; suggests the nearest.
    """
    try:
        return RECIPES[name]
    except KeyError:
        raise unknown("recipe", name, tuple(RECIPES)) from None


def recipe_title(name: str) -> str:
    """The readable title of a recipe; the name itself if this version has no such recipe."""
    return RECIPES[name].title if name in RECIPES else printable(name)


def run_spec(chosen: Recipe) -> RunSpec:
    """The run that a recipe describes, with all its defaults."""
    return RunSpec(
        recipe=chosen.name,
        model=chosen.model,
        training=chosen.training,
        framework=chosen.framework,
    )


def unknown(what: str, name: str, known: tuple[str, ...]) -> UnknownName:
    """The error for a name that does not exist, with the nearest ones that do."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f"Did you mean {near[0]}? " if near else ""
    return UnknownName(f"There is no {what} called “{name}”.", f"{meant}Known: {', '.join(known)}.")
