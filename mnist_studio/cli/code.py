"""``mnist-studio code``: a recipe as the script or notebook one would write with a framework."""

import sys
from argparse import Namespace
from typing import get_args

from msgspec.structs import replace

from mnist_studio.cli import output
from mnist_studio.cli.train import check_writable, chosen_faults, known
from mnist_studio.codegen import native_script
from mnist_studio.data.files import write_bytes
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.run import FrameworkName, RunSpec


def run(arguments: Namespace) -> int:
    """Prints the program, or saves it where ``--output`` says.

    Raises:
        SpecError: the recipe cannot be written in that framework's own words.
    """
    spec = _run(arguments)
    check_writable(spec)
    text = native_script.notebook(spec) if arguments.notebook else native_script.script(spec)
    if arguments.output is None:
        sys.stdout.write(text)
        return 0
    write_bytes(arguments.output, text.encode())
    output.note(f"Written to {arguments.output}.")
    return 0


def _run(arguments: Namespace) -> RunSpec:
    recipe = recipes.recipe(arguments.recipe)
    asked = arguments.framework or recipe.framework
    framework: FrameworkName = known("framework", asked, get_args(FrameworkName))
    spec = replace(
        recipes.run_spec(recipe),
        framework=framework,
        known_bugs=chosen_faults(recipe, framework, arguments),
    )
    known_bugs.check(spec)
    return spec
