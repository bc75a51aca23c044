"""Changes to the gradients of a step before the optimizer uses them."""

import numpy as np

from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.spec.run import ClipNorm, ClipValue


def sum_biases(gradients: Flat) -> None:
    """A known bug: every bias of a layer gets the sum of the gradients of all its biases."""
    for name, array in gradients.arrays.items():
        if name.endswith(".bias"):
            array[...] = array.sum()


def clip(gradients: Flat, how: ClipNorm | ClipValue | None) -> None:
    """Clips all gradients by their common norm (Pascanu et al. 2013), or each number by its value.

    By norm: g = g · min(1, limit / ‖g‖). By value: g = min(max(g, -limit), limit).
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
