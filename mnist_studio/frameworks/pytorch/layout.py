"""The canonical layout of weights and names against PyTorch's.

A dense kernel is (in, out) here and (out, in) there, a convolution's (height, width, in, out) here
and (out, in, height, width) there; ``conv1.kernel`` here is ``conv1.weight`` there.
"""

import numpy as np
import torch
from torch import Tensor, nn

from mnist_studio.frameworks.base import Array


def parameters(network: nn.Module) -> dict[str, nn.Parameter]:
    """PyTorch's parameters by their canonical names."""
    return {_canonical_name(name): p for name, p in network.named_parameters()}


def fill(tensor: Tensor, array: Array) -> None:
    """Copies a canonical array into a tensor of PyTorch's layout."""
    if array.ndim == 4:
        array = array.transpose(3, 2, 0, 1)
    elif array.ndim == 2:
        array = array.T
    with torch.no_grad():
        # torch.tensor copies, so a read-only array is welcome.
        tensor.copy_(torch.tensor(np.ascontiguousarray(array)))


def canonical(tensor: Tensor) -> Array:
    """A canonical copy of a tensor of PyTorch's layout."""
    array = tensor.detach().cpu().numpy()
    if array.ndim == 4:
        array = array.transpose(2, 3, 1, 0)
    elif array.ndim == 2:
        array = array.T
    return np.array(array, order="C")


def canonical_features(features: Tensor) -> Array:
    """Feature maps (n, channel, height, width) as (n, height, width, channel); vectors as such."""
    if features.ndim == 4:
        features = features.permute(0, 2, 3, 1)
    return features.detach().cpu().numpy().copy(order="C")


def _canonical_name(name: str) -> str:
    return name.removesuffix("weight") + "kernel" if name.endswith(".weight") else name
