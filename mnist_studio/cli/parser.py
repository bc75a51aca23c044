"""What the command line understands. Imports nothing heavy: the window starts through it too."""

import argparse
from collections.abc import Sequence

from mnist_studio import __version__
from mnist_studio.cli.arguments import answering, comparing, machine, training

EPILOGUE = """Without a command the window opens. Exit codes: 0 done, 1 failed, 2 wrong usage,
130 interrupted. MNIST_STUDIO_HOME moves what the studio keeps, MNIST_STUDIO_DATA names a folder
with MNIST."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as values; leaves with exit code 2 and a message if they make no sense."""
    return build().parse_args(arguments)


def build() -> argparse.ArgumentParser:
    """The parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="mnist-studio",
        description="One network, three frameworks, compared fairly.",
        epilog=EPILOGUE,
    )
    parser.add_argument("--version", action="version", version=f"MNIST Studio {__version__}")
    parser.add_argument(
        "--until-usable",
        action="store_true",
        help="close the window as soon as it can be worked with, and tell how long that took",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for theme in (training, answering, comparing, machine):
        theme.add(commands)
    return parser
