"""Arguments of what is trained: recipes, train, code."""

import argparse
from pathlib import Path

from mnist_studio.cli.arguments import common
from mnist_studio.cli.arguments.common import Commands


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Adds these commands."""
    _recipes(commands)
    _train(commands)
    _code(commands)


def _recipes(commands: "Commands[argparse.ArgumentParser]") -> None:
    known = commands.add_parser("recipes", help="list what can be trained")
    what = known.add_mutually_exclusive_group()
    what.add_argument("recipe", nargs="?", metavar="RECIPE", help="tell all of this one")
    what.add_argument("--known-bugs", action="store_true", help="list the faults of the sources")
    common.json(known)


def _train(commands: "Commands[argparse.ArgumentParser]") -> None:
    train = commands.add_parser(
        "train", help="train a recipe", epilog="What is not given is as the recipe has it."
    )
    train.add_argument(
        "recipe",
        metavar="RECIPE|FILE",
        help="see: mnist-studio recipes; or a .toml file, which says everything itself",
    )
    train.add_argument(
        "--framework", metavar="NAME", help="numpy, pytorch, keras or all; the recipe's own if none"
    )
    digits = train.add_mutually_exclusive_group()
    common.data(digits)
    digits.add_argument("--dataset", metavar="NAME", help="mnist or builtin")
    _changes(train)
    common.own_digits(train, "learn from your own digits, too; see: mnist-studio digits")
    common.known_bugs(train)
    train.add_argument(
        "--native",
        action="store_true",
        help="run the framework's own script, see: mnist-studio code",
    )
    _machine(train)
    common.json(train, "one event a line")


def _changes(train: argparse.ArgumentParser) -> None:
    """What shall be other than the recipe has it."""
    train.add_argument("--epochs", type=int, metavar="N", help="passes over the digits")
    train.add_argument("--batch-size", type=int, metavar="N", help="digits a step, 1 to 60,000")
    train.add_argument("--learning-rate", type=float, metavar="X", help="of the optimizer")
    train.add_argument("--seed", type=int, metavar="N", help="of every random number")
    train.add_argument("--validation", type=int, metavar="N", help="training digits kept apart")
    train.add_argument("--precision", metavar="NAME", help="float32, float64 or bfloat16")


def _machine(train: argparse.ArgumentParser) -> None:
    """Where it is computed."""
    train.add_argument(
        "--device", metavar="NAME", default="auto", help="auto, cpu, cuda or mps (auto)"
    )
    train.add_argument(
        "--threads",
        type=int,
        metavar="N",
        default=0,
        help="of the CPU; 0 leaves it to the framework",
    )


def _code(commands: "Commands[argparse.ArgumentParser]") -> None:
    code = commands.add_parser("code", help="show a recipe as a framework's own script")
    code.add_argument("recipe", metavar="RECIPE", help="see: mnist-studio recipes")
    code.add_argument(
        "--framework", metavar="NAME", help="numpy, pytorch or keras; the recipe's own if none"
    )
    common.known_bugs(code)
    code.add_argument("--notebook", action="store_true", help="as a Jupyter notebook")
    code.add_argument("--output", type=Path, metavar="FILE", help="save it there; else it is shown")
