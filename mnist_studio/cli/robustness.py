"""``mnist-studio robustness``: the accuracy of trained models on corrupted test images."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress

from mnist_studio.cli import options, output
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.formatting import count, percent
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.robustness import FEW, RobustnessResult, robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.rows import Run


@dataclass(frozen=True)
class RobustnessLine:
    """One model's curves in JSON."""

    run: str
    recipe: str
    framework: str
    engine: str
    images: int
    accuracy: float
    curves: tuple[RobustnessCurve, ...]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = "Results are computed once and stored."
    parser.add_argument(
        "run", nargs="+", metavar="RUN", help="ID of a run, or its first characters"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"use all test images (default: the first {count(FEW)})",
    )
    options.add_data(parser)
    options.add_json(parser, "one model per line")


def run(arguments: Namespace) -> int:
    """Evaluates; 1 if a model could not be used."""
    runs = [model for name in dict.fromkeys(arguments.run) for model in options.trained(name)]
    succeeded = True
    with _bar(hidden=arguments.json) as bar:
        task = bar.add_task("Robustness", total=1.0)
        results = robustness(
            runs,
            None if arguments.all else FEW,
            arguments.data,
            on_progress=lambda fraction: bar.update(task, completed=fraction),
        )
        for result in results:
            succeeded &= _write(result, arguments.json)
    return 0 if succeeded else 1


@contextmanager
def _bar(hidden: bool) -> Iterator[Progress]:
    """A temporary bar on standard error, so that it does not mix with the result."""
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, redirect_stdout=False,
        disable=hidden or not console.is_terminal,
    ) as bar:  # fmt: skip
        yield bar


def _write(result: RobustnessResult, json: bool) -> bool:
    """Writes a model's scores; whether it has any."""
    model, found = result.run, result.robustness
    if found is None:
        output.error(f"{model.name}: {result.problem}")
        return False
    if json:
        spec = model.spec
        names = model.id, spec.recipe, spec.framework, found.engine
        output.json_line(RobustnessLine(*names, found.digits, found.accuracy, found.curves))
    else:
        _write_table(model, found, result.cached)
    return True


def _write_table(model: Run, found: Robustness, stored: bool) -> None:
    images = f"the first {count(FEW)}" if found.digits == FEW else f"all {count(found.digits)}"
    engine = "" if found.engine == model.spec.framework else f" in {framework_title(found.engine)}"
    before = "  (stored result)" if stored else ""
    output.line(f"{model.name}  {model.id}{before}")
    output.line(f"{percent(found.accuracy)} accuracy on {images} clean test images{engine}")
    output.table(
        ("Corruption", "Unit", "Weakest", "2", "3", "4", "Strongest"),
        [_row(curve) for curve in found.curves],
        right=range(2, 7),
    )


def _row(curve: RobustnessCurve) -> tuple[str, ...]:
    known = CORRUPTIONS[curve.kind]
    scores = zip(curve.strengths, curve.accuracies, strict=True)
    return (known.title, known.unit, *(f"{s:g}: {percent(a)}" for s, a in scores))
