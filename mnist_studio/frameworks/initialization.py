"""Initial weights: a pure function of the network and the seed, the same for every framework."""

from math import prod, sqrt

import numpy as np

from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.layers import Conv, Dense, Initializer, Shape, Uniform
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.spec.run import Precision, storage

_ONES = ("scale", "variance")
"""Arrays of a batch-norm layer that start at 1. Its other arrays start at 0."""


def initial_weights(model: ModelSpec, seed: int, precision: Precision = "float32") -> Weights:
    """The weights and running statistics that every framework starts from.

    They are drawn in float64 and rounded to float32, so that runs in float32 and in float64 start
    from the same numbers.
    """
    weights: dict[str, Array] = {}
    for position, report in enumerate(describe(model)):
        for name, values in _layer(report, seed, position).items():
            weights[name] = values.astype(np.float32).astype(storage(precision))
    return weights


def _layer(report: LayerReport, seed: int, position: int) -> dict[str, Array]:
    layer, arrays = report.layer, report.arrays | report.statistics
    if not isinstance(layer, Dense | Conv):
        return {name: np.full(shape, float(name.endswith(_ONES))) for name, shape in arrays.items()}
    rng = generator(seed, Purpose.WEIGHTS, part=position)
    kernel = arrays[f"{report.name}.kernel"]
    values = {f"{report.name}.kernel": _draw(rng, layer.initial, kernel, kernel)}
    if layer.bias:
        bias = _draw(rng, layer.initial_bias, (kernel[-1],), kernel)
        values[f"{report.name}.bias"] = bias
    return values


def _draw(rng: np.random.Generator, initializer: Initializer, shape: Shape, kernel: Shape) -> Array:
    """An array of the given shape for a layer whose kernel is (..., in, out).

    The fans include the kernel's window: fan-in is window·in, fan-out is window·out.
    """
    window = prod(kernel[:-2])
    fan_in, fan_out = window * kernel[-2], window * kernel[-1]
    match initializer:
        case "zeros":
            return np.zeros(shape)
        case "he_normal":
            # He et al. 2015, equation 10.
            return rng.normal(0.0, sqrt(2 / fan_in), shape)
        case "glorot_normal":
            # Glorot & Bengio 2010, equation 12, drawn from a normal distribution.
            return rng.normal(0.0, sqrt(2 / (fan_in + fan_out)), shape)
        case "lecun_normal":
            # LeCun et al. 1998, section 4.6, equation 16.
            return rng.normal(0.0, sqrt(1 / fan_in), shape)
        case "he_uniform":
            # He et al. 2015, equation 10: a uniform draw with the same variance.
            limit = sqrt(6 / fan_in)
        case "glorot_uniform":
            # Glorot & Bengio 2010, equation 16.
            limit = sqrt(6 / (fan_in + fan_out))
        case "fan_in_uniform":
            # LeCun et al. 1998, section 4.6, drawn uniformly, which is PyTorch's default.
            limit = sqrt(1 / fan_in)
        case "size_uniform":
            # Scaled by the number of weights in the kernel, as one of the source projects does.
            limit = sqrt(1 / prod(kernel))
        case Uniform(limit=limit):
            pass
    return rng.uniform(-limit, limit, shape)
