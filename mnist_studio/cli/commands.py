"""The command line: every command by its name, the parser, and the exit codes.

Imports nothing heavy, since the window starts through it too. A command's module, which has its
arguments, is imported only where the command is named.
"""

import argparse
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from mnist_studio import __version__, paths
from mnist_studio.cli import output, preflight
from mnist_studio.errors import (
    FrameworkBroken,
    MnistStudioError,
    OutputError,
    SpecError,
    UnknownName,
    UsageError,
)
from mnist_studio.formatting import printable_lines

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

EPILOG = """Without a command, the window opens. Files instead of a command open in the window: runs
(.mnistrun), settings (.toml), weights, and pictures. Exit codes: 0 success, 1 failure, 2 wrong
usage, 130 interrupted. To save a trained model for other programs: mnist-studio runs export ID
model.onnx. Set MNIST_STUDIO_HOME to move the folder with your runs and settings, and
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
    "datasets": CommandEntry(
        "datasets", "list, import, download, rename, or delete datasets, also your own"
    ),
    "own-images": CommandEntry(
        "own_images", "manage your labeled images, and evaluate models on them"
    ),
    "robustness": CommandEntry("robustness", "measure the accuracy on corrupted images"),
    "runs": CommandEntry(
        "runs", "find runs, and show, resume, export, import, tag, archive, or delete them"
    ),
    "experiment": CommandEntry("experiment", "train the runs of an experiment"),
    "compare": CommandEntry("compare", "compare runs, and write a report"),
    "parity": CommandEntry("parity", "check that the frameworks train identically"),
    "find-rate": CommandEntry("find_rate", "suggest a learning rate for a recipe"),
    "step": CommandEntry("step", "show the numbers of one training step in every framework"),
    "store": CommandEntry("store", "check, back up, restore, or rebuild the database"),
    "environments": CommandEntry(
        "environments", "choose or install a Python environment for a framework"
    ),
    "doctor": CommandEntry("doctor", "check the installation, the devices, and the data"),
    "version": CommandEntry("version", "print the version, and look for a newer one"),
    "selftest": CommandEntry("selftest", "test an installation from end to end"),
    "completion": CommandEntry("completion", "print a script that completes commands in a shell"),
    "manual": CommandEntry("manual", "print the manual page"),
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The arguments as values; exits with code 2 and a message if they are invalid."""
    if files := _files(words):
        return argparse.Namespace(command=None, until_usable=False, quiet=False, files=files)
    try:
        return build(words).parse_args(words, argparse.Namespace(files=()))
    except SystemExit as ended:
        if ended.code == WRONG_USAGE:
            _hint(words)
        raise
    except OutputError as error:
        raise SystemExit(_unwritten(error)) from error
    except FrameworkBroken as error:
        output.error(str(error))
        raise SystemExit(FAILED) from error


def _files(words: Sequence[str]) -> tuple[str, ...]:
    """The files to open in the window, if all words are files, as a desktop gives them."""
    if not words or words[0] in COMMANDS:
        return ()
    given = words[1:] if words[0] == "--" else words
    files = tuple(str(paths.expanded(word).absolute()) for word in given)
    return files if all(map(os.path.isfile, files)) else ()


def _hint(words: Sequence[str]) -> None:
    """Says what the words may have meant that are not valid."""
    if words[0] not in COMMANDS and os.path.splitext(words[0])[1]:  # noqa: PTH122 - of a word
        output.note(f"If {words[0]} is a file, it does not exist.")
    dashed = next(filter(_is_dashed_file, words), "")
    if dashed:
        output.note(
            f"If {dashed} is a file, write ./{dashed}, or put -- before it: a name that begins "
            f"with a dash looks like an option."
        )
    command = next((word for word in words if not word.startswith("-")), "")
    if command not in COMMANDS and (actions := _actions_called(command)):
        output.note(f"Did you mean: {', '.join(actions)}?")
    conditions = [word for word in words[1:] if re.fullmatch(r"-?\w+(:|[<>=]).+", word)]
    if words[0] == "runs" and conditions and "--filter" not in words:
        output.note(f"To filter runs: mnist-studio runs --filter '{' '.join(conditions)}'")


