"""Converts between the canonical layout of weights and PyTorch's.

A dense kernel is (in, out) in the canonical layout and (out, in) in PyTorch. A convolution's kernel
is (height, width, in, out) and (out, in, height, width). ``conv1.kernel`` is ``conv1.weight`` in
PyTorch.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.pytorch.network import BatchNorm

NAMES: Mapping[str, str] = MappingProxyType({"weight": "kernel", "bias": "bias"})
"""Canonical names of PyTorch's arrays in a dense layer or a convolution."""

BATCH_NORM_NAMES: Mapping[str, str] = MappingProxyType(
    {"weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance"}
)
"""Canonical names of PyTorch's arrays in a batch-norm."""


def tensors(network: nn.Sequential) -> dict[str, Tensor]:
    """All weights by their canonical names, in the order of the spec."""
    return {
        f"{name}.{_names(layer)[part]}": tensor
        for name, layer in network.named_children()
        for part, tensor in (*layer.named_parameters(), *layer.named_buffers())
    }


def parameters(network: nn.Sequential) -> dict[str, nn.Parameter]:
    """All trainable weights by their canonical names."""
    return {n: t for n, t in tensors(network).items() if isinstance(t, nn.Parameter)}


def statistics(network: nn.Sequential) -> dict[str, Tensor]:
    """All running statistics by their canonical names."""
    return {n: t for n, t in tensors(network).items() if not isinstance(t, nn.Parameter)}


def load(network: nn.Sequential, weights: Weights) -> None:
    """Replaces all weights with canonical ones."""
    for name, tensor in tensors(network).items():
        fill(tensor, weights[name])


def fill(tensor: Tensor, array: Array) -> None:
    """Copies a canonical array into a tensor in PyTorch's layout."""
    if array.ndim == 4:
        array = array.transpose(3, 2, 0, 1)
    elif array.ndim == 2:
        array = array.T
    with torch.no_grad():
        # torch.tensor copies, which also works for read-only arrays.
        tensor.copy_(torch.tensor(np.ascontiguousarray(array)))


def canonical(tensor: Tensor) -> Array:
    """A canonical copy of a tensor in PyTorch's layout."""
    array = tensor.detach().cpu().numpy()
    if array.ndim == 4:
        array = array.transpose(2, 3, 1, 0)
    elif array.ndim == 2:
        array = array.T
    return np.array(array, order="C")


def canonical_features(features: Tensor) -> Array:
    """Feature maps (n, channel, height, width) as (n, height, width, channel); vectors unchanged.

    NumPy does not support bfloat16, so that outputs of mixed precision become float32.
    """
    if features.ndim == 4:
        features = features.permute(0, 2, 3, 1)
    if features.dtype == torch.bfloat16:
        features = features.float()
    return features.detach().cpu().numpy().copy(order="C")


def _names(layer: nn.Module) -> Mapping[str, str]:
    return BATCH_NORM_NAMES if isinstance(layer, BatchNorm) else NAMES
