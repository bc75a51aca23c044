"""Arguments of runs and sets of them: runs, experiment, compare, parity."""

import argparse
from pathlib import Path

from mnist_studio.cli.arguments import common
from mnist_studio.cli.arguments.common import Commands


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Adds these commands."""
    _runs(commands)
    _experiment(commands)
    _compare(commands)
    _parity(commands)


def _runs(commands: "Commands[argparse.ArgumentParser]") -> None:
    runs = commands.add_parser("runs", help="list, show, continue, rename, export or delete runs")
    common.json(runs, "one run a line")
    actions = runs.add_subparsers(dest="action", metavar="ACTION")
    common.json_too(
        actions.add_parser("list", help="list the runs, as without an action"), "one a line"
    )
    common.json_too(_of_run(actions, "show", "tell where its time went"), "one line")
    _continue(actions)
    rename = _of_run(actions, "rename", "give it another title")
    rename.add_argument("title", metavar="TITLE")
    export = _of_run(actions, "export", "write its weights")
    export.add_argument("path", type=Path, metavar="FILE", help=".safetensors, .pt, .keras or .npz")
    settings = _of_run(actions, "settings", "print or save what it was trained by")
    settings.add_argument("--output", type=Path, metavar="FILE", help="such as run.toml")
    _of_run(actions, "delete", "delete it with all that it left")


def _continue(actions: "Commands[argparse.ArgumentParser]") -> None:
    onward = _of_run(actions, "continue", "go on from the last checkpoint")
    common.data(onward, "folder with MNIST, as before")
    onward.add_argument(
        "--framework", metavar="NAME", help="as a new run in numpy, pytorch or keras, same curve"
    )
    onward.add_argument("--epochs", type=int, metavar="N", help="of the whole curve; as a new run")
    common.json_too(onward, "one event a line")


def _of_run(
    actions: "Commands[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    """An action on one run."""
    return common.run_id(actions.add_parser(name, help=does))


def _experiment(commands: "Commands[argparse.ArgumentParser]") -> None:
    experiment = commands.add_parser(
        "experiment",
        help="train a set of runs",
        epilog="An experiment that was interrupted goes on where it was.",
    )
    experiment.add_argument(
        "experiment", nargs="?", metavar="NAME|FILE", help="ready-made, or a .toml file"
    )
    experiment.add_argument("--list", action="store_true", help="list the ready-made experiments")
    experiment.add_argument(
        "--write", type=Path, metavar="FILE", help="save its text there; run nothing"
    )
    experiment.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="trainings at a time; with more than 1 no clock is honest",
    )
    experiment.add_argument(
        "--executor", metavar="URL", help="dask://HOST:PORT; this machine if none"
    )
    common.data(experiment)
    experiment.add_argument(
        "--yes", action="store_true", help="run a huge experiment without being asked"
    )
    common.json(experiment, "one event a line")


def _compare(commands: "Commands[argparse.ArgumentParser]") -> None:
    compare = commands.add_parser(
        "compare",
        help="which is better, which is faster, and is the difference real",
        epilog="Without --view: accuracies, clocks and verdicts.",
    )
    compare.add_argument("runs", nargs="*", metavar="RUN", help="the start of its id is enough")
    compare.add_argument(
        "--experiment",
        metavar="NAME",
        help="all runs of an experiment: ready-made name, title or id",
    )
    _views(compare)
    common.own_digits(compare, "views of predictions on your own digits, not on the test digits")
    compare.add_argument("--question", default="", metavar="TEXT", help="that heads the report")
    compare.add_argument("--report", type=Path, metavar="FILE", help=".html or .pdf: all views")
    compare.add_argument(
        "--export", type=Path, metavar="FOLDER", help="every view as PNG, SVG and CSV"
    )
    common.data(compare)
    common.json(compare, "one view a line")


def _views(compare: argparse.ArgumentParser) -> None:
    compare.add_argument(
        "--view", action="append", default=[], metavar="NAME", help="once for each; or all"
    )
    compare.add_argument(
        "--axis", default="epochs", metavar="NAME", help="of curves: epochs, steps or seconds"
    )
    compare.add_argument("--target", type=float, metavar="X", help="accuracy to be reached (.97)")
    compare.add_argument(
        "--threshold", type=float, metavar="X", help="smallest difference that matters (.001)"
    )


def _parity(commands: "Commands[argparse.ArgumentParser]") -> None:
    parity = commands.add_parser("parity", help="prove that the frameworks learn alike")
    parity.add_argument("recipe", nargs="?", metavar="RECIPE", help="see: mnist-studio recipes")
    parity.add_argument(
        "--differences",
        action="store_true",
        help="list what the frameworks do differently by default and how it is pinned",
    )
    parity.add_argument(
        "--framework",
        action="append",
        default=[],
        metavar="NAME",
        help="pytorch or keras, to be compared with numpy; all that are installed if none",
    )
    parity.add_argument("--precision", metavar="NAME", help="float64 or float32; both if none")
    parity.add_argument(
        "--device", metavar="NAME", default="cpu", help="where they compute, NumPy on the CPU (cpu)"
    )
    common.data(parity)
    common.known_bugs(parity)
    common.json(parity, "one report")
