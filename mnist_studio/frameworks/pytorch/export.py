"""A trained network as a state dict, the format PyTorch's users exchange."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.pytorch import layout
from mnist_studio.frameworks.pytorch.network import build
from mnist_studio.spec.layers import Dense, Flatten, Shape
from mnist_studio.spec.model import ModelSpec, describe


def export(model: ModelSpec, weights: Weights, path: Path) -> None:
    """Writes the state dict of an ``nn.Sequential`` with layers named as in the spec.

    The studio flattens feature maps as (height, width, channel). The exported dense kernels expect
    (channel, height, width), so that a network with the usual ``nn.Flatten`` can load them.
    """
    torch.save(state_dict(model, weights), path)


def state_dict(model: ModelSpec, weights: Weights) -> dict[str, Tensor]:
    """PyTorch's tensors by PyTorch's names, on the CPU."""
    precise = all(array.dtype == np.float64 for array in weights.values())
    network = build(model, "float64" if precise else "float32", torch.device("cpu"))
    ordinary = _channel_first(model, weights)
    for name, parameter in layout.parameters(network).items():
        layout.fill(parameter, ordinary[name])
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}


def _channel_first(model: ModelSpec, weights: Weights) -> dict[str, Array]:
    """The weights, with every dense kernel behind a flattened feature map in PyTorch's order."""
    changed = dict(weights)
    flattened: Shape | None = None
    for report in describe(model):
        if isinstance(report.layer, Flatten) and len(report.input) == 3:
            flattened = report.input
        elif isinstance(report.layer, Dense) and flattened is not None:
            name = f"{report.name}.kernel"
            changed[name] = _reordered(weights[name], flattened)
            flattened = None
    return changed


def _reordered(kernel: Array, shape: Shape) -> Array:
    """A (height · width · channel, out) kernel as (channel · height · width, out)."""
    return kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
