"""The command line: every command by its name, the parser, and the exit codes.

Imports nothing heavy, since the window starts through it too. A command's module, which has its
arguments, is imported only where the command is named.
"""

import argparse
from collections.abc import Collection, Sequence
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from mnist_studio import __version__
from mnist_studio.cli import output
from mnist_studio.errors import MnistStudioError, OutputError, SpecError, UnknownName, UsageError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

EPILOG = """Without a command, the window opens. Exit codes: 0 success, 1 failure, 2 wrong usage,
130 interrupted. Set MNIST_STUDIO_HOME to move the folder with your runs and settings, and
MNIST_STUDIO_DATA to use a folder with the MNIST files."""


class CommandEntry(NamedTuple):
    """A command of the command line.

    Attributes:
        module: that has its ``add_arguments(parser)`` and its ``run(arguments)``.
        help: what it does, in one line.
    """

    module: str
    help: str


COMMANDS = {
    "recipes": CommandEntry("recipes", "list the recipes, or describe one"),
    "train": CommandEntry("train", "train a recipe or a settings file"),
    "code": CommandEntry("code", "show or save a recipe as the native script of a framework"),
    "predict": CommandEntry("predict", "classify images of digits or numbers, or a test image"),
    "explain": CommandEntry("explain", "explain why a trained model predicts a class"),
    "evaluate": CommandEntry("evaluate", "evaluate trained models on another test set"),
    "own-images": CommandEntry(
        "own_images", "manage your labeled images, and evaluate models on them"
    ),
    "robustness": CommandEntry("robustness", "measure the accuracy on corrupted images"),
    "runs": CommandEntry(
        "runs", "list runs, or show, resume, continue, rename, export, or delete one"
    ),
    "experiment": CommandEntry("experiment", "train the runs of an experiment"),
    "compare": CommandEntry("compare", "compare runs, and write a report"),
    "parity": CommandEntry("parity", "check that the frameworks train identically"),
    "environments": CommandEntry("environments", "choose a Python environment for a framework"),
    "doctor": CommandEntry("doctor", "check the installation, the devices, and the data"),
    "selftest": CommandEntry("selftest", "test an installation from end to end"),
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The arguments as values; exits with code 2 and a message if they are invalid."""
    try:
        return build(words).parse_args(words)
    except SystemExit:
        # It may have printed help.
        try:
            output.flush()
        except OutputError as error:
            raise SystemExit(_unwritten(error)) from error
        raise


def build(named: Collection[str]) -> argparse.ArgumentParser:
    """The parser with all commands; those among ``named`` with their arguments."""
    parser = argparse.ArgumentParser(
        prog="mnist-studio",
        description="One network, three frameworks, compared fairly.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"MNIST Studio {__version__}")
    parser.add_argument(
        "--until-usable",
        action="store_true",
        help="print the startup time and close the window",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help, description=_sentence(command))
        if name in named:
            import_command(name).add_arguments(subparser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Runs a parsed command and returns its exit code; errors go to standard error."""
    try:
        code: int = import_command(arguments.command).run(arguments)
        output.flush()
    except OutputError as error:
        return _unwritten(error)
    except (UsageError, UnknownName, SpecError) as error:
        output.error(str(error))
        return WRONG_USAGE
    except MnistStudioError as error:
        output.error(str(error))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _unwritten(error: OutputError) -> int:
    """Ends after an error of standard output. A reader such as ``head`` may leave at any time."""
    output.give_up()
    if not error.closed:
        output.error(str(error))
    return FAILED


def import_command(name: str) -> ModuleType:
    """The module of a command."""
    return import_module(f"mnist_studio.cli.{COMMANDS[name].module}")


def _sentence(command: CommandEntry) -> str:
    return f"{command.help[0].upper()}{command.help[1:]}."
