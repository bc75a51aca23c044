"""``mnist-studio manual``: the manual page of the program, made from its parser."""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from mnist_studio import __version__, paths
from mnist_studio.cli import output
from mnist_studio.cli.completion import PROGRAM

VARIABLES = {
    "MNIST_STUDIO_HOME": "Folder for runs, settings, and your images, instead of the default one.",
    "MNIST_STUDIO_DATA": "Folder with the MNIST files.",
    "MNIST_STUDIO_MODELS": "Folder with trained models, instead of the bundled ones.",
}

EXIT_CODES = {0: "Success.", 1: "Failure.", 2: "Wrong usage.", 130: "Interrupted."}


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = (
        "To read it: mnist-studio manual | man -l -. To install it: "
        "mnist-studio manual > ~/.local/share/man/man1/mnist-studio.1"
    )


def run(arguments: Namespace) -> int:
    """Prints the manual page."""
    # Imported here, since the module of all commands names this one.
    from mnist_studio.cli import commands

    output.document("\n".join(page(commands.build(commands.COMMANDS))) + "\n")
    return 0


def page(parser: ArgumentParser) -> Iterator[str]:
    """The lines of the page, in the language of man."""
    yield f'.TH {PROGRAM.upper()} 1 "" "MNIST Studio {__version__}" "User Commands"'
    yield f".SH NAME\n{_text(PROGRAM)} \\- {_text(parser.description or '').rstrip('.')}"
    yield f".SH SYNOPSIS\n.B {_text(PROGRAM)}\n[\\fIoptions\\fR] [\\fICOMMAND\\fR]"
    yield f".SH DESCRIPTION\n{_text(parser.epilog or '')}"
    yield ".SH OPTIONS"
    yield from _arguments(parser)
    yield ".SH COMMANDS"
    yield from _commands(parser)
    yield ".SH ENVIRONMENT"
    for name, meaning in VARIABLES.items():
        yield f".TP\n.B {name}\n{_text(meaning)}"
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES.items():
        yield f".TP\n.B {code}\n{meaning}"


def _commands(parser: ArgumentParser) -> Iterator[str]:
    """Every command below a parser with its arguments, and the commands below that."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        for inner in dict.fromkeys(action.choices.values()):
            yield f".SS {_text(inner.prog)}"
            for text in (inner.description, inner.epilog):
                if text:
                    yield f".PP\n{_text(text)}"
            yield from _arguments(inner)
            yield from _commands(inner)


def _arguments(parser: ArgumentParser) -> Iterator[str]:
    formatter = parser._get_formatter()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        name = formatter._format_action_invocation(action)
        meaning = formatter._expand_help(action) if action.help else ""
        yield f".TP\n.B {_text(name)}\n{_text(meaning)}"


def _text(text: str) -> str:
    """Text in which no character has a meaning of its own, not even at the start of a line.

    The page is the same on every computer, so it names no folder of this one.
    """
    anywhere = text.replace(str(paths.home()), "$MNIST_STUDIO_HOME")
    flat = " ".join(anywhere.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{flat}" if flat[:1] in (".", "'") else flat
