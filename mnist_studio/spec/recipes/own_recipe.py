"""One of your own recipes as a value: a network and its training under a name of yours.

The name is the title too. A run stores the name of its recipe, so it shows the title also on a
computer that does not have the recipe, or after the recipe was deleted.
"""

import unicodedata

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.formatting import has_controls
from mnist_studio.spec.error_paths import error_path
from mnist_studio.spec.model import ModelSpec, class_count
from mnist_studio.spec.recipes.recipe import Recipe, Source
from mnist_studio.spec.run import DIGITS, FrameworkName, RunSpec, TrainingSpec
from mnist_studio.spec.run_checks import check

LONGEST_NAME = 60
LONGEST_SUMMARY = 300

YOURS = Source("Your recipes", "Recipes that you saved.")

_CHOOSE = "Choose another name."


class OwnRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of your own recipes.

    Attributes:
        name: of 1 to 60 characters; also its title.
        model: the network.
        training: how it is trained.
        framework: the default framework.
        summary: one sentence on the network; may be empty.
        based_on: the recipe that it was made from; empty if it is not known.
    """

    name: str
    model: ModelSpec
    training: TrainingSpec
    framework: FrameworkName = "pytorch"
    summary: str = ""
    based_on: str = ""


def of_run(run: RunSpec, name: str, summary: str = "") -> OwnRecipe:
    """A recipe with the network and the training of a run, checked.

    Raises:
        SpecError: the name is not possible, or the network or training is not valid.
    """
    return checked(
        OwnRecipe(name, run.model, run.training, run.framework, summary, based_on=run.recipe)
    )


def checked(recipe: OwnRecipe) -> OwnRecipe:
    """The recipe with its name and summary as one line each.

    Raises:
        SpecError: the name is not possible, or the network or training is not valid.
    """
    with error_path("name"):
        name = tidy_name(recipe.name)
    summary = _line(recipe.summary)
    if len(summary) > LONGEST_SUMMARY or has_controls(summary) or has_controls(recipe.based_on):
        raise SpecError(
            f"The summary of a recipe must have at most {LONGEST_SUMMARY} characters, and no "
            f"control characters.",
            "Change the summary.",
            ("summary",),
        )
    found = msgspec.structs.replace(recipe, name=name, summary=summary)
    _check_run(found)
    return found


def _check_run(recipe: OwnRecipe) -> None:
    """Checks network and training; the dataset of a run decides its number of classes."""
    try:
        names = tuple(map(str, range(class_count(recipe.model))))
    except SpecError:
        names = DIGITS  # The check of the run names the problem.
    check(
        RunSpec(
            recipe.name,
            recipe.model,
            recipe.training,
            framework=recipe.framework,
            class_names=names,
        )
    )


def tidy_name(name: str) -> str:
    """A name as one line, without spaces around it.

    Raises:
        SpecError: it is empty, too long, has control characters, or looks like an option or file.
    """
    clean = _line(name)
    if not 1 <= len(clean) <= LONGEST_NAME:
        raise SpecError(
            f"The name of a recipe must have 1 to {LONGEST_NAME} characters, got {len(clean)}.",
            "Enter a shorter name." if clean else "Enter a name.",
        )
    if has_controls(clean) or not clean.isprintable():
        raise SpecError(
            "The name of a recipe contains control characters.",
            "Use letters, digits, and punctuation.",
        )
    if clean.startswith("-"):
        raise SpecError("A name that begins with a dash looks like an option.", _CHOOSE)
    if clean.lower().endswith(".toml"):
        raise SpecError("A name that ends in .toml looks like a file.", _CHOOSE)
    return clean


def same_name(name: str) -> str:
    """What two names have in common that differ only in case or in the form of their letters."""
    return unicodedata.normalize("NFKC", name).casefold()


def as_recipe(own: OwnRecipe) -> Recipe:
    """The recipe, as every place that offers recipes uses it."""
    based = f" Based on {own.based_on}." if own.based_on and own.based_on != own.name else ""
    return Recipe(
        name=own.name,
        title=own.name,
        source=YOURS,
        summary=own.summary or "Saved by you.",
        provenance=f"You saved this recipe.{based}",
        assumptions="",
        reported="",
        framework=own.framework,
        model=own.model,
        training=own.training,
    )


def own_recipe_of(recipe: Recipe) -> OwnRecipe:
    """What decides the runs of one of your own recipes, without its summary and its origin."""
    return OwnRecipe(recipe.name, recipe.model, recipe.training, recipe.framework)


def _line(text: str) -> str:
    # Lone surrogates, which a terminal may pass on, cannot be stored.
    clean = text.encode(errors="replace").decode()
    return " ".join(unicodedata.normalize("NFC", clean).split())
