"""``mnist-studio code``: a recipe as the native script or notebook of a framework."""

from argparse import ArgumentParser, Namespace

from msgspec.structs import replace

from mnist_studio.cli import options, output
from mnist_studio.codegen import native_script
from mnist_studio.data.files import write_bytes
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.running.run_request import check_native_script, chosen_bugs, known
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.spec.run_checks import check


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.add_argument("recipe", metavar="RECIPE", help="recipe (see: recipes)")
    options.add_framework(parser, "numpy, pytorch, or keras")
    options.add_changes(parser)
    options.add_known_bugs(parser)
    parser.add_argument(
        "--notebook", action="store_true", help="write a Jupyter notebook instead of a script"
    )
    parser.add_argument(
        "--output", type=options.path, metavar="FILE", help="file to save it to (default: print it)"
    )


def run(arguments: Namespace) -> int:
    """Prints the script, or saves it to ``--output``.

    Raises:
        SpecError: the recipe has no native script in that framework.
    """
    spec = _run_spec(arguments)
    check_native_script(spec)
    text = native_script.notebook(spec) if arguments.notebook else native_script.script(spec)
    if arguments.output is None:
        output.document(text)
        return 0
    write_bytes(arguments.output, text.encode())
    output.note(f"Saved to {arguments.output}.")
    return 0


def _run_spec(arguments: Namespace) -> RunSpec:
    recipe = recipes.recipe(arguments.recipe)
    name = arguments.framework or recipe.framework
    framework: FrameworkName = known("framework", name, FRAMEWORKS)
    spec = replace(
        recipes.run_spec(recipe),
        framework=framework,
        known_bugs=chosen_bugs(recipe, framework, arguments.known_bug, arguments.with_source_bugs),
    )
    spec = options.with_changes(spec, arguments)
    check(spec)
    known_bugs.check(spec)
    return spec
