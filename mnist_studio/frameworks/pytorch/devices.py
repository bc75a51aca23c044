"""What PyTorch can compute on here."""

from collections.abc import Sequence

import torch

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device, Problem
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
    return ()


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
        # By default cuDNN rounds float32 factors to 10 bits (TF32); float32 shall mean float32.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device(device.kind)


def synchronise(device: torch.device) -> None:
    """Waits until ``device`` has done all its work; a CPU always has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
