"""``mnist-studio recipes``: the recipes, and the known bugs of their sources."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mnist_studio.cli import options, output, own_recipes
from mnist_studio.comparison.report import files
from mnist_studio.errors import UsageError
from mnist_studio.formatting import count
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec import summary
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import ModelSpec, describe, parameter_count
from mnist_studio.spec.recipes import Recipe, run_spec
from mnist_studio.spec.recipes import recipe as known_recipe
from mnist_studio.spec.recipes.own_recipe import YOURS
from mnist_studio.spec.run import FrameworkName, KnownBugName, TrainingSpec


@dataclass(frozen=True)
class RecipeLine:
    """A recipe in JSON."""

    recipe: str
    title: str
    source: str
    framework: str
    parameters: int
    summary: str
    provenance: str
    assumptions: str
    reported: str
    known_bugs: tuple[KnownBugName, ...]
    bug_frameworks: tuple[tuple[KnownBugName, FrameworkName], ...]
    training: TrainingSpec
    model: ModelSpec
    yours: bool


@dataclass(frozen=True)
class KnownBugLine:
    """A known bug in JSON."""

    bug: str
    title: str
    explanation: str
    needs: str


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command and its actions."""
    parser.epilog = "With a recipe instead of an action, this command describes the recipe."
    parser.add_argument(
        "--known-bugs", action="store_true", help="list the known bugs of the sources"
    )
    own_recipes.add_picture(parser)
    options.add_json(parser, "one recipe or one known bug per line")
    actions = parser.add_subparsers(
        dest="action", metavar="ACTION|RECIPE", action=own_recipes.RecipeOrAction
    )
    own_recipes.add_actions(actions)


def run(arguments: Namespace) -> int:
    """Lists the recipes or the known bugs, describes one recipe, or changes your own."""
    if arguments.known_bugs:
        if arguments.action:
            raise UsageError("--known-bugs lists known bugs, so no action or recipe is possible.")
        return _list_known_bugs(arguments.json)
    if arguments.picture:
        return _save_picture(arguments)
    if arguments.action == own_recipes.SHOW and not arguments.json:
        _describe(known_recipe(arguments.recipe))
        return 0
    chosen = own_recipes.execute(arguments)
    if arguments.json:
        for recipe in chosen:
            output.json_line(_json(recipe))
    elif arguments.action in own_recipes.LISTS:
        _list(chosen)
    return 0


def _save_picture(arguments: Namespace) -> int:
    """Saves a picture of the network of one recipe."""
    if arguments.action != own_recipes.SHOW:
        raise UsageError("--picture needs a recipe.", "Add its name (see: recipes).")
    recipe = known_recipe(arguments.recipe)
    files.save_network(recipe.model, recipe.title, arguments.picture)
    output.note(f"Saved to {arguments.picture}.")
    return 0


def _list(chosen: Iterable[Recipe]) -> None:
    rows = [
        (
            recipe.name,
            recipe.title,
            count(parameter_count(recipe.model)),
            framework_title(recipe.framework),
            recipe.summary,
            recipe.reported,
            recipe.source.name,
        )
        for recipe in chosen
    ]
    output.table(
        ("Recipe", "Title", "Parameters", "Framework", "Network", "Reported", "Source"),
        rows,
        right=(2,),
    )


def _describe(recipe: Recipe) -> None:
    """Writes a recipe's origin, its training, the bugs of its source, and its layers."""
    training = " ".join((summary.numbers(recipe.training), *summary.method(run_spec(recipe))))
    source = recipe.source
    origin = (
        ("Recipe", f"{recipe.title} ({recipe.name})"),
        ("Network", recipe.summary),
        ("Source", f"{source.name}. {source.summary} {source.url}".strip()),
        ("Provenance", recipe.provenance),
        ("Assumptions", recipe.assumptions),
        ("Reported", recipe.reported),
        ("Training", training),
        ("Known bugs", ", ".join(_known_bugs(recipe))),
    )
    for name, value in origin:
        if value:
            output.line(f"{name:13}{value}")
    rows = [
        (layer.title, "×".join(map(str, layer.output)), count(layer.parameters), layer.arithmetic)
        for layer in describe(recipe.model)
    ]
    output.table(("Layer", "Output", "Parameters", "Calculation"), rows, right=(1, 2))


def _known_bugs(recipe: Recipe) -> Iterator[str]:
    """Names of the source's bugs, with the framework of those that it has in one only."""
    only = dict(recipe.bug_frameworks)
    for name in recipe.known_bugs:
        yield f"{name} ({framework_title(only[name])})" if name in only else name


def _list_known_bugs(json: bool) -> int:
    lines = [
        KnownBugLine(bug.name, bug.title, bug.explanation, bug.needs) for bug in KNOWN_BUGS.values()
    ]
    if json:
        for line in lines:
            output.json_line(line)
    else:
        rows = [(line.bug, line.explanation, line.needs) for line in lines]
        output.table(("Known bug", "Explanation", "Needs"), rows)
    return 0


def _json(recipe: Recipe) -> RecipeLine:
    return RecipeLine(
        recipe=recipe.name,
        title=recipe.title,
        source=recipe.source.name,
        framework=recipe.framework,
        parameters=parameter_count(recipe.model),
        summary=recipe.summary,
        provenance=recipe.provenance,
        assumptions=recipe.assumptions,
        reported=recipe.reported,
        known_bugs=recipe.known_bugs,
        bug_frameworks=recipe.bug_frameworks,
        training=recipe.training,
        model=recipe.model,
        yours=recipe.source == YOURS,
    )
