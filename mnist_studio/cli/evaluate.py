"""``mnist-studio evaluate``: trained models scored on digits they were not trained on."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import models, output
from mnist_studio.data.datasets import pen_digits, sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink.rendering import PEN, WHOLE, Fitting, digit_image
from mnist_studio.data.ink.stages import STEPS
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.store.rows import Run


@dataclass(frozen=True)
class ScoreLine:
    """One model's accuracy, as JSON tells it."""

    run: str
    recipe: str
    framework: str
    accuracy: float
    digits: int


@dataclass(frozen=True)
class StageScoreLine:
    """One model's accuracy on drawings that went through ever more stages, as JSON tells it."""

    run: str
    recipe: str
    framework: str
    raw: float
    box: float
    mass: float
    width: float
    digits: int


def run(arguments: Namespace) -> int:
    """Scores; 1 if a model could not be used."""
    runs = models.trained(arguments.run)
    sets = _sets(arguments)
    if not all(map(len, sets)):
        raise DataError("There are no digits to score on.", "Choose another file or folder.")
    if len(sets) > 1 and not arguments.json:
        output.line("".join(f"{title:>18}" for _, title, _ in STEPS))
    good = True
    for evaluator, held in models.by_framework(runs, threads=0):
        for model in held:
            good &= _score(evaluator, model, sets, arguments.json)
    return 0 if good else 1


def drawn(path: Path, fitting: Fitting = WHOLE) -> LabeledImages:
    """Pen strokes as digit images, each through exactly the path of a drawing.

    Args:
        path: of the file.
        fitting: the stages of that path.

    Raises:
        DataError: the file cannot be read or is not of that format.
    """
    strokes = pen_digits.read(path)
    images = [digit_image(digit.ink, PEN, fitting, pen_digits.TABLET) for digit in strokes]
    labels = [digit.label for digit in strokes]
    return LabeledImages(
        np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8).reshape(-1)
    )


def _sets(arguments: Namespace) -> tuple[LabeledImages, ...]:
    """What is scored on: one set, or drawings after each of the stages."""
    if arguments.idx:
        return (sources.read_test_folder(arguments.idx),)
    if arguments.stages:
        return tuple(drawn(arguments.pen_digits, fitting) for _, _, fitting in STEPS)
    return (drawn(arguments.pen_digits),)


def _score(evaluator: Evaluator, model: Run, sets: tuple[LabeledImages, ...], json: bool) -> bool:
    """Tells a model's score; whether it has one."""
    title = titled(model.title, model.spec)
    try:
        scores = [
            accuracy(evaluator.judge(model, digits.images).logits, digits.labels) for digits in sets
        ]
    except MnistStudioError as error:
        output.complain(f"{title}: {error}")
        return False
    if json:
        output.json_line(_told(model, scores, len(sets[0])))
    elif len(scores) > 1:
        output.line("".join(f"{output.percent(x):>18}" for x in scores) + f"  {title}")
    else:
        output.line(
            f"{output.percent(scores[0]):>8} of {len(sets[0]):,} digits  {title}  {model.id}"
        )
    return True


def _told(model: Run, scores: list[float], digits: int) -> ScoreLine | StageScoreLine:
    whose = model.id, model.spec.recipe, model.spec.framework
    if len(scores) == 1:
        return ScoreLine(*whose, scores[0], digits)
    raw, box, mass, width = scores
    return StageScoreLine(*whose, raw, box, mass, width, digits)
