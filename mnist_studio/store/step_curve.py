"""The file of a run with the loss and accuracy of every step, 8 bytes each.

It grows while the run trains: steps are appended, and a power failure can tear the last one.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_studio.data.files import opened
from mnist_studio.errors import StoreError
from mnist_studio.store import run_record, tensors
from mnist_studio.store.disk import reading, writing
from mnist_studio.store.run_record import Steps

STEPS = "steps.f32"
_STEP = np.dtype([("loss", "<f4"), ("accuracy", "<f4")])


@dataclass(frozen=True)
class StepCurve:
    """Every step of a run.

    Attributes:
        losses: (steps,) float32, mean loss of the batch.
        accuracies: (steps,) float32, accuracy on the batch.
    """

    losses: NDArray[np.float32]
    accuracies: NDArray[np.float32]


def append(folder: Path, losses: ArrayLike, accuracies: ArrayLike) -> None:
    """Adds steps, (k,) and (k,), to those of a run; a torn last record is removed first.

    Not flushed to the disk before the next checkpoint: a power failure loses the last seconds.

    Raises:
        StoreError: the file cannot be written.
    """
    losses, accuracies = np.asarray(losses), np.asarray(accuracies)
    records = np.empty(len(losses), _STEP)
    records["loss"], records["accuracy"] = losses, accuracies
    path = folder / STEPS
    with writing(path), opened(path, "ab") as file:
        file.truncate(_whole(file.tell()))
        file.write(records.tobytes())


def truncate(folder: Path, count: int, sha256: str = "") -> None:
    """Removes all steps after the first ``count``, which a resumed run trains again.

    Args:
        folder: of the run.
        count: steps to keep.
        sha256: of their bytes; not checked if empty.

    Raises:
        StoreError: the file cannot be written, has fewer steps, or others.
    """
    check(folder, count, sha256)
    path = folder / STEPS
    with writing(path), path.open("ab") as file:
        file.truncate(count * _STEP.itemsize)


def load(folder: Path) -> StepCurve:
    """The steps of a run so far; empty before the first. A torn last record is ignored.

    Raises:
        StoreError: the run's folder is missing, or the file cannot be read, or it is not what an
            ended run had.
    """
    content = _step_bytes(folder)
    sealed_steps = _recorded(folder)
    if sealed_steps and sealed_steps != _summarized(content):
        raise tensors.damaged(
            folder / STEPS,
            f"it has {len(content) // _STEP.itemsize} steps instead of the {sealed_steps.count} "
            f"trained ones",
        )
    records = np.frombuffer(content, _STEP)
    # Copies are contiguous and writable, like other arrays.
    return StepCurve(records["loss"].astype(np.float32), records["accuracy"].astype(np.float32))


def summary(folder: Path) -> Steps:
    """Number and hash of the steps in the file of a run, for its record when it ends.

    Raises:
        StoreError: the run's folder is missing, or the file cannot be read.
    """
    return _summarized(_step_bytes(folder))


def hash_of_first(folder: Path, count: int) -> str:
    """The hash of the first ``count`` steps; empty if there are fewer.

    Raises:
        StoreError: the run's folder is missing, or the file cannot be read.
    """
    content = _step_bytes(folder)[: count * _STEP.itemsize]
    return _hash(content) if len(content) == count * _STEP.itemsize else ""


def check(folder: Path, count: int, sha256: str) -> None:
    """Refuses a file whose first ``count`` steps are missing or have another hash.

    Raises:
        StoreError: it cannot be read, has fewer steps, or others.
    """
    content = _step_bytes(folder)[: count * _STEP.itemsize]
    if len(content) < count * _STEP.itemsize:
        raise tensors.damaged(folder / STEPS, f"it has fewer than {count} steps")
    if sha256 and sha256 != _hash(content):
        raise tensors.damaged(folder / STEPS, "its steps do not match the checkpoint")


def flush(folder: Path) -> None:
    """Flushes appended steps to the disk, if there are any.

    Raises:
        StoreError: the file cannot be written.
    """
    path = folder / STEPS
    if path.exists():
        with writing(path), path.open("ab") as file:
            os.fsync(file.fileno())


def _step_bytes(folder: Path) -> bytes:
    """The bytes of the whole records of the steps; empty before the first."""
    path = folder / STEPS
    with reading(folder):
        names = {file.name for file in folder.iterdir()}
    with reading(path):
        content = path.read_bytes() if STEPS in names else b""
    return content[: _whole(len(content))]


def _recorded(folder: Path) -> Steps | None:
    """What the record says of the steps of an ended run; None if it says nothing."""
    try:
        return run_record.read(folder).steps
    except StoreError:
        # Missing or damaged, which the check of the store reports.
        return None


def _summarized(content: bytes) -> Steps:
    return Steps(len(content) // _STEP.itemsize, _hash(content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _whole(size: int) -> int:
    """The bytes of the whole records among ``size`` bytes."""
    return size - size % _STEP.itemsize
