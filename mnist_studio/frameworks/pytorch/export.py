"""Exports a trained network as a state dict, PyTorch's usual format."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.pytorch import layout
from mnist_studio.frameworks.pytorch.network import build
from mnist_studio.spec.layers import Dense, Flatten, Shape
from mnist_studio.spec.model import LayerReport, ModelSpec, describe


def export(model: ModelSpec, weights: Weights, path: Path) -> None:
    """Writes the state dict of an ``nn.Sequential`` whose layers are named as in the spec.

    Runs flatten feature maps as (height, width, channel). The exported dense kernels expect
    (channel, height, width), so that a network with the usual ``nn.Flatten`` can load them.
    """
    torch.save(state_dict(model, weights), path)


def state_dict(model: ModelSpec, weights: Weights) -> dict[str, Tensor]:
    """Tensors by PyTorch's names, on the CPU."""
    precise = all(array.dtype == np.float64 for array in weights.values())
    network = build(model, "float64" if precise else "float32", torch.device("cpu"))
    layout.load(network, _channel_first(model, weights))
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}


def _channel_first(model: ModelSpec, weights: Weights) -> Weights:
    """The weights, with those after a flattened feature map reordered to channel first."""
    changed = dict(weights)
    flattened: Shape | None = None
    for report in describe(model):
        if isinstance(report.layer, Flatten) and len(report.input) == 3:
            flattened = report.input
        elif flattened is not None:
            for name in _by_input(report):
                changed[name] = _reordered(weights[name], flattened)
            if isinstance(report.layer, Dense):
                flattened = None
    return changed


def _by_input(report: LayerReport) -> Iterable[str]:
    """The arrays whose first axis is the input, in a layer after a flattening."""
    if isinstance(report.layer, Dense):
        return (f"{report.name}.kernel",)
    return (*report.arrays, *report.statistics)


def _reordered(array: Array, shape: Shape) -> Array:
    """(height · width · channel, ...) as (channel · height · width, ...)."""
    return array.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(array.shape)
