"""What PyTorch can compute on here."""

import os
from collections.abc import Sequence

import torch

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device, Problem
from mnist_studio.frameworks.pytorch import memory
from mnist_studio.spec.run import RunSpec


def devices() -> Sequence[Device]:
    """Every kind of device there is, the fastest first."""
    found = []
    if torch.cuda.is_available():
        found.append(Device("cuda", torch.cuda.get_device_name()))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU"))
    return (*found, Device("cpu", "CPU"))


def problems(run: RunSpec) -> Sequence[Problem]:
    """A device that is not there, or one that lacks the run's precision."""
    kinds = [device.kind for device in devices()]
    kind = kinds[0] if run.device == "auto" else run.device
    if kind not in kinds:
        return (
            Problem(
                f"PyTorch finds no {kind} device on this computer.",
                f"Choose the device auto or {' or '.join(kinds)}.",
            ),
        )
    if kind == "mps" and run.training.precision == "float64":
        return (
            Problem(
                "Apple's GPUs do not compute in float64.",
                "Choose the device cpu or the precision float32.",
            ),
        )
    if run.training.precision == "bfloat16" and not _has_bfloat16(kind):
        return (
            Problem(
                "This GPU, or the system that it runs on, is too old for bfloat16.",
                "Choose the device cpu or the precision float32.",
            ),
        )
    return ()


def _has_bfloat16(kind: str) -> bool:
    """Whether a kind of device can; every CPU can, only slowly without instructions for it."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return kind == "cpu" or bool(torch.backends.mps.is_macos_or_newer(14, 0))


def torch_device(device: Device) -> torch.device:
    """PyTorch's own word for a device, made ready.

    Raises:
        DeviceMissing: it is not there.
    """
    kinds = [known.kind for known in devices()]
    if device.kind not in kinds:
        raise DeviceMissing(
            f"PyTorch finds no {device.kind} device on this computer.",
            f"Choose the device auto or {' or '.join(kinds)}.",
        )
    if device.kind == "cuda":
        _settle_cuda()
    if device.kind == "cpu":
        memory.keep()
    return torch.device(device.kind)


def _settle_cuda() -> None:
    """Numbers of the stated precision, and the same ones in every run on the same GPU.

    ``torch.use_deterministic_algorithms`` would refuse max-pooling, whose gradients are added by
    atomic operations. Here windows do not overlap, so that no sum depends on their order. What
    cannot be held: another GPU, driver or version of PyTorch may round otherwise, as may cuDNN
    where it finds less memory for its work. None of it has been run on a GPU by our tests.
    """
    # By default cuDNN rounds float32 factors to 10 bits (TF32); float32 shall mean float32.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    # By default parts of a long bfloat16 product are added in bfloat16.
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cudnn.deterministic = True
    # Otherwise cuDNN chooses by a race, which may end differently.
    torch.backends.cudnn.benchmark = False
    # Read when cuBLAS first gets memory to work in (its documentation, "Results Reproducibility").
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def synchronize(device: torch.device) -> None:
    """Waits until ``device`` has done all its work; a CPU always has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
