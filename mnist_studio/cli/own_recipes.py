"""The actions of ``mnist-studio recipes``: lists all recipes, and saves and changes your own."""

import argparse
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from mnist_studio.cli import options, output
from mnist_studio.data.files import parse_text, write_bytes
from mnist_studio.errors import SpecError, UnknownName, UsageError
from mnist_studio.formatting import counted
from mnist_studio.spec import files, recipe_files, recipes
from mnist_studio.spec.recipes import OwnRecipe, Recipe
from mnist_studio.spec.recipes.own_recipe import as_recipe, of_run
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.own_recipes import OwnRecipes, RecipeUses, read_file, uses
from mnist_studio.store.runs import RunStore

SHOW = "show"
LISTS = (None, "list", "trash")
"""Actions whose recipes are written as a table."""

_JSON = "one recipe per line"


class RecipeOrAction(options.ActionsOrWord):
    """The actions of this command; any other word is a recipe to describe."""

    def replaced(self, values: Sequence[str]) -> Sequence[str]:
        """The action ``show`` for a recipe."""
        return (SHOW, *values)


def add_actions(actions: "options.Actions[ArgumentParser]") -> None:
    """Adds the actions."""
    _add(actions, "list", "list the recipes (the default)")
    show = _add_named(actions, SHOW, "describe a recipe")
    add_picture(show, argparse.SUPPRESS)
    _add_saving(actions)
    rename = _add_named(actions, "rename", "change the name of a recipe of yours")
    rename.add_argument("new", metavar="NEW", help="the new name")
    _add_named(actions, "delete", "move a recipe of yours to the trash")
    _add_named(actions, "restore", "move a recipe back from the trash")
    _add(actions, "trash", "list the recipes in the trash")
    empty = _add(actions, "empty-trash", "delete the recipes in the trash for good")
    empty.add_argument("--yes", action="store_true", help="do not ask")
    export = _add_named(actions, "export", "write a recipe to a file")
    export.add_argument("path", type=options.path, metavar="FILE", help=".toml file to write")


def add_picture(parser: ArgumentParser, default: str | None = None) -> None:
    """Adds the picture of a network; the default must not undo an option before the recipe."""
    parser.add_argument(
        "--picture",
        type=options.path,
        default=default,
        metavar="FILE",
        help="save a picture of the recipe's network as .svg, .png, or .pdf",
    )


def execute(arguments: Namespace) -> Iterable[Recipe]:
    """Executes an action, and returns the recipes that it is about.

    Raises:
        UnknownName: there is no such recipe.
        SpecError: a name or a setting that is not possible.
        StoreError: the disk fails.
    """
    match arguments.action:
        case None | "list":
            return tuple(recipes.RECIPES.values())
        case "show":
            return (recipes.recipe(arguments.recipe),)
        case "export":
            return (_export(arguments),)
        case action:
            return tuple(map(as_recipe, _ACTIONS[action](OwnRecipes(), arguments)))


def _add_saving(actions: "options.Actions[ArgumentParser]") -> None:
    save = _add(actions, "save", "save a network and its training as a recipe of yours")
    save.add_argument("recipe", metavar="NAME", help="name of the new recipe")
    save.add_argument(
        "--from",
        dest="origin",
        required=True,
        metavar="RECIPE|ID|FILE",
        help="recipe, run, or .toml file with the settings",
    )
    options.add_changes(save)
    import_ = _add(actions, "import", "add the recipe of a file")
    import_.add_argument("path", type=options.path, metavar="FILE", help=".toml file of a recipe")
    import_.add_argument("--name", metavar="NAME", help="name of the recipe (default: the file's)")
    for action in (save, import_):
        action.add_argument("--summary", metavar="TEXT", help="one sentence on the network")
        action.add_argument(
            "--overwrite", action="store_true", help="replace your recipe of that name"
        )


def _add(actions: "options.Actions[ArgumentParser]", name: str, help_text: str) -> ArgumentParser:
    action = actions.add_parser(name, help=help_text)
    options.add_action_json(action, _JSON)
    return action


def _add_named(
    actions: "options.Actions[ArgumentParser]", name: str, help_text: str
) -> ArgumentParser:
    action = _add(actions, name, help_text)
    action.add_argument("recipe", metavar="RECIPE", help="name of the recipe")
    return action


