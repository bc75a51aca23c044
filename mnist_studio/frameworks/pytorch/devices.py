"""The devices that PyTorch can use on this computer, and how it uses them."""

import ctypes
import os
import sys
from collections.abc import Sequence

import torch

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device, Problem
from mnist_studio.spec.run import RunSpec


def devices() -> Sequence[Device]:
    """Every available kind of device, the fastest first."""
    found = []
    if torch.cuda.is_available():
        found.append(Device("cuda", torch.cuda.get_device_name()))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU"))
    return (*found, Device("cpu", "CPU"))


def problems(run: RunSpec) -> Sequence[Problem]:
    """A device that is not available, or that does not support the run's precision."""
    kinds = [device.kind for device in devices()]
    kind = kinds[0] if run.device == "auto" else run.device
    if kind not in kinds:
        return (Problem(_missing(kind), _remedy(kinds)),)
    if kind == "mps" and run.training.precision == "float64":
        return (
            Problem(
                "Apple GPUs do not support float64.",
                "Set the device to cpu or the precision to float32.",
            ),
        )
    if run.training.precision == "bfloat16" and not _has_bfloat16(kind):
        return (
            Problem(
                "This GPU, or this version of macOS, is too old for bfloat16.",
                "Set the device to cpu or the precision to float32.",
            ),
        )
    return ()


def _has_bfloat16(kind: str) -> bool:
    """Whether a kind of device supports bfloat16. Every CPU does, some of them slowly."""
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return kind == "cpu" or bool(torch.backends.mps.is_macos_or_newer(14, 0))


def torch_device(device: Device) -> torch.device:
    """PyTorch's device, configured for training.

    Raises:
        DeviceMissing: it is not available.
    """
    kinds = [known.kind for known in devices()]
    if device.kind not in kinds:
        raise DeviceMissing(_missing(device.kind), _remedy(kinds))
    if device.kind == "cuda":
        _configure_cuda()
    if device.kind == "cpu":
        keep_freed_memory()
    return torch.device(device.kind)


def _configure_cuda() -> None:
    """Makes CUDA compute in the stated precision, and repeatably on the same GPU.

    ``torch.use_deterministic_algorithms`` would reject max-pooling, which adds gradients with
    atomic operations. Windows do not overlap here, so that no sum depends on their order. Results
    may still differ with another GPU, driver or PyTorch version, and cuDNN may select another
    algorithm when it has less memory. Our tests have not run this on a GPU.
    """
    # By default cuDNN rounds float32 factors to 10 bits (TF32). Here float32 means float32.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    # By default partial sums of a long bfloat16 product are added in bfloat16.
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cudnn.deterministic = True
    # Otherwise cuDNN times its algorithms and selects the fastest, which may vary between runs.
    torch.backends.cudnn.benchmark = False
    # cuBLAS reads it when it first allocates its workspace (its documentation, "Results
    # Reproducibility").
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""The parameters of glibc's ``mallopt``, as malloc.h numbers them."""

_LARGEST_BLOCK = 32 * 2**20
"""The largest value that glibc accepts for ``M_MMAP_THRESHOLD`` on 64 bits."""

_LARGEST_REST = 2**30


def keep_freed_memory() -> None:
    """Makes glibc reuse freed blocks; does nothing on other systems.

    By default glibc returns the feature maps and gradients of a step to the system. The system
    hands them out again page by page and fills each page with zeros, which takes a tenth of the
    time of a wide-cnn step. PyTorch caches blocks on GPUs only.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_BLOCK)
        mallopt(_TRIM_THRESHOLD, _LARGEST_REST)


def synchronize(device: torch.device) -> None:
    """Waits until ``device`` has finished all its work. On a CPU there is nothing to wait for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _missing(kind: str) -> str:
    return f"PyTorch found no {kind} device on this computer."


def _remedy(kinds: Sequence[str]) -> str:
    return f"Set the device to auto or {' or '.join(kinds)}."
