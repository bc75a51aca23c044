"""Sample digits and what the models say of them. No Qt."""

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
    """A few test digits and every model's predictions of them.

    Attributes:
        places: (k,) where they lie among the test digits.
        images: (k, 28, 28) uint8.
        labels: (k,) what they are.
        predicted: run id -> (k,) what that model says.
    """

    places: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    predicted: Mapping[str, NDArray[np.int64]]

    def right(self, run: str) -> int:
        """How many of them a model answers rightly."""
        return int(np.sum(self.predicted[run] == self.labels))


def samples(
    test: LabeledImages,
    logits: Mapping[str, NDArray[np.float32]],
    wrong_first: bool,
    count: int = COUNT,
) -> Samples:
    """Chooses test digits, the same ones whenever the same models are asked.

    Args:
        test: the test digits.
        logits: run id -> (n, 10), in the order of the test digits.
        wrong_first: begin with digits that most models get wrong.
        count: how many.
    """
    said = {run: predictions(values) for run, values in logits.items()}
    order = generator(SEED, Purpose.SAMPLES).permutation(len(test))
    if wrong_first and said:
        wrong = np.sum([answer != test.labels for answer in said.values()], axis=0)
        order = order[np.argsort(-wrong[order], kind="stable")]
    places = order[:count]
    chosen = test.take(places)
    predicted = {run: answer[places] for run, answer in said.items()}
    return Samples(places, chosen.images, chosen.labels, predicted)


def common_dataset(datasets: Sequence[str]) -> str:
    """The one dataset of these runs, else an empty text."""
    return datasets[0] if len(set(datasets)) == 1 else ""