def _save(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    run, summary = _origin(arguments.origin)
    if arguments.summary is not None:
        summary = arguments.summary
    run = options.with_changes(run, arguments)
    saved = yours.add(of_run(run, arguments.recipe, summary), arguments.overwrite)
    output.note(f"Saved as “{saved.name}”. Train it: mnist-studio train {quoted(saved.name)}")
    return (saved,)


def _origin(word: str) -> tuple[RunSpec, str]:
    """The run in a file, of a recipe, or in the store, and its summary if there is one.

    Raises:
        UnknownName: it is neither a recipe nor a run.
        UsageError: the file has several runs.
    """
    path = options.path(word)
    if path.suffix == recipe_files.SUFFIX:
        return _of_file(path)
    if found := recipes.RECIPES.get(word):
        summary = found.summary if recipes.is_own(word) else ""
        return recipes.run_spec(found), summary
    with RunStore() as store:
        try:
            return store.run(word).spec, ""
        except UnknownName as error:
            unknown = recipes.unknown("recipe or run", word, tuple(recipes.RECIPES))
            raise unknown from error


def _of_file(path: Path) -> tuple[RunSpec, str]:
    try:
        recipe = read_file(path)
        return recipes.run_spec(as_recipe(recipe)), recipe.summary
    except SpecError as error:
        if error.path or "runs" not in error.problem:
            raise
    runs = parse_text(path, "settings", files.read)
    if len({(run.model, run.training) for run in runs}) > 1:
        raise UsageError(
            f"{path.name} has several networks.", "Choose a file with one run, or one recipe."
        )
    return runs[0], ""


def _import(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    recipe = read_file(arguments.path)
    recipe = replace(recipe, name=arguments.name) if arguments.name is not None else recipe
    if arguments.summary is not None:
        recipe = replace(recipe, summary=arguments.summary)
    added = yours.add(recipe, arguments.overwrite)
    output.note(f"Imported “{added.name}”.")
    return (added,)


def _rename(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    former = yours.get(arguments.recipe).name
    used = _uses(former)
    renamed = yours.rename(former, arguments.new)
    output.note(f"“{former}” is now called “{renamed.name}”. {used.sentence}".strip())
    return (renamed,)


def _delete(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    used = _uses(yours.get(arguments.recipe).name)
    deleted = yours.delete(arguments.recipe)
    output.note(f"“{deleted.name}” is in the trash. {used.sentence}".strip())
    output.note(f"Restore it: mnist-studio recipes restore {quoted(deleted.name)}")
    return (deleted,)


def _restore(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    restored = yours.restore(arguments.recipe)
    output.note(f"Restored “{restored.name}”.")
    return (restored,)


def _trash(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    return yours.trashed()


def _empty_trash(yours: OwnRecipes, arguments: Namespace) -> Iterable[OwnRecipe]:
    found = yours.trashed()
    if found and not arguments.yes and not _confirmed(len(found)):
        raise UsageError("The trash was not emptied.", "Answer y, or add --yes.")
    output.note(f"Deleted {counted(yours.empty_trash(), 'recipe')} for good.")
    return ()


def _confirmed(number: int) -> bool:
    if not sys.stdin.isatty():
        return False
    output.note(f"Delete {counted(number, 'recipe')} for good? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _export(arguments: Namespace) -> Recipe:
    """Writes any recipe to a file: also one that comes with MNIST Studio, to change and import."""
    recipe = recipes.recipe(arguments.recipe)
    content = OwnRecipe(
        recipe.title, recipe.model, recipe.training, recipe.framework, recipe.summary, recipe.name
    )
    if recipes.is_own(recipe.name):
        content = OwnRecipes().get(recipe.name)
    write_bytes(arguments.path, recipe_files.write(content).encode())
    output.note(f"Saved to {arguments.path}.")
    return recipe


def _uses(name: str) -> RecipeUses:
    with RunStore() as store:
        experiments = (one.spec for one in store.experiments.all())
        return uses(name, (run.spec for run in store.runs()), experiments)


def quoted(name: str) -> str:
    """A name as one word of the command line."""
    return f'"{name}"' if " " in name else name


_ACTIONS: dict[str, Callable[[OwnRecipes, Namespace], Iterable[OwnRecipe]]] = {
    "save": _save,
    "import": _import,
    "rename": _rename,
    "delete": _delete,
    "restore": _restore,
    "trash": _trash,
    "empty-trash": _empty_trash,
}
