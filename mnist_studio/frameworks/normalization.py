"""Gray levels as network inputs, by the same expression for every framework."""

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.spec.model import Scaling
from mnist_studio.spec.run import Precision, storage


def level_table(scaling: Scaling, precision: Precision) -> Array:
    """(256,): the input for each gray level, (level / 255 - mean) / deviation.

    It is computed in float64 and rounded once, so that every framework gets the same inputs.
    """
    levels = (np.arange(256) / 255 - scaling.mean) / scaling.deviation
    return levels.astype(storage(precision))


def normalize(images: NDArray[np.uint8], scaling: Scaling, precision: Precision) -> Array:
    """(n, 28, 28) gray levels -> (n, 28, 28) inputs."""
    return level_table(scaling, precision)[images]
