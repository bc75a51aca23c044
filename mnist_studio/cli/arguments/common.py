"""Arguments that several commands take."""

import argparse
from pathlib import Path

Commands = argparse._SubParsersAction
"""Where commands, or actions of a command, are added."""


def data(parser: argparse._ActionsContainer, what: str = "folder with MNIST") -> None:
    """Where the digits are."""
    parser.add_argument("--data", type=Path, metavar="DIR", help=what)


def run(parser: argparse.ArgumentParser) -> None:
    """One run in place of all."""
    parser.add_argument("--run", metavar="ID", help="one run only; the start of its id is enough")


def run_id(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The run that it is about; gives the parser back."""
    parser.add_argument("run", metavar="ID", help="the start of it is enough")
    return parser


def index(group: argparse._ActionsContainer) -> None:
    """A test digit by its number."""
    group.add_argument("--index", type=int, metavar="N", help="a test digit, from 0")


def own_digits(parser: argparse.ArgumentParser, does: str) -> None:
    """The user's own digits."""
    parser.add_argument("--own-digits", action="store_true", help=does)


def known_bugs(parser: argparse.ArgumentParser) -> None:
    """Faults of the sources, switched on."""
    parser.add_argument(
        "--known-bug",
        action="append",
        default=[],
        metavar="NAME",
        help="of the sources, to see what it costs; list: mnist-studio recipes --known-bugs",
    )
    parser.add_argument(
        "--with-source-bugs",
        action="store_true",
        help="with the faults that the recipe's source has",
    )


def json(parser: argparse.ArgumentParser, what: str = "for programs") -> None:
    """Lines for programs in place of tables."""
    parser.add_argument("--json", action="store_true", help=f"JSON lines: {what}")


def json_too(parser: argparse.ArgumentParser, what: str) -> None:
    """The same once more behind an action; its default must not undo what stood before it."""
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help=f"JSON lines: {what}"
    )
