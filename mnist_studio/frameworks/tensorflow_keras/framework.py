"""Keras with TensorFlow as a framework."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mnist_studio.frameworks.base import Device, Problem, Weights
from mnist_studio.frameworks.tensorflow_keras import devices, network
from mnist_studio.frameworks.tensorflow_keras.learner import KerasLearner
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec


class KerasFramework:
    """See ``frameworks.base.Framework``."""

    name = "keras"

    def devices(self) -> Sequence[Device]:
        """See ``Framework.devices``."""
        return devices.devices()

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """See ``Framework.problems``."""
        return devices.problems(run)

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> KerasLearner:
        """See ``Framework.learner``.

        Raises:
            DeviceMissing: this machine has no such device.
        """
        return KerasLearner(run, weights, device)

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """Writes a ``.keras`` file of standard layers, for normalized inputs (n, 28, 28, 1)."""
        precise = all(array.dtype == np.float64 for array in weights.values())
        built = network.build(model, "float64" if precise else "float32")
        network.fill(built, weights)
        built.save(path)
