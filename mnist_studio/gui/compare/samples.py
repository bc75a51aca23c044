"""Sample images of the test set with the predictions of every model. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import predictions
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.randomness import Purpose, generator

COUNT = 20
SEED = 7


@dataclass(frozen=True, eq=False)
class Samples:
    """A few test images and the predictions of every model.

    Attributes:
        places: (k,) indices in the test set.
        images: (k, 28, 28) uint8.
        labels: (k,) true labels.
        predicted: run id -> (k,) predictions.
    """

    places: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    predicted: Mapping[str, NDArray[np.int64]]

    def correct(self, run: str) -> int:
        """How many predictions of a model are correct."""
        return int(np.sum(self.predicted[run] == self.labels))


def samples(
    test: LabeledImages,
    logits: Mapping[str, NDArray[np.float32]],
    wrong_first: bool,
    count: int = COUNT,
) -> Samples:
    """Chooses test images; the same models always get the same images.

    Args:
        test: the test set.
        logits: run id -> (n, k), in the order of the test set.
        wrong_first: begin with images that most models misclassify.
        count: how many.
    """
    predicted = {run: predictions(values) for run, values in logits.items()}
    order = generator(SEED, Purpose.SAMPLES).permutation(len(test))
    if wrong_first and predicted:
        errors = np.sum([values != test.labels for values in predicted.values()], axis=0)
        order = order[np.argsort(-errors[order], kind="stable")]
    places = order[:count]
    chosen = test.take(places)
    of_sample = {run: values[places] for run, values in predicted.items()}
    return Samples(places, chosen.images, chosen.labels, of_sample)


def common_dataset(datasets: Sequence[str]) -> str:
    """The dataset that all of these runs share; empty if they differ."""
    return datasets[0] if len(set(datasets)) == 1 else ""
