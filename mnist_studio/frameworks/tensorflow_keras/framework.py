"""TensorFlow and Keras as a framework of the studio."""

from collections.abc import Sequence
from pathlib import Path

from mnist_studio.frameworks.base import Device, Problem, Weights
from mnist_studio.frameworks.tensorflow_keras import devices
from mnist_studio.frameworks.tensorflow_keras.export import export
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
        """See ``tensorflow_keras.export.export``."""
        export(model, weights, path)
