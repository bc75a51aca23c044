"""Weights with a part of the network switched off, or with noise."""

import numpy as np

from mnist_studio.errors import UsageError
from mnist_studio.frameworks.base import Weights
from mnist_studio.spec.model import ModelSpec, describe


def units_of(model: ModelSpec) -> dict[str, int]:
    """The number of units or channels of every layer with weights, by the layer's name.

    Raises:
        SpecError: the network is not valid.
    """
    return {report.name: report.output[-1] for report in describe(model) if report.arrays}


def ablated(weights: Weights, layer: str, unit: int | None = None) -> Weights:
    """Weights with which a layer, or one of its units or channels, has the output 0.

    A dense layer and a convolution have 0 as kernel and bias there, a batch normalization as scale
    and offset, so that their output is 0 for every image.

    Args:
        weights: of the network; not changed.
        layer: name of a layer with weights.
        unit: of that layer, from 0; None for all of them.

    Raises:
        UsageError: there is no such layer or unit.
    """
    names = [name for name in weights if name.startswith(f"{layer}.")]
    trained = [name for name in names if not name.endswith((".mean", ".variance"))]
    if not trained:
        raise UsageError(f"The layer {layer} has no weights.", "Choose a layer with weights.")
    count = weights[trained[0]].shape[-1]
    if unit is not None and not 0 <= unit < count:
        raise UsageError(
            f"The unit must be 0 to {count - 1}, got {unit}.", "Choose a unit of that layer."
        )
    changed = dict(weights)
    for name in trained:
        array = np.array(weights[name])
        array[..., slice(None) if unit is None else unit] = 0
        changed[name] = array
    return changed


def noisy(weights: Weights, share: float, seed: int = 0) -> Weights:
    """Weights with Gaussian noise on all kernels.

    Args:
        weights: of the network; not changed.
        share: standard deviation of the noise, as a share of that of the weights in each kernel.
        seed: of the noise.
    """
    random = np.random.default_rng(seed)
    changed = dict(weights)
    for name in sorted(weights):
        if name.endswith(".kernel"):
            array = weights[name]
            noise = random.standard_normal(array.shape) * float(array.std()) * share
            changed[name] = (array + noise).astype(array.dtype)
    return changed
