"""``mnist-studio version``: this version, and the newest one."""

from argparse import ArgumentParser, Namespace

import msgspec

from mnist_studio import __version__, newer_version
from mnist_studio.cli import options, output


class Versions(msgspec.Struct, frozen=True):
    """The answer in JSON.

    Attributes:
        version: of this copy.
        newest: that is published; None if it was not requested or is unknown.
        page: of a version that is newer than this copy; empty for none.
    """

    version: str
    newest: str | None
    page: str


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    options.add_json(parser, "the versions")
    parser.add_argument(
        "--check",
        action="store_true",
        help="look for a newer version, with one HTTPS request that does not identify you",
    )


def run(arguments: Namespace) -> int:
    """Prints the versions."""
    newest = newer_version.request(lambda: False).version if arguments.check else ""
    newer = newer_version.is_newer(newest)
    page = newer_version.release_page(newest) if newer else ""
    if arguments.json:
        output.json_line(Versions(__version__, newest or None, page))
        return 0
    output.line(f"MNIST Studio {__version__}")
    if newer:
        output.line(f"Version {newest} is available: {page}")
    elif arguments.check:
        output.line("This is the newest version." if newest else "No final version is published.")
    return 0
