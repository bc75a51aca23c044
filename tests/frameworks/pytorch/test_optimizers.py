"""The stated equations, as NumPy has them, against PyTorch's own optimizers in float64.

The contract holds every framework to the same equations, so that this ties all of them to PyTorch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
from mnist_studio.frameworks.numpy_scratch.parallel import ThreadTeam
from mnist_studio.spec import optimizers as spec
from mnist_studio.spec import schedules
from mnist_studio.spec.layers import Shape

SHAPES: dict[str, Shape] = {"dense1.kernel": (4, 3), "dense1.bias": (3,), "batch_norm1.scale": (3,)}
STEPS = 25
EPOCHS = 12

COUPLED, DECOUPLED = spec.CoupledDecay(0.2), spec.DecoupledDecay(0.3)

Torch = Callable[[list[dict[str, Any]]], optim.Optimizer]
CASES: dict[str, tuple[spec.Optimizer, spec.WeightDecay | None, Torch]] = {
    "sgd": (spec.Sgd(), None, lambda p: optim.SGD(p, lr=0.1)),
    "sgd, coupled": (
        spec.Sgd(momentum=0.9), COUPLED, lambda p: optim.SGD(p, lr=0.1, momentum=0.9)
    ),
    "nesterov, coupled": (
        spec.Sgd(momentum=0.9, nesterov=True), COUPLED,
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "adam, coupled": (spec.Adam(), COUPLED, lambda p: optim.Adam(p, lr=0.1)),
    "adamw": (
        spec.AdamW(beta1=0.8, weight_decay=0.3), None,
        lambda p: optim.AdamW(p, lr=0.1, betas=(0.8, 0.999)),
    ),
    "adam, decoupled": (spec.Adam(), DECOUPLED, lambda p: optim.AdamW(p, lr=0.1)),
    "adadelta, coupled": (spec.Adadelta(), COUPLED, lambda p: optim.Adadelta(p, lr=0.1)),
    "rmsprop, coupled": (spec.RmsProp(), COUPLED, lambda p: optim.RMSprop(p, lr=0.1, alpha=0.9)),
    "centered": (
        spec.RmsProp(rho=0.8, momentum=0.5, centered=True), None,
        lambda p: optim.RMSprop(p, lr=0.1, alpha=0.8, momentum=0.5, centered=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_equations_are_those_of_pytorch_in_float64(name: str) -> None:
    chosen, decay, torch_optimizer = CASES[name]
    rng = np.random.default_rng(0)
    weights = Flat(SHAPES, "float64")
    weights.vector[:] = rng.normal(size=weights.vector.size)
    parameters = {n: nn.Parameter(torch.tensor(a)) for n, a in weights.arrays.items()}
    effective = spec.effective_decay(chosen, decay)
    rate = effective.rate if effective else 0.0
    theirs = torch_optimizer(
        [
            {"params": [parameter], "weight_decay": rate if spec.is_decayed(array) else 0.0}
            for array, parameter in parameters.items()
        ]
    )
    ours = Optimizer(chosen, weights, ThreadTeam(1), decay)
    for step in range(STEPS):
        gradients = Flat(SHAPES, "float64")
        gradients.vector[:] = rng.normal(size=weights.vector.size)
        for array, parameter in parameters.items():
            parameter.grad = torch.tensor(gradients.arrays[array])
        for group in theirs.param_groups:
            group["lr"] = 0.1 / (1 + step)
        theirs.step()
        ours.apply(gradients, 0.1 / (1 + step))
    for array, parameter in parameters.items():
        found = parameter.detach().numpy()
        np.testing.assert_allclose(weights.arrays[array], found, rtol=1e-11, atol=1e-13)


TORCH_SCHEDULES: dict[str, tuple[schedules.Schedule, Callable[[optim.Optimizer], LRScheduler]]] = {
    "step": (schedules.StepDecay(0.5, 3), lambda o: lr_scheduler.StepLR(o, 3, 0.5)),
    "milestones": (
        schedules.StepDecay(0.5, milestones=(2, 5)),
        lambda o: lr_scheduler.MultiStepLR(o, [2, 5], 0.5),
    ),
    "exponential": (schedules.Exponential(0.7), lambda o: lr_scheduler.ExponentialLR(o, 0.7)),
    "cosine": (
        schedules.Cosine(0.1), lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS, eta_min=0.1)
    ),
    "one cycle": (
        schedules.OneCycle(),
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=EPOCHS, cycle_momentum=False),
    ),
    "warm-up": (schedules.Constant(), lambda o: lr_scheduler.LinearLR(o, 1 / 4, 1, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", TORCH_SCHEDULES)
def test_schedules_are_those_of_pytorch_where_it_has_them(name: str) -> None:
    """With one step per epoch, which PyTorch's schedules count alike."""
    ours, torch_schedule = TORCH_SCHEDULES[name]
    made = optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs, found = torch_schedule(made), []
    for _ in range(EPOCHS):
        found.append(made.param_groups[0]["lr"])
        made.step()
        theirs.step()
    warmup = 4 if name == "warm-up" else 0
    expected = [schedules.factor(ours, k, 1, EPOCHS, warmup=warmup) for k in range(EPOCHS)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
