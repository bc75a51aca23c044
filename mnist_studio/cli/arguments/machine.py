"""Arguments of what is about this computer: doctor, python, selftest."""

import argparse

from mnist_studio.cli.arguments import common
from mnist_studio.cli.arguments.common import Commands


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Adds these commands."""
    common.json(commands.add_parser("doctor", help="tell what works here and what does not"))
    _python(commands)
    _selftest(commands)


def _python(commands: "Commands[argparse.ArgumentParser]") -> None:
    python = commands.add_parser(
        "python",
        help="let a framework compute in another Python",
        epilog="Such as one of an environment with a build of the framework for your GPU.",
    )
    python.add_argument("framework", nargs="?", metavar="NAME", help="pytorch or keras")
    chosen = python.add_mutually_exclusive_group()
    chosen.add_argument("python", nargs="?", metavar="PYTHON", help="program of that Python")
    chosen.add_argument("--own", action="store_true", help="the studio's own again")
    common.json(python, "one framework a line")


def _selftest(commands: "Commands[argparse.ArgumentParser]") -> None:
    selftest = commands.add_parser(
        "selftest",
        help="try whether everything works here",
        epilog="It takes about a minute. What it makes is thrown away.",
    )
    common.json(selftest, "one thing that was tried a line")
