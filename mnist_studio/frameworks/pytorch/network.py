"""A spec as an ordinary ``nn.Sequential`` whose children have the spec's names."""

from collections import OrderedDict
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_studio.spec import layers as spec
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.spec.run import Precision, storage


class Head(nn.Linear):
    """The last dense layer. In mixed precision, its result stays in float32.

    Autocast would round the logits to the 8 significant bits of bfloat16.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Linear's name
        """(n, in) -> (n, out)."""
        device = input.device.type
        if not torch.is_autocast_enabled(device):
            return super().forward(input)
        with torch.autocast(device, enabled=False):
            return functional.linear(_rounded(input), _rounded(self.weight), self.bias)


class Conv(nn.Conv2d):
    """A convolution with an even kernel size, padded by one more row after than before."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """(n, in, height, width) -> (n, out, height, width)."""
        return super().forward(functional.pad(input, self.before_and_after))

    before_and_after: tuple[int, int, int, int]


class Flatten(nn.Module):
    """Flattens feature maps as (height, width, channel), while ``nn.Flatten`` puts channel first.

    In the channels-last memory format, this needs no copy.
    """

    def forward(self, values: Tensor) -> Tensor:
        """(n, channel, height, width) -> (n, height · width · channel)."""
        return values.permute(0, 2, 3, 1).flatten(1) if values.ndim == 4 else values


class GlobalAvgPool(nn.Module):
    """The mean of every channel, as a vector."""

    def forward(self, values: Tensor) -> Tensor:
        """(n, channel, height, width) -> (n, channel)."""
        return values.mean((2, 3))


class BatchNorm(nn.Module):
    """Batch-norm with the spec's running statistics and the tensors of ``nn.BatchNorm2d``.

    ``nn.BatchNorm2d`` itself averages the *unbiased* variance, and its momentum is the weight of
    the new statistics.

    Attributes:
        momentum: weight of the old running statistics in an update.
        epsilon: added to the variance.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, momentum: float, epsilon: float) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.weight, self.bias = (nn.Parameter(torch.empty(channels)) for _ in range(2))
        self.register_buffer("running_mean", torch.empty(channels))
        self.register_buffer("running_var", torch.empty(channels))

    def forward(self, values: Tensor) -> Tensor:
        """Keeps the shape; axis 1 is the channel. Computes in the precision of the weights."""
        values, own = values.to(self.weight.dtype), (self.weight, self.bias)
        if not self.training:
            running = (self.running_mean, self.running_var)
            return functional.batch_norm(values, *running, *own, eps=self.epsilon)
        normed, mean, inverse = torch.native_batch_norm(
            values, *own, None, None, True, 0.0, self.epsilon
        )
        # The kernel returns 1 / sqrt(variance + epsilon). Rounding may turn 0 into less than 0.
        self._update_statistics(mean, (inverse.detach().pow(-2) - self.epsilon).clamp_(min=0))
        return normed

    def _update_statistics(self, mean: Tensor, variance: Tensor) -> None:
        for running, batch in ((self.running_mean, mean), (self.running_var, variance)):
            running.mul_(self.momentum).add_(batch.detach(), alpha=1 - self.momentum)


class Dropout(nn.Module):
    """Inverted dropout by a given mask; without a mask it does nothing.

    Attributes:
        keep: the probability that a unit stays on.
        mask: of the shape of the values and any number type, 1 where a unit stays on.
    """

    def __init__(self, keep: float) -> None:
        super().__init__()
        self.keep = keep
        self.mask: Tensor | None = None

    def forward(self, values: Tensor) -> Tensor:
        """Switches units off and scales the others up."""
        if self.mask is None:
            return values
        mask = self.mask.permute(0, 3, 1, 2) if self.mask.ndim == 4 else self.mask
        return values * (mask.to(values.dtype) / self.keep)


def build(model: ModelSpec, precision: Precision, device: torch.device) -> nn.Sequential:
    """The network, with uninitialized weights."""
    reports = describe(model)
    # Built on the meta device, because PyTorch would draw random weights of its own.
    with torch.device("meta"):
        layers = OrderedDict((report.name, layer(report)) for report in reports)
        if isinstance(last := reports[-1].layer, spec.Dense):
            layers[reports[-1].name] = Head(reports[-1].input[0], last.units, bias=last.bias)
        network = nn.Sequential(layers).to(getattr(torch, storage(precision))).eval()
    # Feature maps as (n, height, width, channel) in memory: a step takes 0.74 of the time for
    # compact-cnn and 0.83 for wide-cnn (2 cores, batch size 64), and flattening needs no copy.
    for before, after in pairwise(network):
        if isinstance(after, nn.ReLU) and isinstance(before, nn.Conv2d | nn.Linear | BatchNorm):
            # Their gradients do not need their outputs, so that ReLU can overwrite them.
            after.inplace = True
    return network.to_empty(device=device).to(memory_format=torch.channels_last)


def mixed(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """The context for a forward pass: autocast to bfloat16 if that is the precision.

    In the other precisions it does nothing.
    """
    if precision != "bfloat16":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


def layer(report: LayerReport) -> nn.Module:
    """The PyTorch module for one layer of the spec."""
    match report.layer:
        case spec.Dense(units=units, bias=bias):
            return nn.Linear(report.input[0], units, bias=bias)
        case spec.Conv() as conv:
            return _conv(conv, report.input[2])
        case spec.MaxPool() | spec.AvgPool() | spec.GlobalAvgPool():
            return _pool(report.layer)
        case spec.BatchNorm(momentum=momentum, epsilon=epsilon):
            return BatchNorm(report.input[-1], momentum, epsilon)
        case spec.Flatten():
            return Flatten()
        case spec.Dropout(keep_probability=keep):
            return Dropout(keep)
        case activation:
            return _activation(activation)


def _activation(activation: spec.Activation) -> nn.Module:
    match activation:
        case spec.Relu():
            return nn.ReLU()
        case spec.Sigmoid():
            return nn.Sigmoid()
        case spec.Tanh():
            return nn.Tanh()
        case spec.LeakyRelu(slope=slope):
            return nn.LeakyReLU(slope)
        case spec.Gelu():
            return nn.GELU(approximate="none")
        case spec.Elu(alpha=alpha):
            return nn.ELU(alpha)


def _pool(pool: spec.MaxPool | spec.AvgPool | spec.GlobalAvgPool) -> nn.Module:
    match pool:
        case spec.MaxPool(size=size):
            return nn.MaxPool2d(size, stride=size, padding=0, dilation=1, ceil_mode=False)
        case spec.AvgPool(size=size):
            return nn.AvgPool2d(size, stride=size, padding=0, ceil_mode=False)
        case spec.GlobalAvgPool():
            return GlobalAvgPool()


def _conv(conv: spec.Conv, channels: int) -> nn.Module:
    same, even = conv.padding == "same", conv.size % 2 == 0
    kind = Conv if same and even else nn.Conv2d
    module = kind(
        channels,
        conv.filters,
        conv.size,
        stride=1,
        padding=conv.size // 2 if same and not even else 0,
        dilation=1,
        groups=1,
        bias=conv.bias,
        padding_mode="zeros",
    )
    if isinstance(module, Conv):
        before, after = (conv.size - 1) // 2, conv.size // 2
        module.before_and_after = (before, after, before, after)
    return module


def _rounded(values: Tensor) -> Tensor:
    """Rounds to bfloat16, but stores as float32."""
    return values.bfloat16().float()
