"""What the child that predicts is sent and what it answers."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.events import Finished, Stopped
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import Task


class ModelRef(msgspec.Struct, frozen=True):
    """Where a trained network is.

    Attributes:
        folder: of the run.
        spec: of the run.
        step: its weights were trained to. A resumed run has other weights in the same folder.
        epoch: after which it is used; 0 for the weights of a run that has ended.
    """

    folder: str
    spec: RunSpec
    step: int
    epoch: int = 0


class LoadModels(msgspec.Struct, frozen=True, tag=True):
    """The models that the child holds from now on. It releases all others.

    Attributes:
        framework: that computes.
        models: by the id of their run.
    """

    framework: str
    models: dict[str, ModelRef]


class Predict(msgspec.Struct, frozen=True, tag=True):
    """Images for one loaded model or for all of them.

    Attributes:
        images: (n, 28, 28).
        run: id of the only model that answers; empty for all.
    """

    images: NDArray[np.uint8]
    run: str = ""


class Logits(msgspec.Struct, frozen=True):
    """One model's answer.

    Attributes:
        run: id of the model's run.
        logits: (n, k) float64.
        milliseconds: the forward pass took.
    """

    run: str
    logits: Array
    milliseconds: float


class ModelError(msgspec.Struct, frozen=True):
    """A model that cannot be loaded, and why. It is reported once."""

    run: str
    reason: str


PREDICT: Task[LoadModels | Predict, Logits, tuple[ModelError, ...]] = Task(
    "mnist_studio.prediction.predict_task.LoadedModels", Logits, tuple[ModelError, ...]
)
"""Answers ``Predict`` with the logits of one model after the other, and ``LoadModels`` with the
models that cannot be loaded.
"""


def model_ref(run: Run) -> ModelRef:
    """Where the network of a trained run is."""
    step = run.terminal.step if isinstance(run.terminal, Finished | Stopped) else 0
    return ModelRef(str(run.folder), run.spec, step)
