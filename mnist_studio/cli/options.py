"""Arguments that several commands take."""

import argparse
from pathlib import Path

Actions = argparse._SubParsersAction
"""Where the actions of a command are added."""


def add_data(parser: argparse._ActionsContainer) -> None:
    """Adds the folder with MNIST."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder with the MNIST files (default: the downloaded ones)",
    )


def add_run_filter(parser: argparse.ArgumentParser) -> None:
    """Adds the choice of one run instead of all."""
    parser.add_argument(
        "--run", metavar="ID", help="ID of a run, or its first characters (default: all runs)"
    )


def add_run(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds the run that the command is about, and returns the parser."""
    parser.add_argument("run", metavar="ID", help="ID of the run, or its first characters")
    return parser


def add_index(parser: argparse._ActionsContainer) -> None:
    """Adds a test image by its number."""
    parser.add_argument("--index", type=int, metavar="N", help="number of a test image, from 0")


def add_own_images(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Adds the use of the user's own images."""
    parser.add_argument("--own-images", action="store_true", help=help_text)


def add_framework(parser: argparse.ArgumentParser, choices: str) -> None:
    """Adds the framework that computes, by default the recipe's."""
    parser.add_argument(
        "--framework", metavar="NAME", help=f"{choices} (default: the recipe's framework)"
    )


def add_known_bugs(parser: argparse.ArgumentParser) -> None:
    """Adds known bugs to switch on."""
    parser.add_argument(
        "--known-bug",
        action="append",
        default=[],
        metavar="NAME",
        help="known bug to switch on; can be repeated; see: recipes --known-bugs",
    )
    parser.add_argument(
        "--with-source-bugs",
        action="store_true",
        help="switch on all known bugs of the recipe's source",
    )


def add_json(parser: argparse.ArgumentParser, content: str) -> None:
    """Adds JSON lines as the output, for a command without actions or before its action."""
    parser.add_argument("--json", action="store_true", help=f"print JSON lines: {content}")


def add_action_json(parser: argparse.ArgumentParser, content: str) -> None:
    """Adds JSON lines to an action; its default must not undo the option before the action."""
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help=f"print JSON lines: {content}",
    )
