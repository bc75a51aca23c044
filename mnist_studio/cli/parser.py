"""What the command line understands. Imports nothing heavy: the window starts through it too."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mnist_studio import __version__

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
    _recipes(commands)
    _train(commands)
    _code(commands)
    _predict(commands)
    _explain(commands)
    _evaluate(commands)
    _digits(commands)
    _robustness(commands)
    _runs(commands)
    _study(commands)
    _compare(commands)
    _parity(commands)
    _doctor(commands)
    _python(commands)
    _selftest(commands)
    return parser


Commands = argparse._SubParsersAction


def _recipes(commands: "Commands[argparse.ArgumentParser]") -> None:
    known = commands.add_parser("recipes", help="list what can be trained")
    what = known.add_mutually_exclusive_group()
    what.add_argument("recipe", nargs="?", metavar="RECIPE", help="tell all of this one")
    what.add_argument("--faults", action="store_true", help="list the faults of the sources")
    _json(known)


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
    digits.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    digits.add_argument("--dataset", metavar="NAME", help="mnist or builtin")
    train.add_argument("--epochs", type=int, metavar="N", help="passes over the digits")
    train.add_argument("--batch-size", type=int, metavar="N", help="digits a step, 1 to 60,000")
    train.add_argument("--learning-rate", type=float, metavar="X", help="of the optimiser")
    train.add_argument("--seed", type=int, metavar="N", help="of every random number")
    train.add_argument("--validation", type=int, metavar="N", help="training digits kept apart")
    train.add_argument("--precision", metavar="NAME", help="float32, float64 or bfloat16")
    _own_digits(train, "learn from your own digits, too; see: mnist-studio digits")
    _faults(train)
    train.add_argument(
        "--as-written",
        action="store_true",
        help="run the framework's own script, see: mnist-studio code",
    )
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
    _json(train, "one event a line")


def _code(commands: "Commands[argparse.ArgumentParser]") -> None:
    code = commands.add_parser("code", help="show a recipe as a framework's own script")
    code.add_argument("recipe", metavar="RECIPE", help="see: mnist-studio recipes")
    code.add_argument(
        "--framework", metavar="NAME", help="numpy, pytorch or keras; the recipe's own if none"
    )
    _faults(code)
    code.add_argument("--notebook", action="store_true", help="as a Jupyter notebook")
    code.add_argument("--output", type=Path, metavar="FILE", help="save it there; else it is shown")


def _faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="of the sources, to see what it costs; list: mnist-studio recipes --faults",
    )
    parser.add_argument(
        "--as-published", action="store_true", help="with all faults that the recipe's source has"
    )


def _predict(commands: "Commands[argparse.ArgumentParser]") -> None:
    predict = commands.add_parser(
        "predict", help="answer pictures of digits or numbers, or a test digit, with trained models"
    )
    asked = predict.add_mutually_exclusive_group(required=True)
    asked.add_argument("images", nargs="*", default=[], type=Path, metavar="IMAGE")
    asked.add_argument("--index", type=int, metavar="N", help="a test digit, from 0")
    asked.add_argument("--random", action="store_true", help="any test digit")
    predict.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    _run(predict)
    _json(predict, "one answer a line")


def _explain(commands: "Commands[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser("explain", help="tell why a trained model answers a digit so")
    _run_id(explain)
    digit = explain.add_mutually_exclusive_group(required=True)
    digit.add_argument("picture", nargs="?", type=Path, metavar="PICTURE", help="of a digit")
    digit.add_argument("--index", type=int, metavar="N", help="a test digit, from 0")
    explain.add_argument("--target", type=int, metavar="D", help="what it shall be changed into")
    explain.add_argument(
        "--manner", default="pen", choices=("pen", "smallest"), help="of the change (pen)"
    )
    explain.add_argument(
        "--metric", default="euclidean", choices=("euclidean", "cosine"),
        help="of the nearest training digits (euclidean)",
    )  # fmt: skip
    explain.add_argument(
        "--steps", action="store_true",
        help="NumPy's way through the network and one training step, with its numbers",
    )  # fmt: skip
    explain.add_argument(
        "--export", type=Path, metavar="FOLDER", help="every array of that step as CSV"
    )
    explain.add_argument("--teach", type=int, metavar="D", help="label of that step; its answer")
    explain.add_argument("--rate", type=float, metavar="X", help="of that step; the optimiser's")
    explain.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    _json(explain, "one line")


def _evaluate(commands: "Commands[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser("evaluate", help="score trained models on other digits")
    source = evaluate.add_mutually_exclusive_group(required=True)
    source.add_argument("--idx", type=Path, metavar="DIR", help="folder with IDX test files")
    source.add_argument("--pen-digits", type=Path, metavar="FILE", help="UNIPEN pen strokes")
    evaluate.add_argument(
        "--stages", action="store_true",
        help="pen strokes merely shrunk, in the box, centred by mass, and with MNIST's pen",
    )  # fmt: skip
    _run(evaluate)
    _json(evaluate, "one model a line")


def _digits(commands: "Commands[argparse.ArgumentParser]") -> None:
    digits = commands.add_parser(
        "digits",
        help="list, add, relabel, export or import your own digits, or score models on them",
    )
    _json(digits, "one digit a line")
    actions = digits.add_subparsers(dest="action", metavar="ACTION")
    _json_too(actions.add_parser("list", help="list them, as without an action"), "one a line")
    add = actions.add_parser("add", help="add pictures of one digit")
    add.add_argument("label", type=int, metavar="D", help="what they are, 0 to 9")
    add.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    relabel = actions.add_parser("relabel", help="give a digit another label")
    relabel.add_argument("id", metavar="ID", help="the start of it is enough")
    relabel.add_argument("label", type=int, choices=range(10), metavar="D", help="0 to 9")
    delete = actions.add_parser("delete", help="delete digits")
    delete.add_argument("id", nargs="+", metavar="ID", help="the start of it is enough")
    for name, does in (
        ("export", "write all to one file, strokes and all"),
        ("import", "add those of such a file that are not here yet"),
    ):
        actions.add_parser(name, help=does).add_argument("file", type=Path, metavar="FILE")
    evaluate = actions.add_parser("evaluate", help="score trained models on them")
    _run(evaluate)
    _json_too(evaluate, "one model a line")


def _own_digits(parser: argparse.ArgumentParser, does: str) -> None:
    parser.add_argument("--own-digits", action="store_true", help=does)


def _robustness(commands: "Commands[argparse.ArgumentParser]") -> None:
    robustness = commands.add_parser(
        "robustness",
        help="score trained models on digits made harder",
        epilog="Answered are the first 2,000 test digits. What was computed once is kept.",
    )
    robustness.add_argument("run", nargs="+", metavar="RUN", help="the start of its id is enough")
    robustness.add_argument("--all", action="store_true", help="all test digits, not 2,000 of them")
    robustness.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    _json(robustness, "one model a line")


def _runs(commands: "Commands[argparse.ArgumentParser]") -> None:
    runs = commands.add_parser("runs", help="list, show, continue, rename, export or delete runs")
    _json(runs, "one run a line")
    actions = runs.add_subparsers(dest="action", metavar="ACTION")
    _json_too(actions.add_parser("list", help="list the runs, as without an action"), "one a line")
    _json_too(_run_id(actions.add_parser("show", help="tell where its time went")), "one line")
    onward = _run_id(actions.add_parser("continue", help="go on from the last checkpoint"))
    onward.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST, as before")
    onward.add_argument(
        "--framework", metavar="NAME", help="as a new run in numpy, pytorch or keras, same curve"
    )
    onward.add_argument("--epochs", type=int, metavar="N", help="of the whole curve; as a new run")
    _json_too(onward, "one event a line")
    rename = _run_id(actions.add_parser("rename", help="give it another title"))
    rename.add_argument("title", metavar="TITLE")
    export = _run_id(actions.add_parser("export", help="write its weights"))
    export.add_argument("path", type=Path, metavar="FILE", help=".safetensors, .pt, .keras or .npz")
    settings = _run_id(actions.add_parser("settings", help="print or save what it was trained by"))
    settings.add_argument("--output", type=Path, metavar="FILE", help="such as run.toml")
    _run_id(actions.add_parser("delete", help="delete it with all that it left"))


def _study(commands: "Commands[argparse.ArgumentParser]") -> None:
    study = commands.add_parser(
        "study",
        help="train a set of runs",
        epilog="A study that was interrupted goes on where it was.",
    )
    study.add_argument("study", nargs="?", metavar="NAME|FILE", help="ready-made, or a .toml file")
    study.add_argument("--list", action="store_true", help="list the ready-made studies")
    study.add_argument(
        "--write", type=Path, metavar="FILE", help="save its text there; run nothing"
    )
    study.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="trainings at a time; with more than 1 no clock is honest",
    )
    study.add_argument("--executor", metavar="URL", help="dask://HOST:PORT; this machine if none")
    study.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    study.add_argument("--yes", action="store_true", help="run a huge study without being asked")
    _json(study, "one event a line")


def _compare(commands: "Commands[argparse.ArgumentParser]") -> None:
    compare = commands.add_parser(
        "compare",
        help="which is better, which is faster, and is the difference real",
        epilog="Without --view: accuracies, clocks and verdicts.",
    )
    compare.add_argument("runs", nargs="*", metavar="RUN", help="the start of its id is enough")
    compare.add_argument(
        "--study", metavar="NAME", help="all runs of a study: ready-made name, title or id"
    )
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
    _own_digits(compare, "views of predictions on your own digits, not on the test digits")
    compare.add_argument("--question", default="", metavar="TEXT", help="that heads the report")
    compare.add_argument("--report", type=Path, metavar="FILE", help=".html or .pdf: all views")
    compare.add_argument(
        "--export", type=Path, metavar="FOLDER", help="every view as PNG, SVG and CSV"
    )
    compare.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    _json(compare, "one view a line")


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
    parity.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parity.add_argument("--fault", action="append", default=[], metavar="NAME", help="as of train")
    parity.add_argument("--as-published", action="store_true", help="as of train")
    _json(parity, "one report")


def _doctor(commands: "Commands[argparse.ArgumentParser]") -> None:
    _json(commands.add_parser("doctor", help="tell what works here and what does not"))


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
    _json(python, "one framework a line")


def _selftest(commands: "Commands[argparse.ArgumentParser]") -> None:
    selftest = commands.add_parser(
        "selftest",
        help="try whether everything works here",
        epilog="It takes about a minute. What it makes is thrown away.",
    )
    _json(selftest, "one thing that was tried a line")


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", metavar="ID", help="one run only; the start of its id is enough")


def _run_id(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("run", metavar="ID", help="the start of it is enough")
    return parser


def _json(parser: argparse.ArgumentParser, what: str = "for programs") -> None:
    parser.add_argument("--json", action="store_true", help=f"JSON lines: {what}")


def _json_too(parser: argparse.ArgumentParser, what: str) -> None:
    """The same once more behind an action; its default must not undo what stood before it."""
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help=f"JSON lines: {what}"
    )
