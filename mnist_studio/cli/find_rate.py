"""``mnist-studio find-rate``: suggests a learning rate, by the same batches in every framework."""

from argparse import ArgumentParser, Namespace

from msgspec.structs import replace

from mnist_studio.cli import options, output
from mnist_studio.data.datasets import sources
from mnist_studio.formatting import NOTHING, loss, number
from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.parity import rate_finder
from mnist_studio.parity.check import installed
from mnist_studio.parity.rate_finder import RateCurve
from mnist_studio.running.run_request import known
from mnist_studio.spec import recipes
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.run_checks import check

STEPS_SHOWN = 10
"""Lines of the curve: every tenth step of a search of a hundred."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    add_recipe(parser)
    parser.add_argument(
        "--steps",
        type=int,
        metavar="N",
        default=rate_finder.STEPS,
        help=f"training steps, {rate_finder.FEWEST} to {rate_finder.MOST:,} "
        f"(default: {rate_finder.STEPS})",
    )
    options.add_json(parser, "one curve per framework")


def add_recipe(parser: ArgumentParser) -> None:
    """Adds the recipe, its frameworks, and its dataset."""
    parser.add_argument("recipe", metavar="RECIPE", help="recipe to train (see: recipes)")
    parser.add_argument(
        "--framework",
        metavar="NAME",
        default="all",
        help="numpy, pytorch, keras, or all (default: all installed)",
    )
    options.add_changes(parser)
    options.add_data(parser)


def run(arguments: Namespace) -> int:
    """Searches, and prints the curve and the suggestion; 1 if none can be made."""
    spec, names = chosen(arguments)
    curves = rate_finder.find_rates(spec, names, steps=arguments.steps, data=arguments.data)
    if arguments.json:
        for curve in curves:
            output.json_line(curve)
    else:
        _write(curves)
        output.line(rate_finder.sentence(curves))
    return 0 if rate_finder.common_suggestion(curves) else 1


def chosen(arguments: Namespace) -> tuple[RunSpec, tuple[FrameworkName, ...]]:
    """The run and the frameworks that the arguments name.

    Raises:
        UnknownName: a recipe or framework that does not exist.
        SpecError: a recipe that cannot work.
    """
    recipe = recipes.recipe(arguments.recipe)
    dataset = "mnist" if arguments.data else sources.default_dataset()
    spec = replace(recipes.run_spec(recipe), dataset=dataset)
    spec = options.with_changes(spec, arguments)
    check(spec)
    name = known("framework", arguments.framework, (*FRAMEWORKS, "all"))
    return spec, installed() if name == "all" else (name,)


def _write(curves: tuple[RateCurve, ...]) -> None:
    longest = max((curve.points for curve in curves), key=len)
    every = max(1, len(longest) // STEPS_SHOWN)
    rows = [
        (number(point.rate, 2), *(_loss(curve, step) for curve in curves))
        for step, point in list(enumerate(longest))[::every]
    ]
    titles = [framework_title(curve.framework) for curve in curves]
    output.table(("Learning rate", *titles), rows, right=range(len(curves) + 1))
    for curve in curves:
        rate = curve.suggestion
        text = NOTHING if rate is None else number(rate, 6)
        output.line(f"{framework_title(curve.framework)}: {text}")
    output.line(rate_finder.RULE)


def _loss(curve: RateCurve, step: int) -> str:
    return loss(curve.points[step].smoothed) if step < len(curve.points) else "diverged"
