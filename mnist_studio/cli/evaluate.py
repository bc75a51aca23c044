"""``mnist-studio evaluate``: trained models evaluated on a test set that isn't their own."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import options, output
from mnist_studio.data import likeness
from mnist_studio.data.datasets import pen_digits, sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink.rendering import PEN, WHOLE, Fitting, digit_image
from mnist_studio.data.ink.stages import STEPS
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.formatting import count, percent
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.store.rows import Run


@dataclass(frozen=True)
class ScoreLine:
    """One model's accuracy in JSON."""

    run: str
    recipe: str
    framework: str
    accuracy: float
    images: int


@dataclass(frozen=True)
class StageScoreLine:
    """One model's accuracy on drawings after more and more stages of preprocessing, in JSON."""

    run: str
    recipe: str
    framework: str
    raw: float
    box: float
    mass: float
    width: float
    images: int


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--idx", type=Path, metavar="DIR", help="folder with the test files of an IDX dataset"
    )
    source.add_argument(
        "--pen-digits", type=Path, metavar="FILE", help="file with pen strokes in UNIPEN format"
    )
    parser.add_argument(
        "--stages",
        action="store_true",
        help="evaluate pen strokes after each stage: scaled down, fit to the box, centered by "
        "mass, and drawn with MNIST's pen width",
    )
    options.add_run_filter(parser)
    options.add_json(parser, "one model per line")


def run(arguments: Namespace) -> int:
    """Evaluates; 1 if a model could not be used."""
    runs = options.trained(arguments.run)
    sets = _sets(arguments)
    if not all(map(len, sets)):
        raise DataError("The test set has no images.", "Choose another file or folder.")
    for sentence in likeness.problems(sets[-1]):
        output.note(f"Warning: {sentence}")
    if len(sets) > 1 and not arguments.json:
        output.line("".join(f"{title:>18}" for _, title, _ in STEPS))
    succeeded = True
    for evaluator, group in options.by_framework(runs, threads=0):
        for model in group:
            succeeded &= _evaluate(evaluator, model, sets, arguments.json)
    return 0 if succeeded else 1


def drawn(path: Path, fitting: Fitting = WHOLE) -> LabeledImages:
    """Pen strokes as images, preprocessed exactly as drawings in the window are.

    Args:
        path: the file.
        fitting: the stages of the preprocessing.

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
    """The test set, or one of the drawings after each of the stages."""
    if arguments.idx:
        return (sources.read_test_folder(arguments.idx),)
    if arguments.stages:
        return tuple(drawn(arguments.pen_digits, fitting) for _, _, fitting in STEPS)
    return (drawn(arguments.pen_digits),)


def _evaluate(
    evaluator: Evaluator, model: Run, sets: tuple[LabeledImages, ...], json: bool
) -> bool:
    """Writes a model's scores; whether it has any."""
    title = titled(model.title, model.spec)
    try:
        scores = [
            accuracy(evaluator.predict(model, images.images).logits, images.labels)
            for images in sets
        ]
    except MnistStudioError as error:
        output.error(f"{title}: {error}")
        return False
    if json:
        output.json_line(_json(model, scores, len(sets[0])))
    elif len(scores) > 1:
        output.line("".join(f"{percent(score):>18}" for score in scores) + f"  {title}")
    else:
        score = f"{percent(scores[0]):>8} of {count(len(sets[0]))} images"
        output.line(f"{score}  {title}  {model.id}")
    return True


def _json(model: Run, scores: list[float], images: int) -> ScoreLine | StageScoreLine:
    names = model.id, model.spec.recipe, model.spec.framework
    if len(scores) == 1:
        return ScoreLine(*names, scores[0], images)
    raw, box, mass, width = scores
    return StageScoreLine(*names, raw, box, mass, width, images)
