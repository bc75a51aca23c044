"""The task of predicting with trained networks of one framework."""

from collections.abc import Generator, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device, Framework, Learner, Weights
from mnist_studio.prediction.messages import LoadModels, Logits, ModelError, ModelRef, Predict
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, epoch_weights
from mnist_studio.workers.serve import explain
from mnist_studio.workers.task import Context


class LoadedModels:
    """The networks that one framework holds, on the CPU."""

    def __init__(self) -> None:
        self._refs: dict[str, ModelRef] = {}
        self._learners: dict[str, Learner] = {}

    def __call__(
        self, request: LoadModels | Predict, _: Context[Logits]
    ) -> Generator[Logits, None, tuple[ModelError, ...]]:
        """See ``messages.PREDICT``."""
        if isinstance(request, LoadModels):
            return tuple(self.load(request))
        yield from self.predict(request)
        return ()

    def load(self, request: LoadModels) -> Iterator[ModelError]:
        """Opens new models and releases those that are not requested any more.

        A model that cannot be opened is tried and reported once.

        Raises:
            FrameworkMissing: it is not installed, or its installation is broken.
        """
        framework = registry.load(request.framework)
        former, self._refs = self._refs, request.models
        self._learners = {
            run: learner
            for run, learner in self._learners.items()
            if request.models.get(run) == former[run]
        }
        for run, ref in request.models.items():
            if former.get(run) != ref:
                try:
                    self._learners[run] = open_model(framework, ref)
                except Exception as error:  # noqa: BLE001 - the other models still answer
                    yield ModelError(run, explain(error))

    def predict(self, request: Predict) -> Iterator[Logits]:
        """The logits of every model, or of the requested one."""
        for run, learner in self._learners.items():
            if request.run in ("", run):
                yield _logits(run, learner, request.images)


def open_model(framework: Framework, ref: ModelRef) -> Learner:
    """A trained network after a first forward pass, which is the slow one.

    Raises:
        MnistStudioError: its weights are missing or damaged.
    """
    # A known bug may have scaled the inputs it was trained on in another way.
    spec = effective(codec.validate(ref.spec))
    weights = _weights(ref, spec)
    cpu = next(device for device in framework.devices() if device.kind == "cpu")
    learner = framework.learner(spec, weights, Device("cpu", cpu.name))
    learner.logits(np.zeros((1, 28, 28), np.uint8))
    return learner


def _weights(ref: ModelRef, spec: RunSpec) -> Weights:
    """The weights of a run, or those after an epoch while it trains."""
    folder = Path(ref.folder)
    if not ref.epoch:
        return artifacts.load_weights(folder, spec)
    if ref.epoch in epoch_weights.epochs_kept(folder):
        return epoch_weights.load(folder, spec, ref.epoch)
    # Without a budget for the weights of epochs, the checkpoint has those of the newest one.
    checkpoint = artifacts.load_checkpoint(folder, spec)
    return checkpoint.average.weights if checkpoint.average else checkpoint.weights


def _logits(run: str, learner: Learner, images: NDArray[np.uint8]) -> Logits:
    start = perf_counter()
    logits = learner.logits(images).astype(np.float64)
    return Logits(run, logits, 1000 * (perf_counter() - start))
