"""Test images that models find hard, with the probabilities of every model. No Qt."""

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
"""How many images a query finds at most."""

QueryKind = Literal["cell", "confident-errors", "disagreements", "single"]


@dataclass(frozen=True)
class HardImageQuery:
    """Which images to find.

    Attributes:
        kind: those of a cell of a confusion matrix, confident errors, disagreements, or one image.
        model: id of the run that made the predictions of the cell or the errors.
        cell: true label and prediction; for a single image its index and 0.
        own: fingerprint of the user's own images; empty for the test set.
    """

    kind: QueryKind
    model: str = ""
    cell: tuple[int, int] = (0, 0)
    own: str = ""


@dataclass(frozen=True, eq=False)
class HardImages:
    """Images with the probabilities of every model.

    Attributes:
        query: that found them.
        places: (k,) indices in the test set.
        images: (k, 28, 28) uint8.
        labels: (k,) true labels.
        probabilities: run id -> (k, number of classes).
        total: size of the test set.
    """

    query: HardImageQuery
    places: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    probabilities: Mapping[str, NDArray[np.float64]]
    total: int


def find_hard_images(
    test: LabeledImages, logits: Mapping[str, NDArray[np.float32]], query: HardImageQuery
) -> HardImages:
    """Finds the images of a query.

    Args:
        test: the test set.
        logits: run id -> (n, k), in the order of the test set.
        query: which images.
    """
    places = np.array(_places(test, logits, query)[:MOST], dtype=np.int64)
    found = test.take(places)
    by_run = {run: probabilities(values[places]) for run, values in logits.items()}
    return HardImages(query, places, found.images, found.labels, by_run, len(test))


def _places(
    test: LabeledImages, logits: Mapping[str, NDArray[np.float32]], query: HardImageQuery
) -> Sequence[int]:
    match query.kind:
        case "cell":
            images = predictions.cell_images(logits[query.model], test.labels, *query.cell)
            return [image.index for image in images]
        case "confident-errors":
            errors = predictions.confident_errors(logits[query.model], test.labels, MOST)
            return [image.index for image in errors]
        case "disagreements":
            return [one.index for one in disagreements(tuple(logits.values()), test.labels, MOST)]
        case "single":
            return [min(query.cell[0], len(test) - 1)]
