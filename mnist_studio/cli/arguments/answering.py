"""Arguments of asking trained models: predict, explain, evaluate, digits, robustness."""

import argparse
from pathlib import Path

from mnist_studio.cli.arguments import common
from mnist_studio.cli.arguments.common import Commands


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Adds these commands."""
    _predict(commands)
    _explain(commands)
    _evaluate(commands)
    _digits(commands)
    _robustness(commands)


def _predict(commands: "Commands[argparse.ArgumentParser]") -> None:
    predict = commands.add_parser(
        "predict", help="answer pictures of digits or numbers, or a test digit, with trained models"
    )
    asked = predict.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "images", nargs="*", default=[], type=Path, metavar="IMAGE", help="of a digit or a number"
    )
    common.index(asked)
    asked.add_argument("--random", action="store_true", help="any test digit")
    common.data(predict)
    common.run(predict)
    common.json(predict, "one answer a line")


def _explain(commands: "Commands[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser("explain", help="tell why a trained model answers a digit so")
    common.run_id(explain)
    digit = explain.add_mutually_exclusive_group(required=True)
    digit.add_argument("picture", nargs="?", type=Path, metavar="PICTURE", help="of a digit")
    common.index(digit)
    explain.add_argument("--target", type=int, metavar="D", help="what it shall be changed into")
    explain.add_argument(
        "--manner", default="pen", choices=("pen", "smallest"), help="of the change (pen)"
    )
    explain.add_argument(
        "--metric", default="euclidean", choices=("euclidean", "cosine"),
        help="of the nearest training digits (euclidean)",
    )  # fmt: skip
    _walk(explain)
    common.data(explain)
    common.json(explain, "one line")


def _walk(explain: argparse.ArgumentParser) -> None:
    """NumPy's way through the network."""
    explain.add_argument(
        "--steps", action="store_true",
        help="NumPy's way through the network and one training step, with its numbers",
    )  # fmt: skip
    explain.add_argument(
        "--export", type=Path, metavar="FOLDER", help="every array of that step as CSV"
    )
    explain.add_argument("--teach", type=int, metavar="D", help="label of that step; its answer")
    explain.add_argument("--rate", type=float, metavar="X", help="of that step; the optimizer's")


def _evaluate(commands: "Commands[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser("evaluate", help="score trained models on other digits")
    source = evaluate.add_mutually_exclusive_group(required=True)
    source.add_argument("--idx", type=Path, metavar="DIR", help="folder with IDX test files")
    source.add_argument("--pen-digits", type=Path, metavar="FILE", help="UNIPEN pen strokes")
    evaluate.add_argument(
        "--stages", action="store_true",
        help="pen strokes merely shrunk, in the box, centered by mass, and with MNIST's pen",
    )  # fmt: skip
    common.run(evaluate)
    common.json(evaluate, "one model a line")


def _digits(commands: "Commands[argparse.ArgumentParser]") -> None:
    digits = commands.add_parser(
        "digits",
        help="list, add, relabel, export or import your own digits, or score models on them",
    )
    common.json(digits, "one digit a line")
    actions = digits.add_subparsers(dest="action", metavar="ACTION")
    common.json_too(
        actions.add_parser("list", help="list them, as without an action"), "one a line"
    )
    _digits_changes(actions)
    for name, does in (
        ("export", "write all to one file, strokes and all"),
        ("import", "add those of such a file that are not here yet"),
    ):
        actions.add_parser(name, help=does).add_argument("file", type=Path, metavar="FILE")
    evaluate = actions.add_parser("evaluate", help="score trained models on them")
    common.run(evaluate)
    common.json_too(evaluate, "one model a line")


def _digits_changes(actions: "Commands[argparse.ArgumentParser]") -> None:
    add = actions.add_parser("add", help="add pictures of one digit")
    add.add_argument("label", type=int, metavar="D", help="what they are, 0 to 9")
    add.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="of one digit each")
    relabel = actions.add_parser("relabel", help="give a digit another label")
    relabel.add_argument("id", metavar="ID", help="the start of it is enough")
    relabel.add_argument("label", type=int, choices=range(10), metavar="D", help="0 to 9")
    delete = actions.add_parser("delete", help="delete digits")
    delete.add_argument("id", nargs="+", metavar="ID", help="the start of it is enough")


def _robustness(commands: "Commands[argparse.ArgumentParser]") -> None:
    robustness = commands.add_parser(
        "robustness",
        help="score trained models on digits made harder",
        epilog="Answered are the first 2,000 test digits. What was computed once is kept.",
    )
    robustness.add_argument("run", nargs="+", metavar="RUN", help="the start of its id is enough")
    robustness.add_argument("--all", action="store_true", help="all test digits, not 2,000 of them")
    common.data(robustness)
    common.json(robustness, "one model a line")
