"""NumPy as a framework of the studio."""

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
        """The CPU; NumPy knows no other."""
        return (Device("cpu", "CPU"),)

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """A GPU and bfloat16 are what one can ask of NumPy that it has not."""
        found = []
        if run.device not in ("auto", "cpu"):
            found.append(
                Problem(
                    f"NumPy computes on the CPU only, not on {run.device}.",
                    "Choose the device cpu or auto, or another framework.",
                )
            )
        if run.training.precision == "bfloat16":
            found.append(
                Problem(
                    "NumPy does not compute in bfloat16.",
                    "Choose the precision float32, or another framework.",
                )
            )
        return tuple(found)

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> NumpyLearner:
        """See ``Framework.learner``."""
        return NumpyLearner(run, weights)

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """An ``.npz`` with every array in its canonical layout, by its full name."""
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(weights))
