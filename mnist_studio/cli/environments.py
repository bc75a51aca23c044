"""``mnist-studio environments``: the Python environment in which each framework computes."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from mnist_studio import paths
from mnist_studio.cli import options, output
from mnist_studio.errors import UsageError
from mnist_studio.formatting import NOTHING
from mnist_studio.frameworks import registry
from mnist_studio.workers import environments, installation


@dataclass(frozen=True)
class EnvironmentLine:
    """The environment of a framework in JSON.

    Attributes:
        framework: its name.
        python: the chosen Python; empty for the one that MNIST Studio runs in.
        version: of the framework there; None where it is not installed.
    """

    framework: str
    python: str
    version: str | None


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = (
        "For example, choose an environment with a GPU build of the framework. "
        "Without arguments, the command lists the environments of all frameworks."
    )
    parser.add_argument("framework", nargs="?", metavar="NAME", help="framework: pytorch or keras")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "python", nargs="?", metavar="PYTHON", help="path of that environment's Python executable"
    )
    choice.add_argument(
        "--install",
        action="store_true",
        help="install the framework into an environment of its own, and choose that",
    )
    choice.add_argument(
        "--reset", action="store_true", help="switch back to MNIST Studio's own environment"
    )
    options.add_json(parser, "one framework per line")


def run(arguments: Namespace) -> int:
    """Installs, chooses or resets an environment where one is named, and lists them."""
    for option in ("reset", "install"):
        if getattr(arguments, option) and not arguments.framework:
            raise UsageError(f"--{option} needs a framework.", "Specify pytorch or keras.")
    if arguments.reset:
        environments.forget(arguments.framework)
    elif arguments.install:
        installation.install(arguments.framework, output.note)
    elif arguments.python:
        environments.choose(arguments.framework, arguments.python)
    names = [arguments.framework] if arguments.framework else list(registry.ENTRIES)
    lines = [EnvironmentLine(name, registry.python(name), registry.version(name)) for name in names]
    if arguments.json:
        for line in lines:
            output.json_line(line)
        return 0
    default = "this program" if paths.frozen() else sys.executable
    output.table(
        ("Framework", "Version", "Python"),
        [
            (
                registry.framework_title(line.framework),
                line.version or NOTHING,
                line.python or default,
            )
            for line in lines
        ],
    )
    return 0
