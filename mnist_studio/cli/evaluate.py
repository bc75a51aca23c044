"""``mnist-studio evaluate``: trained models scored on digits they were not trained on."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.cli import models, output
from mnist_studio.data import pen_digits, sources
from mnist_studio.data.digits import Digits
from mnist_studio.data.ink import digit_image
from mnist_studio.errors import DataError, StudioError
from mnist_studio.jobs.evaluation import Evaluator
from mnist_studio.store.runs import Run


@dataclass(frozen=True)
class Score:
    """One model's accuracy, as JSON tells it."""

    run: str
    recipe: str
    framework: str
    accuracy: float
    digits: int


def run(arguments: Namespace) -> int:
    """Scores; 1 if a model could not be used."""
    runs = models.trained(arguments.run)
    digits = _digits(arguments)
    if not len(digits):
        raise DataError("There are no digits to score on.", "Choose another file or folder.")
    good = True
    for evaluator, held in models.by_framework(runs, threads=0):
        for model in held:
            good &= _score(evaluator, model, digits, arguments.json)
    return 0 if good else 1


def _digits(arguments: Namespace) -> Digits:
    if arguments.idx:
        return sources.read_test_folder(arguments.idx)
    return drawn(arguments.pen_digits)


def drawn(path: Path) -> Digits:
    """Pen strokes as digit images, each through exactly the path of a drawing.

    Raises:
        DataError: the file cannot be read or is not of that format.
    """
    strokes = pen_digits.read(path)
    images = [digit_image(digit.ink) for digit in strokes]
    labels = [digit.label for digit in strokes]
    return Digits(
        np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8).reshape(-1)
    )


def _score(evaluator: Evaluator, model: Run, digits: Digits, json: bool) -> bool:
    """Tells a model's score; whether it has one."""
    try:
        judged = evaluator.judge(model, digits.images)
    except StudioError as error:
        output.complain(f"{model.title}: {error}")
        return False
    score = Score(
        run=model.id,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        accuracy=accuracy(judged.logits, digits.labels),
        digits=len(digits),
    )
    if json:
        output.json_line(score)
    else:
        output.line(
            f"{output.percent(score.accuracy):>8} of {score.digits:,} digits  {model.title}"
            f"  {model.id}"
        )
    return True
