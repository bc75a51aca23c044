"""``mnist-studio robustness``: trained models scored on digits that were made harder."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress

from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import models, output
from mnist_studio.data.pipeline.corruptions import CORRUPTIONS
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.robustness import FEW, Outcome, robustness
from mnist_studio.store.robustness import Robustness, RobustnessCurve
from mnist_studio.store.rows import Run


@dataclass(frozen=True)
class RobustnessLine:
    """One model's curves, as JSON tells them."""

    run: str
    recipe: str
    framework: str
    engine: str
    digits: int
    accuracy: float
    curves: tuple[RobustnessCurve, ...]


def run(arguments: Namespace) -> int:
    """Scores; 1 if a model could not be used."""
    runs = [model for name in dict.fromkeys(arguments.run) for model in models.trained(name)]
    good = True
    with _bar(hidden=arguments.json) as bar:
        task = bar.add_task("Robustness", total=1.0)
        outcomes = robustness(
            runs,
            None if arguments.all else FEW,
            arguments.data,
            progress=lambda fraction: bar.update(task, completed=fraction),
        )
        for outcome in outcomes:
            good &= _tell(outcome, arguments.json)
    return 0 if good else 1


@contextmanager
def _bar(hidden: bool) -> Iterator[Progress]:
    """On standard error, where it does not disturb a pipe, and gone when all is told."""
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, redirect_stdout=False,
        disable=hidden or not console.is_terminal,
    ) as bar:  # fmt: skip
        yield bar


def _tell(outcome: Outcome, json: bool) -> bool:
    """Tells a model's scores; whether it has any."""
    model, found = outcome.run, outcome.robustness
    if found is None:
        output.complain(f"{titled(model.title, model.spec)}: {outcome.problem}")
        return False
    if json:
        spec = model.spec
        whose = model.id, spec.recipe, spec.framework, found.engine
        output.json_line(RobustnessLine(*whose, found.digits, found.accuracy, found.curves))
    else:
        _show(model, found, outcome.kept)
    return True


def _show(model: Run, found: Robustness, kept: bool) -> None:
    several = f"the first {FEW:,}" if found.digits == FEW else f"all {found.digits:,}"
    answered = (
        "" if found.engine == model.spec.framework else f", by {framework_title(found.engine)}"
    )
    output.line(
        f"{titled(model.title, model.spec)}  {model.id}{'  (computed before)' if kept else ''}"
    )
    output.line(f"{output.percent(found.accuracy)} of {several} test digits as they are{answered}")
    output.table(
        ("Made harder by", "Unit", *("weakest", "2", "3", "4", "strongest")),
        [_row(curve) for curve in found.curves],
        right=range(2, 7),
    )


def _row(curve: RobustnessCurve) -> tuple[str, ...]:
    known = CORRUPTIONS[curve.kind]
    scores = zip(curve.strengths, curve.accuracies, strict=True)
    return (known.title, known.unit, *(f"{s:g}: {output.percent(a)}" for s, a in scores))
