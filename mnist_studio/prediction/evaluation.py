"""Predictions of trained networks for many images, each by its own framework."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import DataError, JobError, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.messages import (
    PREDICT,
    LoadModels,
    Logits,
    ModelError,
    Predict,
    model_ref,
)
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import ignore, never
from mnist_studio.workers.worker import PersistentWorker, final_result

SLICE = 500
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Evaluation:
    """The predictions of one network for some images.

    Attributes:
        logits: (n, k) float64.
        milliseconds: all forward passes took.
    """

    logits: Array
    milliseconds: float


def engine_for(framework: str) -> str:
    """The framework that computes for runs of ``framework``: NumPy where it is not installed."""
    return framework if registry.version(framework) else "numpy"


def check_not_empty(test: LabeledImages) -> None:
    """Refuses a test set without images.

    Raises:
        DataError: it has none.
    """
    if not len(test):
        raise DataError("The test set has no images.", "Choose another file or folder.")


def check_labels(run: Run, test: LabeledImages) -> None:
    """Refuses a test set whose labels are not the classes of a run.

    Raises:
        UsageError: it has labels that the run does not have.
    """
    highest, classes = int(test.labels.max(initial=0)), len(run.spec.class_names)
    if highest >= classes:
        raise UsageError(
            f"The test set has labels up to {highest}, but this model has {classes} classes, so "
            f"its labels are 0 to {classes - 1}.",
            "Choose a model that was trained on these classes.",
        )


class Evaluator(PersistentWorker[LoadModels | Predict, Logits, tuple[ModelError, ...]]):
    """Predicts with the networks of one framework in a child process.

    Attributes:
        engine: the framework that computes.
    """

    def __init__(self, framework: str, threads: int = 0) -> None:
        """Starts the process.

        Args:
            framework: of the runs. NumPy computes where it is not installed.
            threads: of the CPU; 0 leaves it to the framework.

        Raises:
            JobError: it could not be started.
        """
        self.engine = engine_for(framework)
        super().__init__(PREDICT, self.engine, TIMEOUT_SECONDS, threads)
        # The framework is imported while the caller still prepares its images.
        self.request(LoadModels(self.engine, {}))

    def predict(
        self,
        run: Run,
        images: NDArray[np.uint8],
        on_progress: Callable[[float], None] = ignore,
        is_cancelled: Callable[[], bool] = never,
    ) -> Evaluation:
        """The predictions of a trained run for images (n, 28, 28).

        Raises:
            JobError: the process died, or the run's weights cannot be used.
            CancelledByUser: by the user.
        """
        load = LoadModels(self.engine, {run.id: model_ref(run)})
        errors = final_result(self.request(load, is_cancelled))
        parts, milliseconds = [], 0.0
        for start in range(0, len(images), SLICE):
            request = Predict(images[start : start + SLICE], run.id)
            found = list(self.request(request, is_cancelled))
            if not found:
                reasons = [error.reason for error in errors]
                nothing = f"{run.name} returned no prediction.", "Train it again."
                raise JobError(*reasons or nothing)
            (answer,) = found
            parts.append(answer.logits)
            milliseconds += answer.milliseconds
            on_progress(min(1.0, (start + SLICE) / len(images)))
        return Evaluation(np.concatenate(parts), milliseconds)
