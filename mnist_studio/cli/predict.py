"""``mnist-studio predict``: pictures of digits and numbers, or a test digit, answered by models.

Whether something is a digit at all is judged as in the window: by how strange it is beside real
digits, and by how sure the models are.
"""

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.interpretation import Interpretation, Verdict, Vote, interpret
from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import models, output
from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test
from mnist_studio.data.pictures.files import open_digits
from mnist_studio.errors import DataError, MnistStudioError, UsageError
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.store.rows import Run


@dataclass(frozen=True, eq=False)
class PredictArguments:
    """What models shall answer.

    Attributes:
        name: the path of a picture, or which test digit it is.
        images: (n, 28, 28), its digits from left to right.
        label: what it is; None where nobody knows.
        shares: of real digits, those that are as strange as each of its digits; empty where that
            cannot be said.
        votes: of the models that have answered, for each of its digits.
    """

    name: str
    images: NDArray[np.uint8]
    label: int | None
    shares: tuple[float, ...]
    votes: tuple[list[Vote], ...]


@dataclass(frozen=True)
class PredictionLine:
    """One model's answer to one picture, as JSON tells it.

    Attributes:
        image: the path of a picture, or which test digit it is.
        run: id of the model.
        recipe: of the model.
        framework: that computed.
        number: its digits from left to right.
        probabilities: ten of each digit.
        verdicts: of each, whether it is a digit, by how sure this model is and by ``shares``.
        shares: of real digits, those that are as strange as each; empty where that is not known.
        label: what it is; None where nobody knows.
        milliseconds: that the model took.
    """

    image: str
    run: str
    recipe: str
    framework: str
    number: str
    probabilities: tuple[tuple[float, ...], ...]
    verdicts: tuple[Verdict, ...]
    shares: tuple[float, ...]
    label: int | None
    milliseconds: float


Tell = Callable[[PredictionLine], None]


def run(arguments: Namespace) -> int:
    """Answers; 1 if a picture could not be read or a model not be used."""
    runs = models.trained(arguments.run)
    asked = _asked(arguments)
    if not asked:
        return 1
    good = len(asked) >= len(arguments.images)
    tell = output.json_line if arguments.json else _line
    for evaluator, held in models.by_framework(runs, threads=1):
        for model in held:
            good &= _predict(evaluator, model, asked, tell)
    if not arguments.json:
        _tell_together(asked)
    return 0 if good else 1


def _asked(arguments: Namespace) -> Sequence[PredictArguments]:
    """The test digit, or those pictures that can be read."""
    examiner = NoveltyDetector()
    if not arguments.images:
        asked = [_test_digit(arguments, examiner)]
    elif arguments.data:
        raise UsageError("Pictures need no MNIST.", "Leave --data out, or name a test digit.")
    else:
        asked = []
        for path in arguments.images:
            try:
                asked.append(_looked_at(examiner, str(path), open_digits(path)))
            except DataError as error:
                output.complain(str(error))
    if examiner.problem:
        output.note(f"Nothing can be called “no digit”. {examiner.problem}")
    return asked


def _test_digit(arguments: Namespace, examiner: NoveltyDetector) -> PredictArguments:
    name = sources.default_dataset(arguments.data)
    one = from_test(sources.load_test(name, arguments.data), name, arguments.index)
    output.note(f"{one.told}.")
    return _looked_at(examiner, one.title, one.image[np.newaxis], one.label)


def _looked_at(
    examiner: NoveltyDetector, name: str, images: NDArray[np.uint8], label: int | None = None
) -> PredictArguments:
    """A question, with how strange its digits are."""
    found = examiner.shares(images)
    shares = () if found is None else tuple(found.tolist())
    return PredictArguments(name, images, label, shares, tuple([] for _ in images))


def _predict(
    evaluator: Evaluator, model: Run, asked: Sequence[PredictArguments], tell: Tell
) -> bool:
    """Tells a model's answer to everything; whether it had one."""
    try:
        for one in asked:
            tell(_prediction(evaluator, model, one))
    except MnistStudioError as error:
        output.complain(f"{titled(model.title, model.spec)}: {error}")
        return False
    return True


def _prediction(evaluator: Evaluator, model: Run, asked: PredictArguments) -> PredictionLine:
    """A model's answer, which is added to the votes."""
    judged = evaluator.judge(model, asked.images)
    chances = [tuple(probabilities(logits).tolist()) for logits in judged.logits]
    votes = [Vote(titled(model.title, model.spec), one) for one in chances]
    for vote, others in zip(votes, asked.votes, strict=True):
        others.append(vote)
    return PredictionLine(
        image=asked.name,
        run=model.id,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        number="".join(str(vote.digit) for vote in votes),
        probabilities=tuple(chances),
        verdicts=_verdicts(interpret([[vote] for vote in votes], asked.shares)),
        shares=asked.shares,
        label=asked.label,
        milliseconds=judged.milliseconds,
    )


def _verdicts(found: Interpretation | None) -> tuple[Verdict, ...]:
    return tuple(digit.verdict for digit in found.digits) if found else ()


def _line(prediction: PredictionLine) -> None:
    sure = ", ".join(f"{100 * max(one):.1f} %" for one in prediction.probabilities)
    output.line(
        f"{prediction.image}: {prediction.number} ({sure}) "
        f"{prediction.recipe} in {prediction.framework}, {prediction.milliseconds:.2f} ms"
        f"{_rightness(prediction)}"
    )


def _rightness(prediction: PredictionLine) -> str:
    if prediction.label is None:
        return ""
    return ", right" if prediction.number == str(prediction.label) else ", wrong"


def _tell_together(asked: Sequence[PredictArguments]) -> None:
    """What all models say of each picture together, as the window says it."""
    for one in asked:
        if found := interpret(one.votes, one.shares):
            output.line(f"{one.name}: {found.headline}. {found.detail}")
