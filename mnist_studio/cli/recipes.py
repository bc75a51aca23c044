"""``mnist-studio recipes``: what can be trained."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass

from mnist_studio.cli import output
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec import summary as words
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import describe, parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe, run_spec
from mnist_studio.spec.recipes import recipe as known_recipe
from mnist_studio.spec.run import FrameworkName, KnownBugName, TrainingSpec


@dataclass(frozen=True)
class RecipeLine:
    """A recipe as JSON tells it."""

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


@dataclass(frozen=True)
class KnownBugLine:
    """A fault as JSON tells it."""

    bug: str
    title: str
    explanation: str
    needs: str


def run(arguments: Namespace) -> int:
    """Lists the recipes, or the faults; or tells all of one recipe."""
    if arguments.known_bugs:
        return _faults(arguments.json)
    chosen = [known_recipe(arguments.recipe)] if arguments.recipe else RECIPES.values()
    if arguments.json:
        for recipe in chosen:
            output.json_line(_line(recipe))
    elif arguments.recipe:
        _tell(known_recipe(arguments.recipe))
    else:
        _list()
    return 0


def _list() -> None:
    rows = [
        (
            recipe.name,
            recipe.title,
            f"{parameter_count(recipe.model):,}",
            recipe.framework,
            recipe.summary,
            recipe.reported,
            recipe.source.name,
        )
        for recipe in RECIPES.values()
    ]
    output.table(
        ("Recipe", "Title", "Parameters", "Framework", "Network", "Reported", "Source"),
        rows,
        right=(2,),
    )


def _tell(recipe: Recipe) -> None:
    """Where a recipe comes from, how it is trained, what its source got wrong, and its layers."""
    training = " ".join((words.numbers(recipe.training), *words.method(run_spec(recipe))))
    origin = (
        ("Recipe", f"{recipe.title} ({recipe.name})"),
        ("Network", recipe.summary),
        (
            "Source",
            " ".join((recipe.source.name + ".", recipe.source.summary, recipe.source.url)).strip(),
        ),
        ("Provenance", recipe.provenance),
        ("Assumptions", recipe.assumptions),
        ("Reported", recipe.reported),
        ("Training", training),
        ("Faults there", ", ".join(_faults_there(recipe))),
    )
    for name, value in origin:
        if value:
            output.line(f"{name:14}{value}")
    rows = [
        (one.title, "×".join(map(str, one.output)), f"{one.parameters:,}", one.arithmetic)
        for one in describe(recipe.model)
    ]
    output.table(("Layer", "Output", "Parameters", "Which are"), rows, right=(1, 2))


def _faults_there(recipe: Recipe) -> Iterator[str]:
    """Their names, with the framework of those that the source has in one only."""
    only = dict(recipe.bug_frameworks)
    for name in recipe.known_bugs:
        yield f"{name} ({framework_title(only[name])})" if name in only else name


def _faults(json: bool) -> int:
    lines = [KnownBugLine(f.name, f.title, f.explanation, f.needs) for f in KNOWN_BUGS.values()]
    if json:
        for line in lines:
            output.json_line(line)
    else:
        rows = [(line.bug, line.explanation, line.needs) for line in lines]
        output.table(("Fault", "What it is", "Needs"), rows)
    return 0


def _line(recipe: Recipe) -> RecipeLine:
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
    )
