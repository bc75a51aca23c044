"""What is done with the gradients of a step before they are used."""

import numpy as np

from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.spec.run import ClipNorm, ClipValue


def sum_biases(gradients: Flat) -> None:
    """A fault: every bias of a layer gets the sum over all its biases."""
    for name, array in gradients.arrays.items():
        if name.endswith(".bias"):
            array[...] = array.sum()


def clip(gradients: Flat, how: ClipNorm | ClipValue | None) -> None:
    """Shortens all of them together (Pascanu et al. 2013), or cuts every number off.

    g = g · min(1, limit / ‖g‖), or g = min(max(g, -limit), limit).
    """
    vector = gradients.vector
    match how:
        case ClipNorm(limit=limit):
            norm = float(np.linalg.norm(vector))
            if norm > limit:
                vector *= limit / norm
        case ClipValue(limit=limit):
            np.clip(vector, -limit, limit, out=vector)
        case None:
            pass
