"""How well trained runs read the user's own digits.

All are answered by NumPy, in a child: digits come one by one while the user draws, and neither
PyTorch nor TensorFlow starts for a single one. Parity says how far that is from a run's own
framework: outputs agree within 1e-6. What was answered once is kept.
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
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import own_image_predictions, own_image_sets
from mnist_studio.store.own_image_sets import OwnImageSet
from mnist_studio.store.rows import Run

ENGINE = "numpy"


@dataclass(frozen=True, eq=False)
class OwnImageScore:
    """What one run makes of the user's own digits.

    Attributes:
        run: itself.
        accuracy: on the digits that it did not learn from, with its interval; None without any.
        confusion: (10, 10) of the same digits, rows the labels.
        learnt: how many digits it learnt from, which are not counted.
        wrong: keys of the digits that it answers wrongly.
        problem: why it could not answer, and what to do; else empty.
    """

    run: Run
    accuracy: Estimate | None
    confusion: ConfusionMatrix
    learnt: int = 0
    wrong: frozenset[str] = frozenset()
    problem: str = ""


def scores(
    runs: Sequence[Run],
    digits: OwnImageSet,
    progress: Callable[[float], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[OwnImageScore]:
    """The score of every run, in the given order.

    Args:
        runs: trained ones.
        digits: the user's own.
        progress: gets the fraction of the runs that is done.
        is_cancelled: asked all the time; what was answered before stays.

    Raises:
        JobError: the child could not be started.
        Cancelled: by the user.
    """
    with OwnImagePredictor() as answering:
        for number, run in enumerate(runs, start=1):
            yield _score(answering, run, digits, is_cancelled)
            progress(number / len(runs))


class OwnImagePredictor:
    """Answers digits by runs, from what is kept or by a child that is started when one is needed.

    A context manager.
    """

    def __init__(self) -> None:
        self._evaluator: Evaluator | None = None

    def __enter__(self) -> "OwnImagePredictor":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the child, if there is one."""
        if self._evaluator:
            self._evaluator.__exit__()

    def logits(
        self,
        run: Run,
        images: NDArray[np.uint8],
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Array:
        """What a run says (n, 10) of images (n, 28, 28); keeps what was not known.

        Raises:
            StoreError: the run's weights cannot be read, or the disk refuses.
            JobError: the child could not be started or died, or the weights cannot be used.
            Cancelled: by the user.
        """
        answers = dict(own_image_predictions.load(run.folder))
        names = [own_image_predictions.name_of(image) for image in images]
        new = dict(zip(names, images, strict=True))
        wanted = {name: image for name, image in new.items() if name not in answers}
        if wanted:
            self._evaluator = self._evaluator or Evaluator(ENGINE, threads=1)
            asked = np.array(list(wanted.values()))
            found = self._evaluator.predict(run, asked, is_cancelled=is_cancelled).logits
            answers |= dict(zip(wanted, np.asarray(found, np.float64), strict=True))
            own_image_predictions.save(run.folder, answers)
        return np.array([answers[name] for name in names]).reshape(-1, 10)


def learnt(spec: RunSpec) -> frozenset[str]:
    """Keys of the user's own digits that a run learnt from.

    Raises:
        DataError: the set that it learnt from is not here any more.
    """
    return frozenset(own_image_sets.load(spec.own_images).keys) if spec.own_images else frozenset()


def _score(
    answering: OwnImagePredictor, run: Run, digits: OwnImageSet, is_cancelled: Callable[[], bool]
) -> OwnImageScore:
    try:
        places = digits.without(learnt(run.spec))
        logits = answering.logits(run, digits.digits.images, is_cancelled)[places]
    except CancelledByUser:
        raise
    except MnistStudioError as error:
        return OwnImageScore(run, None, np.zeros((10, 10), np.int64), problem=str(error))
    labels = digits.digits.labels[places]
    right = predictions(logits) == labels
    return OwnImageScore(
        run,
        intervals.accuracy(int(right.sum()), len(right)) if len(right) else None,
        confusion_matrix(logits, labels),
        len(digits.keys) - len(places),
        frozenset(digits.keys[place] for place in places[~right]),
    )
