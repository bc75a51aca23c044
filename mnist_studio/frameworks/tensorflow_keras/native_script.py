"""A Keras script as it is written, heard through a callback beside its own."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.native_script import ScriptObserver, heard
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.spec.steps import batch_sizes

_LEARNING = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.BatchNormalization)
_NAMES = {
    "kernel": "kernel", "bias": "bias", "gamma": "scale", "beta": "offset",
    "moving_mean": "mean", "moving_variance": "variance",
}  # fmt: skip


class WrittenScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, digits: int) -> None:
        self._module = module
        self._run = run
        self._digits = digits
        self._network: Any = None

    def train(self, data: Path, watcher: ScriptObserver) -> None:
        """See ``Script.train``."""

        def built(network: keras.Sequential) -> None:
            self._built(network)
            _beside(network, _Callback(self._run, self._digits, watcher))

        heard(self._module, "build_model", after=built)
        self._module.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``; the script's network scales gray levels itself."""
        kept = storage(self._run.training.precision)
        levels = images[..., np.newaxis].astype(kept)
        return np.asarray(self._network.predict_on_batch(levels), dtype=kept)

    def weights(self) -> Weights:
        """See ``Script.weights``; the canonical layout is Keras' own."""
        layers = iter(layer for layer in self._network.layers if isinstance(layer, _LEARNING))
        return {
            f"{report.name}.{_NAMES[variable.name]}": variable.value.numpy().copy()
            for report in describe(self._run.model)
            if report.arrays
            for variable in next(layers).weights
        }

    def _built(self, network: keras.Sequential) -> None:
        self._network = network


def _beside(network: keras.Sequential, callback: keras.callbacks.Callback) -> None:
    """Lets the network's ``fit`` tell ``callback`` too, before the script's own callbacks."""
    fit = network.fit

    def listening(
        *arguments: Any, callbacks: Iterable[keras.callbacks.Callback] = (), **options: Any
    ) -> Any:
        return fit(*arguments, callbacks=[callback, *callbacks], **options)

    network.fit = listening


class _Callback(keras.callbacks.Callback):
    """Tells a watcher what ``fit`` does."""

    def __init__(self, run: RunSpec, digits: int, watcher: ScriptObserver) -> None:
        super().__init__()
        self._training = run.training
        self._digits = digits
        self._watcher = watcher
        self._steps = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """The first step of all compiles."""
        self._seen, self._loss, self._correct = 0, 0.0, 0
        self._watcher.enter("train" if self._steps else "compile")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """Keras tells means over the epoch so far; a batch's own is what they have grown by."""
        (size,) = batch_sizes(self._training, self._digits, self._steps, self._steps + 1)
        self._steps += 1
        self._seen += size
        loss = float(logs["loss"]) * self._seen
        correct = round(float(logs["accuracy"]) * self._seen)
        self._watcher.step((loss - self._loss) / size, correct - self._correct, size)
        self._loss, self._correct = loss, correct

    def on_test_begin(self, logs: object = None) -> None:
        """Validation within ``fit``."""
        self._watcher.enter("evaluate")

    def on_test_batch_end(self, batch: int, logs: object = None) -> None:
        """A batch was evaluated."""
        self._watcher.breathe()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """What ``fit`` validates on are the test digits where none are kept apart."""
        apart = bool(self._training.validation)
        score = (float(logs["val_loss"]), float(logs["val_accuracy"]))
        self._watcher.epoch(score if apart else None)
