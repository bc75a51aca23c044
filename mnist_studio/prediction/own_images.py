"""Predictions and accuracy of trained runs on the user's own images.

NumPy computes all predictions in a child process. Images arrive one at a time while the user draws,
and starting PyTorch or TensorFlow for a single image would take too long. By the parity checks,
outputs agree with those of the run's own framework within 1e-6. Predictions are cached.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import intervals
from mnist_studio.analysis.evaluation import predictions
from mnist_studio.analysis.intervals import Estimate
from mnist_studio.analysis.predictions import ConfusionMatrix, confusion_matrix
from mnist_studio.errors import CancelledByUser, MnistStudioError
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.spec.run import DIGITS, RunSpec, answers_digits
from mnist_studio.store import own_image_predictions, own_images
from mnist_studio.store.own_images import OwnImageSet
from mnist_studio.store.rows import Run

ENGINE = "numpy"
SIZE = len(DIGITS)
OTHER_CLASSES = "Your images are digits, but this model has other classes."


@dataclass(frozen=True, eq=False)
class OwnImageScore:
    """The result of one run on the user's own images.

    Attributes:
        run: the run.
        accuracy: with its interval, on the images outside its training set; None without any.
        confusion: (10, 10) for the same images; rows are the labels.
        trained_on: number of images in its training set, which do not count.
        wrong: keys of the misclassified images.
        problem: why there is no result, and what to do; otherwise empty.
    """

    run: Run
    accuracy: Estimate | None
    confusion: ConfusionMatrix
    trained_on: int = 0
    wrong: frozenset[str] = frozenset()
    problem: str = ""


def scores(
    runs: Sequence[Run],
    own: OwnImageSet,
    on_progress: Callable[[float], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[OwnImageScore]:
    """The score of every run, in the given order.

    Args:
        runs: trained.
        own: the user's own images.
        on_progress: receives the fraction of the runs that are done.
        is_cancelled: polled all the time. Predictions so far are cached.

    Raises:
        JobError: the process could not be started.
        Cancelled: by the user.
    """
    with OwnImagePredictor() as predictor:
        for number, run in enumerate(runs, start=1):
            yield _score(predictor, run, own, is_cancelled)
            on_progress(number / len(runs))


class OwnImagePredictor:
    """Predicts the user's own images, from the cache or in a process. A context manager.

    The first image that is not cached starts the process.
    """

    def __init__(self) -> None:
        self._evaluator: Evaluator | None = None

    def __enter__(self) -> "OwnImagePredictor":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process, if there is one."""
        if self._evaluator:
            self._evaluator.__exit__()

    def logits(
        self,
        run: Run,
        images: NDArray[np.uint8],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Array:
        """The logits (n, 10) of a run of digits for images (n, 28, 28). Caches new ones.

        Raises:
            StoreError: the run's weights cannot be read, or the cache cannot be written.
            JobError: the process could not be started or died, or the weights cannot be used.
            Cancelled: by the user.
        """
        cached = dict(own_image_predictions.load(run.folder))
        names = [own_image_predictions.name_of(image) for image in images]
        new = dict(zip(names, images, strict=True))
        uncached = {name: image for name, image in new.items() if name not in cached}
        if uncached:
            self._evaluator = self._evaluator or Evaluator(ENGINE, threads=1)
            missing = np.array(list(uncached.values()))
            found = self._evaluator.predict(run, missing, is_cancelled=is_cancelled).logits
            cached |= dict(zip(uncached, np.asarray(found, np.float64), strict=True))
            own_image_predictions.save(run.folder, cached)
        return np.array([cached[name] for name in names]).reshape(-1, len(DIGITS))


def training_keys(spec: RunSpec) -> frozenset[str]:
    """Keys of the user's own images in the training set of a run.

    Raises:
        DataError: that set does not exist any more.
    """
    return frozenset(own_images.load(spec.own_images).keys) if spec.own_images else frozenset()


def _score(
    predictor: OwnImagePredictor, run: Run, own: OwnImageSet, is_cancelled: Callable[[], bool]
) -> OwnImageScore:
    if not answers_digits(run.spec):
        return OwnImageScore(run, None, np.zeros((SIZE, SIZE), np.int64), problem=OTHER_CLASSES)
    try:
        counted = own.without(training_keys(run.spec))
        logits = predictor.logits(run, own.digits.images, is_cancelled)[counted]
    except CancelledByUser:
        raise
    except MnistStudioError as error:
        return OwnImageScore(run, None, np.zeros((SIZE, SIZE), np.int64), problem=str(error))
    labels = own.digits.labels[counted]
    right = predictions(logits) == labels
    return OwnImageScore(
        run,
        intervals.accuracy(int(right.sum()), len(right)) if len(right) else None,
        confusion_matrix(logits, labels),
        len(own.keys) - len(counted),
        frozenset(own.keys[place] for place in counted[~right]),
    )
