"""``mnist-studio evaluate``: trained models evaluated on a test set that isn't their own."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.cli import options, output
from mnist_studio.data.datasets import pen_digits, published_files, similarity, sources
from mnist_studio.data.datasets.pen_digits import PenDigit, Writers
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.ink.rendering import PEN, WHOLE, Fitting, digit_image
from mnist_studio.data.ink.stages import STEPS
from mnist_studio.errors import MnistStudioError, UsageError
from mnist_studio.formatting import count, percent
from mnist_studio.prediction.evaluation import Evaluator, check_labels, check_not_empty
from mnist_studio.spec import datasets
from mnist_studio.spec.run import DIGITS, answers_digits
from mnist_studio.store.rows import Run


@dataclass(frozen=True)
class ScoreLine:
    """One model's accuracy in JSON; ``writers`` is null unless the images are pen strokes."""

    run: str
    recipe: str
    framework: str
    accuracy: float
    images: int
    writers: Writers | None


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
    writers: Writers


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--idx",
        type=options.path,
        metavar="DIR",
        help="folder with the test files of an IDX dataset",
    )
    source.add_argument(
        "--pen-digits",
        type=options.path,
        metavar="FILE",
        help="file with pen strokes in UNIPEN format",
    )
    parser.add_argument(
        "--stages",
        action="store_true",
        help="evaluate pen strokes after each stage: scaled down, fit to the box, centered by "
        "mass, and drawn with MNIST's pen width",
    )
    parser.add_argument(
        "--writers",
        choices=get_args(Writers),
        help="writers of the pen strokes: held-out (16 to 30), development (1 to 15), or all "
        "(default: held-out, or all if the file does not name its writers)",
    )
    options.add_run_filter(parser)
    options.add_json(parser, "one model per line")


def run(arguments: Namespace) -> int:
    """Evaluates; 1 if a model could not be used."""
    if arguments.writers and arguments.idx:
        raise UsageError("--writers selects pen strokes, not IDX files.", "Leave out --writers.")
    runs = options.trained(arguments.run, arguments.filter)
    test = _test_set(arguments)
    for images in test.stages:
        check_not_empty(images)
    for sentence in dict.fromkeys(_looks(test.stages[-1], runs)):
        output.note(f"Warning: {sentence}")
    if not arguments.json:
        _write_heading(test)
    succeeded = True
    for evaluator, group in options.by_framework(runs, threads=0):
        for model in group:
            succeeded &= _evaluate(evaluator, model, test, arguments.json)
    return 0 if succeeded else 1


def _looks(test: LabeledImages, runs: Sequence[Run]) -> Iterator[str]:
    """What the images look like, compared with what the models were trained on."""
    known = published_files.identity(test)
    for name, names in dict.fromkeys((run.spec.dataset, run.spec.class_names) for run in runs):
        title = datasets.title(name)
        facts = datasets.facts(name)
        if known and known != name and not (known == "mnist" and facts and facts.digits):
            yield f"These are images of {datasets.title(known)}, not of {title}."
        if names == DIGITS and (facts is None or facts.digits):
            yield from similarity.problems(test)
        elif sources.is_here(name):
            yield from similarity.unlike(test, sources.load_test(name), title)
        else:
            yield from similarity.general_problems(test)


def drawn(strokes: Sequence[PenDigit], fitting: Fitting = WHOLE) -> LabeledImages:
    """Pen strokes as images, preprocessed exactly as drawings in the window are.

    Args:
        strokes: of the digits.
        fitting: the stages of the preprocessing.
    """
    images = [digit_image(digit.ink, PEN, fitting, pen_digits.TABLET) for digit in strokes]
    labels = [digit.label for digit in strokes]
    return LabeledImages(
        np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8).reshape(-1)
    )


@dataclass(frozen=True)
class _TestSet:
    """What is evaluated.

    Attributes:
        stages: the images, or those of the drawings after each of the stages.
        writers: of the pen strokes; None if they are none.
        total: pen strokes in the file, by all writers.
    """

    stages: tuple[LabeledImages, ...]
    writers: Writers | None = None
    total: int = 0


def _test_set(arguments: Namespace) -> _TestSet:
    """The test set that the arguments name.

    Raises:
        DataError: it cannot be read or is not of its format.
    """
    if arguments.idx:
        return _TestSet((sources.read_test_folder(arguments.idx),))
    strokes = pen_digits.read(arguments.pen_digits)
    known: Writers = "held-out" if pen_digits.names_writers(strokes) else "all"
    writers: Writers = arguments.writers or known
    chosen = pen_digits.by_writers(strokes, writers)
    fittings = [fitting for _, _, fitting in STEPS] if arguments.stages else [WHOLE]
    return _TestSet(tuple(drawn(chosen, one) for one in fittings), writers, len(strokes))


def _write_heading(test: _TestSet) -> None:
    if test.writers:
        images = f"{count(len(test.stages[0]))} of {count(test.total)} images"
        output.line(f"Pen strokes, writers: {test.writers}, {images}.")
    if len(test.stages) > 1:
        output.line("".join(f"{title:>18}" for _, title, _ in STEPS))


def _evaluate(evaluator: Evaluator, model: Run, test: _TestSet, json: bool) -> bool:
    """Writes a model's scores; whether it has any."""
    title = model.name
    try:
        _check_classes(model, test)
        scores = [
            accuracy(evaluator.predict(model, images.images).logits, images.labels)
            for images in test.stages
        ]
    except MnistStudioError as error:
        output.error(f"{title}: {error}")
        return False
    images = len(test.stages[0])
    if json:
        output.json_line(_json(model, scores, images, test.writers))
    elif len(scores) > 1:
        output.line("".join(f"{percent(score):>18}" for score in scores) + f"  {title}")
    else:
        score = f"{percent(scores[0]):>8} of {count(images)} images"
        output.line(f"{score}  {title}  {model.id}")
    return True


def _check_classes(model: Run, test: _TestSet) -> None:
    """Refuses a test set whose labels are not the classes of a model.

    Raises:
        UsageError: it has pen strokes of digits, or labels that the model does not have.
    """
    if test.writers and not answers_digits(model.spec):
        raise UsageError("Pen strokes are digits, but this model has other classes.")
    check_labels(model, test.stages[0])


def _json(
    model: Run, scores: list[float], images: int, writers: Writers | None
) -> ScoreLine | StageScoreLine:
    names = model.id, model.spec.recipe, model.spec.framework
    if len(scores) == 1:
        return ScoreLine(*names, scores[0], images, writers)
    raw, box, mass, width = scores
    return StageScoreLine(*names, raw, box, mass, width, images, writers or "all")
