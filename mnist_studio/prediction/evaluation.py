"""Trained networks on many digits, each by its own framework, in a child."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.messages import PREDICT, LoadModels, Predict, model_ref
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import ignore, never
from mnist_studio.workers.worker import PersistentWorker

SLICE = 500
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Evaluation:
    """What one network says of some images.

    Attributes:
        logits: (n, 10) float64.
        milliseconds: all forward passes took.
    """

    logits: Array
    milliseconds: float


def engine_for(framework: str) -> str:
    """The framework that computes for runs of ``framework``: NumPy where it is not installed."""
    return framework if registry.version(framework) else "numpy"


class Evaluator:
    """A child that answers with the networks of one framework; a context manager.

    Attributes:
        engine: the framework that really computes.
    """

    def __init__(self, framework: str, threads: int = 0) -> None:
        """Starts the child.

        Args:
            framework: of the runs; NumPy stands in where it is not installed.
            threads: of the CPU; 0 leaves it to the framework.

        Raises:
            JobError: it could not be started.
        """
        self.engine = engine_for(framework)
        self._worker = PersistentWorker(PREDICT, self.engine, TIMEOUT_SECONDS, threads)
        # The framework is imported while the caller still prepares its images.
        self._worker.request(LoadModels(self.engine, {}))

    def __enter__(self) -> Self:
        """The evaluator itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the child."""
        self._worker.close()

    def judge(
        self,
        run: Run,
        images: NDArray[np.uint8],
        progress: Callable[[float], None] = ignore,
        is_cancelled: Callable[[], bool] = never,
    ) -> Evaluation:
        """What a trained run says of images (n, 28, 28).

        Raises:
            JobError: the child died, or the run's weights cannot be used.
            CancelledByUser: by the user.
        """
        load = LoadModels(self.engine, {run.id: model_ref(run)})
        errors = self._worker.request(load, is_cancelled).result()
        parts, milliseconds = [], 0.0
        for start in range(0, len(images), SLICE):
            predict = Predict(images[start : start + SLICE], run.id)
            found = list(self._worker.request(predict, is_cancelled))
            if not found:
                reasons = [error.reason for error in errors]
                raise JobError(*reasons or (f"{run.title} gave no answer.", "Train it again."))
            (answer,) = found
            parts.append(answer.logits)
            milliseconds += answer.milliseconds
            progress(min(1.0, (start + SLICE) / len(images)))
        return Evaluation(np.concatenate(parts), milliseconds)
