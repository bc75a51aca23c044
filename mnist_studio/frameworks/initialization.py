"""Initial weights, the same for every framework: a pure function of the network and the seed."""

from math import prod, sqrt

import numpy as np

from mnist_studio.data.pipeline.randomness import Purpose, generator
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.layers import Conv, Dense, Initializer, Shape, Uniform
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.spec.run import Precision, storage

_ONES = ("scale", "variance")
"""Parts of a batch-norm layer that start at 1; its others start at 0."""


def initial_weights(model: ModelSpec, seed: int, precision: Precision = "float32") -> Weights:
    """The weights and running statistics every framework starts from.

    Drawn in float64 and rounded, so that float32 and float64 start from the same numbers.
    """
    weights: dict[str, Array] = {}
    for place, report in enumerate(describe(model)):
        for name, drawn in _layer(report, seed, place).items():
            weights[name] = drawn.astype(np.float32).astype(storage(precision))
    return weights


def _layer(report: LayerReport, seed: int, place: int) -> dict[str, Array]:
    layer, arrays = report.layer, report.arrays | report.statistics
    if not isinstance(layer, Dense | Conv):
        return {name: np.full(shape, float(name.endswith(_ONES))) for name, shape in arrays.items()}
    rng = generator(seed, Purpose.WEIGHTS, part=place)
    kernel = arrays[f"{report.name}.kernel"]
    drawn = {f"{report.name}.kernel": _draw(rng, layer.initial, kernel, kernel)}
    if layer.bias:
        bias = _draw(rng, layer.initial_bias, (kernel[-1],), kernel)
        drawn[f"{report.name}.bias"] = bias
    return drawn


def _draw(rng: np.random.Generator, initializer: Initializer, shape: Shape, kernel: Shape) -> Array:
    """An array of ``shape`` of a layer with a ``kernel`` (..., in, out).

    Fans count the kernel's window: window·in and window·out.
    """
    window = prod(kernel[:-2])
    fan_in, fan_out = window * kernel[-2], window * kernel[-1]
    match initializer:
        case "zeros":
            return np.zeros(shape)
        case "he_normal":
            # He et al. 2015, equation 10.
            return rng.normal(0.0, sqrt(2 / fan_in), shape)
        case "glorot_uniform":
            # Glorot & Bengio 2010, equation 16.
            limit = sqrt(6 / (fan_in + fan_out))
        case "fan_in_uniform":
            # LeCun et al. 1998, section 4.6, as an even draw; PyTorch's default.
            limit = sqrt(1 / fan_in)
        case "size_uniform":
            # By the number of weights in the kernel, as one of the sources draws them.
            limit = sqrt(1 / prod(kernel))
        case Uniform(limit=limit):
            pass
    return rng.uniform(-limit, limit, shape)
