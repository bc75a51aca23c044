"""``mnist-studio predict``: images of digits and numbers, or a test image, classified by models.

Whether an image shows a digit at all is decided as in the window: by how unlike real digits it is,
and by the confidence of the models.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio import formatting
from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.interpretation import Interpretation, Verdict, Vote, interpret, joined
from mnist_studio.analysis.voters import RULE, voters
from mnist_studio.cli import options, output
from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test
from mnist_studio.data.pictures.files import open_number
from mnist_studio.errors import DataError, MnistStudioError, UsageError
from mnist_studio.formatting import milliseconds
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.prediction.novelty_detector import NoveltyDetector
from mnist_studio.spec.run import DIGITS, answers_digits
from mnist_studio.store.rows import Run


@dataclass(frozen=True, eq=False)
class PredictionInput:
    """What models classify.

    Attributes:
        name: the path of a picture, or which test image it is.
        images: (n, 28, 28), its digits from left to right.
        true_label: number of the class; None where it isn't known.
        class_names: of the true label.
        p_values: fraction of real digits that are at least as unusual as each of its digits; empty
            where it cannot be computed.
        votes: of the models so far by their run's id, for each of its digits.
        pattern: ``#`` for each digit, and the marks between them; empty if there are none.
    """

    name: str
    images: NDArray[np.uint8]
    true_label: int | None
    class_names: tuple[str, ...]
    p_values: tuple[float, ...]
    votes: tuple[dict[str, Vote], ...]
    pattern: str = ""


@dataclass(frozen=True)
class PredictionLine:
    """One model's prediction for one picture in JSON.

    Attributes:
        image: the path of the picture, or which test image it is.
        run: id of the model.
        title: of the run.
        recipe: of the model.
        framework: that computed.
        prediction: the digits or the classes from left to right.
        text: the same with decimal points, signs, and slashes, such as ``3.14``.
        probabilities: of every class, for each digit or symbol.
        verdicts: for each, whether it is a digit, by this model's confidence and by ``p_values``.
        p_values: fraction of real digits that are at least as unusual as each; empty where it isn't
            known.
        true_label: number of the class; None where it isn't known.
        class_names: of the model, in the order of the probabilities.
        milliseconds: latency of the model.
    """

    image: str
    run: str
    title: str
    recipe: str
    framework: str
    prediction: str
    probabilities: tuple[tuple[float, ...], ...]
    verdicts: tuple[Verdict, ...]
    p_values: tuple[float, ...]
    true_label: int | None
    class_names: tuple[str, ...]
    milliseconds: float
    text: str = ""


OnPrediction = Callable[[PredictionLine], None]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "images",
        nargs="*",
        default=[],
        type=options.path,
        metavar="IMAGE",
        help="image of a digit or a number",
    )
    options.add_index(source)
    source.add_argument("--random", action="store_true", help="a random test image")
    options.add_data(parser)
    options.add_run_filter(parser)
    options.add_json(parser, "one prediction per line")


def run(arguments: Namespace) -> int:
    """Classifies; 1 if a picture could not be read or a model not be used."""
    runs = options.trained(arguments.run, arguments.filter)
    inputs = _inputs(arguments, runs)
    if not inputs:
        return 1
    succeeded = len(inputs) >= len(arguments.images)
    on_prediction = output.json_line if arguments.json else _write
    for evaluator, group in options.by_framework(runs, threads=1):
        for model in group:
            succeeded &= _predict(evaluator, model, inputs, on_prediction)
    if not arguments.json:
        _write_consensus(inputs, frozenset(run.id for run in voters(runs)))
        if len(voters(runs)) < len(runs):
            output.note(RULE)
    return 0 if succeeded else 1


def _inputs(arguments: Namespace, runs: Sequence[Run]) -> Sequence[PredictionInput]:
    """The test image, or those pictures that can be read."""
    detector = NoveltyDetector()
    if not arguments.images:
        inputs = [_test_image(arguments, detector, runs)]
    elif arguments.data:
        raise UsageError(
            "--data has no effect on image files.",
            "Leave it out, or choose a test image: --index N",
        )
    else:
        inputs = []
        for path in arguments.images:
            try:
                found = open_number(path)
                inputs.append(_input(detector, str(path), found.images, pattern=found.pattern))
            except DataError as error:
                output.error(str(error))
    if detector.problem:
        output.note(f"Images without a digit cannot be detected. {detector.problem}")
    return inputs


def _test_image(
    arguments: Namespace, detector: NoveltyDetector, runs: Sequence[Run]
) -> PredictionInput:
    """A digit; for models of other classes, an image of the dataset that they were trained on."""
    trained_on = {run.spec.dataset for run in runs if not answers_digits(run.spec)}
    others = len(trained_on) == 1 and not any(answers_digits(run.spec) for run in runs)
    name = trained_on.pop() if others else sources.default_dataset(arguments.data)
    example = from_test(sources.load_test(name, arguments.data), name, arguments.index)
    output.note(f"{example.caption}.")
    image = example.image[np.newaxis]
    return _input(detector, example.title, image, example.label, example.class_names)


def _input(
    detector: NoveltyDetector,
    name: str,
    images: NDArray[np.uint8],
    true_label: int | None = None,
    class_names: tuple[str, ...] = DIGITS,
    pattern: str = "",
) -> PredictionInput:
    """A picture, with how unusual its digits are."""
    found = detector.p_values(images)
    p_values = () if found is None else tuple(found.tolist())
    votes: tuple[dict[str, Vote], ...] = tuple({} for _ in images)
    return PredictionInput(name, images, true_label, class_names, p_values, votes, pattern)


def _predict(
    evaluator: Evaluator,
    model: Run,
    inputs: Sequence[PredictionInput],
    on_prediction: OnPrediction,
) -> bool:
    """Whether a model could classify all inputs."""
    for each in inputs:
        try:
            found = _prediction(evaluator, model, each)
        except MnistStudioError as error:
            output.error(f"{model.name}: {error}")
            return False
        # Outside of the block above: output that cannot be written ends the command.
        on_prediction(found)
    return True


def _prediction(evaluator: Evaluator, model: Run, source: PredictionInput) -> PredictionLine:
    """A model's prediction, which is added to the votes."""
    evaluation = evaluator.predict(model, source.images)
    distributions = [tuple(probabilities(logits).tolist()) for logits in evaluation.logits]
    title = model.name
    names = model.spec.class_names
    votes = [Vote(title, one, names) for one in distributions]
    p_values = source.p_values if answers_digits(model.spec) else ()
    predicted = [vote.prediction for vote in votes]
    for vote, others in zip(votes, source.votes, strict=True):
        others[model.id] = vote
    return PredictionLine(
        image=source.name,
        run=model.id,
        title=title,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        prediction=joined(predicted),
        probabilities=tuple(distributions),
        verdicts=_verdicts(interpret([[vote] for vote in votes], p_values)),
        p_values=p_values,
        true_label=source.true_label if source.class_names == names else None,
        class_names=names,
        milliseconds=evaluation.milliseconds,
        text=joined(predicted, source.pattern),
    )


def _verdicts(found: Interpretation | None) -> tuple[Verdict, ...]:
    return tuple(digit.verdict for digit in found.digits) if found else ()


def _write(line: PredictionLine) -> None:
    confidence = ", ".join(formatting.confidence(max(one)) for one in line.probabilities)
    output.line(
        f"{line.image}: {line.text} (confidence {confidence}, "
        f"{milliseconds(line.milliseconds)}{_correctness(line)})  {line.title}"
    )


def _correctness(line: PredictionLine) -> str:
    if line.true_label is None:
        return ""
    return ", correct" if line.prediction == line.class_names[line.true_label] else ", wrong"


def _write_consensus(inputs: Sequence[PredictionInput], voting: Collection[str]) -> None:
    """Writes the consensus on each picture of the models that vote, as the window shows it."""
    for each in inputs:
        votes = [[vote for run, vote in one.items() if run in voting] for one in each.votes]
        digits = all(vote.class_names == DIGITS for at in votes for vote in at)
        p_values = each.p_values if digits else ()
        if votes and all(votes) and (found := interpret(votes, p_values, each.pattern)):
            output.line(f"{each.name}: {found.headline}. {found.detail}")
