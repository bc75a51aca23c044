"""NumPy as a framework."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mnist_studio.frameworks.base import Device, Problem, Weights
from mnist_studio.frameworks.numpy_scratch.learner import NumpyLearner
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec


class NumpyFramework:
    """See ``frameworks.base.Framework``."""

    name = "numpy"

    def devices(self) -> Sequence[Device]:
        """The CPU, the only device that NumPy supports."""
        return (Device("cpu", "CPU"),)

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """NumPy supports neither GPUs nor bfloat16."""
        found = []
        if run.device not in ("auto", "cpu"):
            found.append(
                Problem(
                    f"NumPy runs on the CPU only, not on {run.device}.",
                    "Set the device to cpu or auto, or choose another framework.",
                )
            )
        if run.training.precision == "bfloat16":
            found.append(
                Problem(
                    "NumPy does not support bfloat16.",
                    "Set the precision to float32, or choose another framework.",
                )
            )
        return tuple(found)

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> NumpyLearner:
        """See ``Framework.learner``."""
        return NumpyLearner(run, weights)

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """Writes an ``.npz`` with every array by its full name, in the canonical layout."""
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(weights))
