"""The optimizers of the spec as PyTorch's own classes, with every constant set explicitly.

PyTorch's equations equal those of ``spec.optimizers``: Adam adds epsilon after the bias correction,
RMSprop adds it outside the root, and SGD multiplies the velocity by the learning rate. Coupled
weight decay is PyTorch's own; decoupled weight decay, which only AdamW has, is applied here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import nn, optim

from mnist_studio.spec import optimizers as spec
from mnist_studio.spec.run import TrainingSpec

SLOTS: Mapping[type[spec.Optimizer], Mapping[str, str]] = MappingProxyType(
    {
        spec.Sgd: {"velocity": "momentum_buffer"},
        spec.Adam: {"mean": "exp_avg", "square": "exp_avg_sq"},
        spec.AdamW: {"mean": "exp_avg", "square": "exp_avg_sq"},
        spec.Adadelta: {"square": "square_avg", "update": "acc_delta"},
        spec.RmsProp: {"square": "square_avg", "mean": "grad_avg", "velocity": "momentum_buffer"},
    }
)
"""PyTorch's names of the canonical slots."""

FUSED = ("cpu", "cuda")
"""Devices on which the fused kernels of SGD and Adam are used. On the CPU, Adam's reduces the time
of a whole step to 0.80 (mlp-128) and 0.90 (compact-cnn). ``foreach`` gains nothing on a CPU (0.98
to 1.05).
"""


def build(
    training: TrainingSpec, parameters: Mapping[str, nn.Parameter], device: torch.device
) -> optim.Optimizer:
    """PyTorch's optimizer. ``set_rate`` sets the learning rate before every step.

    Args:
        training: says which optimizer and weight decay to use.
        parameters: of the network, by their canonical names.
        device: of the parameters.
    """
    given, rate = _groups(training, parameters), training.optimizer.learning_rate
    fused, foreach = device.type in FUSED, device.type == "cuda"
    match spec.without_decay(training.optimizer):
        case spec.Sgd(momentum=momentum, nesterov=nesterov):
            return optim.SGD(
                given, lr=rate, momentum=momentum, dampening=0.0, nesterov=nesterov,
                weight_decay=0.0, foreach=False, fused=fused,
            )  # fmt: skip
        case spec.Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return optim.Adam(
                given, lr=rate, betas=(beta1, beta2), eps=epsilon, amsgrad=False,
                weight_decay=0.0, foreach=False, fused=fused,
            )  # fmt: skip
        case spec.Adadelta(rho=rho, epsilon=epsilon):
            return optim.Adadelta(
                given, lr=rate, rho=rho, eps=epsilon, weight_decay=0.0, foreach=foreach
            )
        case spec.RmsProp(rho=rho, epsilon=epsilon, momentum=momentum, centered=centered):
            return optim.RMSprop(
                given, lr=rate, alpha=rho, eps=epsilon, momentum=momentum, centered=centered,
                weight_decay=0.0, foreach=foreach,
            )  # fmt: skip


def _groups(training: TrainingSpec, parameters: Mapping[str, nn.Parameter]) -> list[dict[str, Any]]:
    """All parameters in one group; with coupled weight decay, the kernels in another."""
    decay = spec.effective_decay(training.optimizer, training.weight_decay)
    if not isinstance(decay, spec.CoupledDecay):
        return [{"params": list(parameters.values())}]
    kernels = [p for name, p in parameters.items() if spec.is_decayed(name)]
    others = [p for name, p in parameters.items() if not spec.is_decayed(name)]
    return [{"params": kernels, "weight_decay": decay.rate}, {"params": others}]


def decoupled_rate(training: TrainingSpec) -> float:
    """The rate of decoupled weight decay, which ``shrink`` applies; 0 without one."""
    decay = spec.effective_decay(training.optimizer, training.weight_decay)
    return decay.rate if isinstance(decay, spec.DecoupledDecay) else 0.0


@torch.no_grad()
def shrink(parameters: Mapping[str, nn.Parameter], fraction: float) -> None:
    """Makes the kernels smaller by a fraction, as decoupled weight decay does before a step."""
    for name, parameter in parameters.items():
        if spec.is_decayed(name):
            parameter.mul_(1 - fraction)


def set_rate(optimizer: optim.Optimizer, rate: float) -> None:
    """Sets the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def start(optimizer: optim.Optimizer, kind: spec.Optimizer, step: int) -> None:
    """Initializes the state of every parameter with zeros, as after ``step`` steps.

    PyTorch would create the state in the first step. Created here, it can be read and loaded at any
    time.
    """
    names = [SLOTS[type(kind)][slot] for slot in spec.slot_names(kind)]
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            place = parameter.device if group.get("fused") else "cpu"
            optimizer.state[parameter] = {
                "step": torch.tensor(float(step), dtype=torch.float32, device=place),
                **{name: torch.zeros_like(parameter) for name in names},
            }
