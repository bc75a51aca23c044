"""Test digits that models find hard, with every model's answer. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import predictions
from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.predictions import disagreements
from mnist_studio.data.images import LabeledImages

MOST = 60
"""More digits nobody looks at."""


@dataclass(frozen=True)
class HardImageQuery:
    """Which digits.

    Attributes:
        what: those of a cell of a confusion matrix, surely wrong ones, split opinions, or one.
        model: id of the run whose cell or mistakes they are.
        cell: label and answer, or the place of one digit.
        own: fingerprint of the user's own digits; empty for the test digits.
    """

    what: Literal["cell", "wrong", "disagreements", "digit"]
    model: str = ""
    cell: tuple[int, int] = (0, 0)
    own: str = ""


@dataclass(frozen=True, eq=False)
class HardImages:
    """Digits and what every model says of them.

    Attributes:
        asked: which these are.
        places: (k,) of the digits among the test digits.
        images: (k, 28, 28) uint8.
        labels: (k,).
        probabilities: run id -> (k, 10).
        total: how many test digits there are.
    """

    asked: HardImageQuery
    places: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    probabilities: Mapping[str, NDArray[np.float64]]
    total: int


def find_hard_images(
    test: LabeledImages, logits: Mapping[str, NDArray[np.float32]], asked: HardImageQuery
) -> HardImages:
    """Finds them.

    Args:
        test: the test digits.
        logits: run id -> (n, 10), in their order.
        asked: which.
    """
    places = np.array(_places(test, logits, asked)[:MOST], dtype=np.int64)
    chosen = test.take(places)
    sure = {run: probabilities(values[places]) for run, values in logits.items()}
    return HardImages(asked, places, chosen.images, chosen.labels, sure, len(test))


def _places(
    test: LabeledImages, logits: Mapping[str, NDArray[np.float32]], asked: HardImageQuery
) -> Sequence[int]:
    match asked.what:
        case "cell":
            answers = predictions.cell_images(logits[asked.model], test.labels, *asked.cell)
            return [answer.index for answer in answers]
        case "wrong":
            worst = predictions.confident_errors(logits[asked.model], test.labels, MOST)
            return [answer.index for answer in worst]
        case "disagreements":
            return [one.index for one in disagreements(tuple(logits.values()), test.labels, MOST)]
        case "digit":
            return [min(asked.cell[0], len(test) - 1)]
