"""A native Keras script, observed through an additional callback."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.native_script import ScriptObserver, observe_calls, observe_loading
from mnist_studio.frameworks.tensorflow_keras.network import canonical_name
from mnist_studio.spec.model import describe
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.spec.steps import batch_sizes

_WITH_WEIGHTS = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.BatchNormalization)


class NativeScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, images: int) -> None:
        self._module = module
        self._run = run
        self._images = images
        self._network: Any = None

    def train(self, data: Path, observer: ScriptObserver) -> None:
        """See ``Script.train``."""

        def built(network: keras.Sequential) -> None:
            self._built(network)
            _add_callback(network, _Callback(self._run, self._images, observer))

        observe_loading(self._module, observer)
        observe_calls(self._module, "build_model", after=built)
        self._module.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``. The script's network scales gray levels itself."""
        dtype = storage(self._run.training.precision)
        levels = images[..., np.newaxis].astype(dtype)
        return np.asarray(self._network.predict_on_batch(levels), dtype=dtype)

    def weights(self) -> Weights:
        """See ``Script.weights``. The canonical layout equals Keras' layout."""
        layers = iter(layer for layer in self._network.layers if isinstance(layer, _WITH_WEIGHTS))
        return {
            f"{report.name}.{canonical_name(variable)}": variable.value.numpy().copy()
            for report in describe(self._run.model)
            if report.arrays
            for variable in next(layers).weights
        }

    def _built(self, network: keras.Sequential) -> None:
        self._network = network


def _add_callback(network: keras.Sequential, callback: keras.callbacks.Callback) -> None:
    """Adds a callback to the network's ``fit``, before the script's own callbacks."""
    fit = network.fit

    def observed(
        *arguments: Any, callbacks: Iterable[keras.callbacks.Callback] = (), **options: Any
    ) -> Any:
        return fit(*arguments, callbacks=[callback, *callbacks], **options)

    network.fit = observed


class _Callback(keras.callbacks.Callback):
    """Reports to an observer what ``fit`` does."""

    def __init__(self, run: RunSpec, images: int, observer: ScriptObserver) -> None:
        super().__init__()
        self._training = run.training
        self._images = images
        self._observer = observer
        self._steps = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Reports training. The first epoch starts with compiling."""
        self._seen, self._loss, self._correct = 0, 0.0, 0
        self._observer.enter("train" if self._steps else "compile")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """Computes the batch's values, because Keras reports means over the epoch so far."""
        (size,) = batch_sizes(self._training, self._images, self._steps, self._steps + 1)
        self._steps += 1
        self._seen += size
        loss = float(logs["loss"]) * self._seen
        correct = round(float(logs["accuracy"]) * self._seen)
        self._observer.step((loss - self._loss) / size, correct - self._correct, size)
        self._loss, self._correct = loss, correct

    def on_test_begin(self, logs: object = None) -> None:
        """Reports the validation in ``fit``."""
        self._observer.enter("evaluate")

    def on_test_batch_end(self, batch: int, logs: object = None) -> None:
        """Reports an evaluated batch."""
        self._observer.batch_evaluated()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """What ``fit`` validates on are the test images where none are dtype apart."""
        has_validation = bool(self._training.validation)
        score = (float(logs["val_loss"]), float(logs["val_accuracy"]))
        self._observer.epoch(score if has_validation else None)
