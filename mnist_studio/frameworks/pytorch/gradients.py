"""The loss of a batch, its gradients, and the run's changes to them before the update."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_studio.spec.run import ClipNorm, ClipValue, TrainingSpec


def mean_loss(training: TrainingSpec, logits: Tensor, labels: Tensor) -> Tensor:
    """The mean loss of logits (n, k) and labels (n,)."""
    if training.loss == "double_softmax":
        logits = logits.softmax(1)
    return functional.cross_entropy(logits, labels, label_smoothing=training.label_smoothing)


def backward(
    training: TrainingSpec,
    parameters: Mapping[str, nn.Parameter],
    logits: Tensor,
    labels: Tensor,
) -> Tensor:
    """Computes the gradient of the mean loss for every parameter, without clipping.

    Args:
        training: says which loss and which bias gradients to use.
        parameters: all of the network, by canonical names, without gradients so far.
        logits: (n, k).
        labels: (n,) int64.

    Returns:
        The loss, ().
    """
    loss = mean_loss(training, logits, labels)
    loss.backward()  # type: ignore[no-untyped-call]
    if training.bias_gradients == "summed":
        _sum_biases(parameters)
    return loss.detach()


def clip(how: ClipNorm | ClipValue | None, parameters: Collection[nn.Parameter]) -> None:
    """Clips the gradients in place, as the run says."""
    if how is None:
        return
    found = [p.grad for p in parameters if p.grad is not None]
    match how:
        case ClipValue(limit=limit):
            for gradient in found:
                gradient.clamp_(-limit, limit)
        case ClipNorm(limit=limit):
            norm = torch.stack([gradient.norm() for gradient in found]).norm()
            # PyTorch's own function adds 1e-6 to the norm.
            scale = torch.where(norm > limit, limit / norm, torch.ones_like(norm))
            for gradient in found:
                gradient.mul_(scale)


def _sum_biases(parameters: Mapping[str, nn.Parameter]) -> None:
    """The known bug of ``TrainingSpec.bias_gradients``."""
    for name, parameter in parameters.items():
        if name.endswith(".bias") and parameter.grad is not None:
            parameter.grad.fill_(parameter.grad.sum())