def _actions_called(word: str) -> list[str]:
    """The commands that have an action of this name, such as ``mnist-studio runs export``."""
    found = []
    for top in build(COMMANDS)._actions:
        if isinstance(top, argparse._SubParsersAction):
            for name, parser in top.choices.items():
                for inner in parser._actions:
                    if isinstance(inner, argparse._SubParsersAction) and word in [*inner.choices]:
                        found.append(f"mnist-studio {name} {word}")
    return found


class _Parser(argparse.ArgumentParser):
    """A parser that does not lose its help where standard output cannot be written."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is sys.stdout:
            output.block(message)
        else:
            # Words of the command line are repeated in it.
            text = printable_lines(message)
            super()._print_message(output.fitted(text, file) if file else text, file)

    def format_usage(self) -> str:
        """The usage; on a narrow terminal, its lines are not indented by the command."""
        return self._folded(super().format_usage())

    def format_help(self) -> str:
        """The help, with the same usage."""
        usage = super().format_usage()
        return super().format_help().replace(usage, self._folded(usage), 1)

    def _folded(self, usage: str) -> str:
        columns = shutil.get_terminal_size().columns
        if columns >= output.NARROW:
            return usage
        # An option and its value stay together.
        whole = re.sub(
            r"\[[^\[\]]*\]", lambda it: it[0].replace(" ", "\0"), " ".join(usage.split())
        )
        lines = textwrap.wrap(whole, columns - 2, subsequent_indent="  ", break_on_hyphens=False)
        return "\n".join(lines).replace("\0", " ") + "\n"


def _is_dashed_file(word: str) -> bool:
    """Whether a word may be a file whose name begins with a dash, and not a number."""
    if not re.fullmatch(r"-[^-].*", word) or re.fullmatch(r"-[\d.]+(e[+-]?\d+)?", word):
        return False
    return "." in word or os.path.lexists(word)


def build(named: Collection[str]) -> argparse.ArgumentParser:
    """The parser with all commands; those among ``named`` with their arguments."""
    parser = _Parser(
        prog="mnist-studio",
        description="One network, three frameworks, compared fairly.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"MNIST Studio {__version__}")
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="print only results and errors: no progress and no notes",
    )
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
            subparser.add_argument(
                "--quiet",
                action="store_true",
                default=argparse.SUPPRESS,
                help="print only results and errors: no progress and no notes",
            )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Runs a parsed command and returns its exit code; errors go to standard error."""
    output.quiet = arguments.quiet
    try:
        command = import_command(arguments.command)
        if arguments.command != "completion":  # It answers a press of a key.
            _load_yours()
        code: int = command.run(arguments)
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


def _load_yours() -> None:
    """Makes your own recipes and datasets known to every command. Others are only reported."""
    if paths.own_recipes().exists() or paths.own_datasets().exists():
        from mnist_studio.store import own_recipes

        for problem in own_recipes.load_all_yours():
            output.note(str(problem))


def _unwritten(error: OutputError) -> int:
    """Ends after an error of standard output. A reader such as ``head`` may leave at any time."""
    output.give_up()
    if not error.closed:
        output.error(str(error))
    return FAILED


def import_command(name: str) -> ModuleType:
    """The module of a command.

    Raises:
        FrameworkBroken: a package that it needs cannot be imported.
    """
    if name == "doctor":
        # An import may even end its process, and this command is there to say so.
        preflight.check()
    return preflight.imported(f"mnist_studio.cli.{COMMANDS[name].module}")


def _sentence(command: CommandEntry) -> str:
    return f"{command.help[0].upper()}{command.help[1:]}."
