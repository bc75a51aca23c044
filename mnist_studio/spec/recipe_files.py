"""One of your own recipes as a readable text file (TOML), to save and to share.

    format = 4

    [recipe]
    name = "My CNN"
    framework = "pytorch"

    [recipe.training]
    ...

The format is that of runs, whose network and training have the same form.
"""

import msgspec
import tomli_w

from mnist_studio.errors import SpecError
from mnist_studio.spec import files
from mnist_studio.spec.error_paths import in_words, place_of
from mnist_studio.spec.recipes.own_recipe import OwnRecipe, checked
from mnist_studio.spec.upgrades import RUN_VERSION, upgrade_run

SUFFIX = files.SUFFIX

_HEAD = """\
# MNIST Studio recipe. Import this file on the Train page, or run:
# mnist-studio recipes import FILE
"""


class _RecipeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    recipe: OwnRecipe


def write(recipe: OwnRecipe) -> str:
    """The text of a file with this recipe, in which ``read`` finds the same."""
    content = files.without_none(msgspec.to_builtins(_RecipeFile(RUN_VERSION, recipe)))
    return _HEAD + tomli_w.dumps(content, indent=2)


def read(text: str) -> OwnRecipe:
    """The recipe of a file, checked.

    Raises:
        SpecError: it is not TOML, of a newer version, or not valid; names the line, the key, and
            what was expected.
    """
    content = files.parsed(text)
    if "recipe" not in content and {"run", "experiment", "study"} & content.keys():
        raise SpecError(
            "This file contains runs or an experiment, not a recipe.",
            "Save a run as a recipe: mnist-studio recipes save NAME --from FILE.",
        )
    files.check_format(content, RUN_VERSION)
    content["recipe"] = upgrade_run(content.get("recipe"), content["format"])
    try:
        recipe = msgspec.convert(content, _RecipeFile).recipe
    except msgspec.ValidationError as error:
        place, problem = place_of(text, str(error), _RecipeFile)
        raise SpecError(f"{place}: {problem}.", "Correct that line.") from error
    try:
        return checked(recipe)
    except SpecError as error:
        place = in_words(text, ("recipe", *error.path))
        raise SpecError(f"{place}: {error.problem}", error.remedy, error.path) from error
