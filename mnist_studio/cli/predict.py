"""``mnist-studio predict``: picture files answered by trained models."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.fault_words import titled
from mnist_studio.cli import models, output
from mnist_studio.data.pictures import open_picture
from mnist_studio.errors import DataError, StudioError
from mnist_studio.jobs.evaluation import Evaluator
from mnist_studio.store.runs import Run


@dataclass(frozen=True)
class Prediction:
    """One model's answer to one picture, as JSON tells it."""

    image: str
    run: str
    recipe: str
    framework: str
    digit: int
    probabilities: tuple[float, ...]
    milliseconds: float


Pictures = Sequence[tuple[Path, NDArray[np.uint8]]]
Tell = Callable[[Prediction], None]


def run(arguments: Namespace) -> int:
    """Answers; 1 if a picture could not be read or a model not be used."""
    runs = models.trained(arguments.run)
    pictures = _opened(arguments.images)
    if not pictures:
        return 1
    good = len(pictures) == len(arguments.images)
    tell = output.json_line if arguments.json else _line
    for evaluator, held in models.by_framework(runs, threads=1):
        for model in held:
            good &= _predict(evaluator, model, pictures, tell)
    return 0 if good else 1


def _opened(paths: Sequence[Path]) -> Pictures:
    pictures = []
    for path in paths:
        try:
            pictures.append((path, open_picture(path)))
        except DataError as error:
            output.complain(str(error))
    return pictures


def _predict(evaluator: Evaluator, model: Run, pictures: Pictures, tell: Tell) -> bool:
    """Tells a model's answer to every picture; whether it had one."""
    try:
        for path, image in pictures:
            tell(_prediction(evaluator, model, path, image))
    except StudioError as error:
        output.complain(f"{titled(model.title, model.spec)}: {error}")
        return False
    return True


def _prediction(
    evaluator: Evaluator, model: Run, path: Path, image: NDArray[np.uint8]
) -> Prediction:
    judged = evaluator.judge(model, image[np.newaxis])
    chances = probabilities(judged.logits[0])
    return Prediction(
        image=str(path),
        run=model.id,
        recipe=model.spec.recipe,
        framework=model.spec.framework,
        digit=int(chances.argmax()),
        probabilities=tuple(chances.tolist()),
        milliseconds=judged.milliseconds,
    )


def _line(prediction: Prediction) -> None:
    chance = prediction.probabilities[prediction.digit]
    output.line(
        f"{prediction.image}: {prediction.digit} ({100 * chance:.1f} %) "
        f"{prediction.recipe} in {prediction.framework}, {prediction.milliseconds:.2f} ms"
    )
