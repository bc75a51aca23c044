"""PyTorch as a framework."""

from collections.abc import Sequence
from pathlib import Path

from mnist_studio.frameworks.base import Device, Problem, Weights
from mnist_studio.frameworks.pytorch import devices
from mnist_studio.frameworks.pytorch.export import export
from mnist_studio.frameworks.pytorch.learner import PytorchLearner
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec


class PytorchFramework:
    """See ``frameworks.base.Framework``."""

    name = "pytorch"

    def devices(self) -> Sequence[Device]:
        """See ``Framework.devices``."""
        return devices.devices()

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """See ``Framework.problems``."""
        return devices.problems(run)

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> PytorchLearner:
        """See ``Framework.learner``.

        Raises:
            DeviceMissing: this machine has no such device.
        """
        return PytorchLearner(run, weights, device)

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """See ``pytorch.export.export``."""
        export(model, weights, path)
