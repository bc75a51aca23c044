"""Initial weights, the same for every framework: a pure function of the network and the seed."""

from math import prod, sqrt

import numpy as np

from mnist_studio.data.randomness import Purpose, generator
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.layers import Conv, Dense, Initialiser, Shape
from mnist_studio.spec.model import ModelSpec, describe
from mnist_studio.spec.run import Precision


def initial_weights(model: ModelSpec, seed: int, precision: Precision = "float32") -> Weights:
    """The weights every framework starts from; biases are 0.

    Drawn in float64 and rounded, so that float32 and float64 start from the same numbers.
    """
    weights: dict[str, Array] = {}
    for place, report in enumerate(describe(model)):
        for name, shape in report.arrays.items():
            if isinstance(report.layer, Dense | Conv) and len(shape) > 1:
                rng = generator(seed, Purpose.WEIGHTS, part=place)
                drawn = _draw(rng, report.layer.initial, shape)
            else:
                drawn = np.zeros(shape)
            weights[name] = drawn.astype(np.float32).astype(precision)
    return weights


def _draw(rng: np.random.Generator, initialiser: Initialiser, shape: Shape) -> Array:
    """A kernel (..., in, out). Fans count the kernel's window: window·in and window·out."""
    window = prod(shape[:-2])
    fan_in, fan_out = window * shape[-2], window * shape[-1]
    match initialiser:
        case "glorot_uniform":
            # Glorot & Bengio 2010, equation 16.
            limit = sqrt(6 / (fan_in + fan_out))
            return rng.uniform(-limit, limit, shape)
        case "he_normal":
            # He et al. 2015, equation 10.
            return rng.normal(0.0, sqrt(2 / fan_in), shape)
