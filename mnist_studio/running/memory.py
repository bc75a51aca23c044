"""Refuses a training that cannot fit into memory, and warns of one that may not fit.

Both happen before a framework or a dataset is loaded. The estimate is that of ``spec.cost``: rough,
so a training is only refused if it needs more than the whole computer has.
"""

import shutil
from pathlib import Path

from mnist_studio.errors import SpecError
from mnist_studio.spec.cost import training_memory
from mnist_studio.spec.datasets import training_images
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec
from mnist_studio.training import machine

_DRIVER = Path("/proc/driver/nvidia/version")

_REMEDY = "Choose a smaller batch size, or a network with fewer or smaller layers."


def check_memory(run: RunSpec) -> None:
    """Checks that a training can fit into the memory of this computer.

    Args:
        run: valid, as by ``spec.codec.validate``.

    Raises:
        SpecError: it needs more memory than the computer has; says how much.
    """
    needed, present = needed_bytes(run), machine.total_memory_bytes()
    if needed > present and not _may_use_gpu(run):
        raise SpecError(
            f"This training needs about {_gigabytes(needed)} of memory, but this computer has "
            f"{_gigabytes(present)}.",
            _REMEDY,
            ("training", "batch_size"),
        )


def memory_warning(run: RunSpec) -> str:
    """A warning if a training may need more memory than is free now; empty otherwise."""
    needed, free = needed_bytes(run), machine.available_memory_bytes()
    if needed <= free or _may_use_gpu(run):
        return ""
    return (
        f"This training needs about {_gigabytes(needed)} of memory, and {_gigabytes(free)} are "
        f"free. Close other programs, or choose a smaller batch size."
    )


def needed_bytes(run: RunSpec) -> int:
    """The memory that a training needs at its peak, roughly, if it runs on the CPU."""
    images = training_images(run.dataset)
    return training_memory(effective(run), images)


def _may_use_gpu(run: RunSpec) -> bool:
    """Whether the activations may be in the memory of an NVIDIA GPU, whose size is not known yet.

    Apple's GPUs share the memory of the computer.
    """
    if run.framework == "numpy" or run.device not in ("auto", "cuda"):
        return False
    return _DRIVER.exists() or shutil.which("nvidia-smi") is not None


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
