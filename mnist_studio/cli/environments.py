"""``mnist-studio python``: which Python computes for which framework."""

import sys
from argparse import Namespace
from dataclasses import dataclass

from mnist_studio import paths
from mnist_studio.cli import output
from mnist_studio.errors import UsageError
from mnist_studio.frameworks import registry
from mnist_studio.workers import environments


@dataclass(frozen=True)
class EnvironmentLine:
    """What computes for a framework.

    Attributes:
        framework: its name.
        python: the program of another Python; empty for the studio's own.
        version: of the framework there; None where it is not installed.
    """

    framework: str
    python: str
    version: str | None


def run(arguments: Namespace) -> int:
    """Chooses or forgets a Python where one is named, and lists them all."""
    if arguments.own and not arguments.framework:
        raise UsageError("No framework was named.", "Name pytorch or keras.")
    if arguments.own:
        environments.forget(arguments.framework)
    elif arguments.python:
        environments.choose(arguments.framework, arguments.python)
    names = [arguments.framework] if arguments.framework else list(registry.ENTRIES)
    found = [EnvironmentLine(name, registry.python(name), registry.version(name)) for name in names]
    if arguments.json:
        for one in found:
            output.json_line(one)
        return 0
    own = "this program" if paths.frozen() else sys.executable
    output.table(
        ("Framework", "Version", "Python"),
        [(registry.framework_title(one.framework), one.version or "–", one.python or own)
         for one in found],
    )  # fmt: skip
    return 0
