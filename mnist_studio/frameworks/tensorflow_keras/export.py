"""A trained network in Keras' own file format."""

from pathlib import Path

import numpy as np

from mnist_studio.frameworks.base import Weights
from mnist_studio.frameworks.tensorflow_keras import network
from mnist_studio.spec.model import ModelSpec


def export(model: ModelSpec, weights: Weights, path: Path) -> None:
    """Writes a ``.keras`` file of plain Keras layers; it takes normalized inputs (n, 28, 28, 1)."""
    precise = all(array.dtype == np.float64 for array in weights.values())
    made = network.build(model, "float64" if precise else "float32")
    network.fill(made, weights)
    made.save(path)
