"""The files in the folder of a run, written by the child that trains it.

Arrays are safetensors, never pickles, with a hash of their bytes in the header; each file is
replaced as a whole. Only the steps are appended, 8 bytes each; a power failure can tear the last.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_studio.events import Epoch
from mnist_studio.frameworks.base import Array, OptimizerState, Weights
from mnist_studio.spec.layers import Shape, text
from mnist_studio.spec.model import CLASSES, trainable_shapes, weight_shapes
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.store import tensors
from mnist_studio.store.disk import reading, writing

WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
TEST_LOGITS = "test-logits.safetensors"
STEPS = "steps.f32"
CONSOLE = "console.txt"
ROBUSTNESS = "robustness.json"
"""See ``store.robustness``."""
FEATURES = "features.safetensors"
"""See ``store.features``."""

_WEIGHT, _SLOT = "weight/", "slot/"
_EPOCHS = "epochs"
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


@dataclass(frozen=True)
class SavedCheckpoint:
    """Everything that is needed to resume a run.

    Attributes:
        weights: of the network.
        optimizer: its state.
        step: steps trained.
        train_seconds: spent on them.
        epochs: up to this step, in order. They lie in the same file, so that the two never differ.
            None for a checkpoint of an earlier version, whose epochs only the database knows.
    """

    weights: Weights
    optimizer: OptimizerState
    step: int
    train_seconds: float
    epochs: tuple[Epoch, ...] | None = None


def save_weights(folder: Path, weights: Weights) -> None:
    """Saves the weights of a run.

    Raises:
        StoreError: the file cannot be written; the old weights are unchanged.
    """
    tensors.save(folder / WEIGHTS, weights)


def load_weights(folder: Path, spec: RunSpec) -> Weights:
    """The weights of a run.

    Raises:
        StoreError: missing, damaged, or not of the names, shapes and precision of ``spec``.
    """
    path = folder / WEIGHTS
    arrays = tensors.load(path).arrays
    _check(path, arrays, weight_shapes(spec.model), spec)
    return arrays


def append_steps(folder: Path, losses: ArrayLike, accuracies: ArrayLike) -> None:
    """Adds steps, (k,) and (k,), to those of a run; a torn last record is removed first.

    Not flushed to the disk before the next checkpoint: a power failure loses the last seconds.

    Raises:
        StoreError: the file cannot be written.
    """
    losses, accuracies = np.asarray(losses), np.asarray(accuracies)
    records = np.empty(len(losses), _STEP)
    records["loss"], records["accuracy"] = losses, accuracies
    path = folder / STEPS
    with writing(path), path.open("ab") as file:
        file.truncate(_whole(file.tell()))
        file.write(records.tobytes())


def truncate_steps(folder: Path, count: int) -> None:
    """Removes all steps after the first ``count``, which a resumed run trains again.

    Raises:
        StoreError: the file cannot be written, or has fewer steps.
    """
    path = folder / STEPS
    if len(load_steps(folder).losses) < count:
        raise tensors.damaged(path, f"it has fewer than {count} steps")
    with writing(path), path.open("ab") as file:
        file.truncate(count * _STEP.itemsize)


def load_steps(folder: Path) -> StepCurve:
    """The steps of a run so far; empty before the first. A torn last record is ignored.

    Raises:
        StoreError: the run's folder is missing or the file cannot be read.
    """
    path = folder / STEPS
    with reading(folder):
        names = {file.name for file in folder.iterdir()}
    with reading(path):
        content = path.read_bytes() if STEPS in names else b""
    records = np.frombuffer(content[: _whole(len(content))], _STEP)
    # Copies are contiguous and writable, like other arrays.
    return StepCurve(records["loss"].astype(np.float32), records["accuracy"].astype(np.float32))


def save_test_logits(folder: Path, logits: Array) -> None:
    """Saves the logits (n, 10) of the test images in their order.

    Raises:
        StoreError: the file cannot be written.
    """
    tensors.save(folder / TEST_LOGITS, {"logits": logits})


def load_test_logits(folder: Path) -> Array:
    """The logits (n, 10) of the test images in their order.

    Raises:
        StoreError: missing or damaged.
    """
    path = folder / TEST_LOGITS
    arrays = tensors.load(path).arrays
    if [array.shape[1:] for array in arrays.values()] != [(CLASSES,)] or "logits" not in arrays:
        raise tensors.damaged(path, f"it does not have {CLASSES} logits per image")
    return arrays["logits"]


def save_checkpoint(folder: Path, checkpoint: SavedCheckpoint) -> None:
    """Replaces the checkpoint of a run; its steps are flushed to the disk first.

    Raises:
        StoreError: the file cannot be written; the old checkpoint is unchanged.
    """
    weights = {_WEIGHT + name: array for name, array in checkpoint.weights.items()}
    slots = {_SLOT + name: array for name, array in checkpoint.optimizer.slots.items()}
    notes = {
        "step": str(checkpoint.step),
        "updates": str(checkpoint.optimizer.step),
        "train_seconds": repr(float(checkpoint.train_seconds)),
    }
    if checkpoint.epochs is not None:
        notes[_EPOCHS] = msgspec.json.encode(checkpoint.epochs).decode()
    _settle(folder / STEPS)
    tensors.save(folder / CHECKPOINT, weights | slots, notes)


def load_checkpoint(folder: Path, spec: RunSpec) -> SavedCheckpoint:
    """The checkpoint of a run.

    Raises:
        StoreError: missing, damaged, or not of the network and optimizer of ``spec``.
    """
    path = folder / CHECKPOINT
    stored = tensors.load(path)
    _check(path, stored.arrays, _checkpoint_shapes(spec), spec)
    try:
        return SavedCheckpoint(
            weights=_under(_WEIGHT, stored.arrays),
            optimizer=OptimizerState(int(stored.notes["updates"]), _under(_SLOT, stored.arrays)),
            step=int(stored.notes["step"]),
            train_seconds=float(stored.notes["train_seconds"]),
            epochs=_epochs(path, stored.notes),
        )
    except (KeyError, ValueError) as error:
        raise tensors.damaged(path, f"it lacks {error}") from error


def checkpoint_epochs(folder: Path) -> tuple[Epoch, ...] | None:
    """The epochs of a checkpoint, without reading its arrays; see ``SavedCheckpoint``.

    Raises:
        StoreError: the checkpoint is missing or damaged.
    """
    path = folder / CHECKPOINT
    return _epochs(path, tensors.load_notes(path))


def discard(folder: Path) -> None:
    """Deletes the weights and results of a run; its printed text stays.

    Raises:
        StoreError: a file cannot be deleted.
    """
    for name in (WEIGHTS, CHECKPOINT, TEST_LOGITS, STEPS, ROBUSTNESS, FEATURES):
        with writing(folder / name):
            (folder / name).unlink(missing_ok=True)


def console(folder: Path) -> Path:
    """The file for the text that the child prints."""
    return folder / CONSOLE


def _check(
    path: Path, arrays: Mapping[str, Array], shapes: Mapping[str, Shape], spec: RunSpec
) -> None:
    if arrays.keys() != shapes.keys():
        odd = ", ".join(sorted(arrays.keys() ^ shapes.keys()))
        raise tensors.damaged(path, f"it has missing or unknown arrays: {odd}")
    precision = storage(spec.training.precision)
    for name, array in arrays.items():
        if array.shape != shapes[name] or array.dtype != precision:
            wanted = f"{precision} of {text(shapes[name])}"
            found = f"{array.dtype} of {text(array.shape)}"
            raise tensors.damaged(path, f"{name} is {found} instead of {wanted}")


def _checkpoint_shapes(spec: RunSpec) -> dict[str, Shape]:
    weights, learnt = weight_shapes(spec.model), trainable_shapes(spec.model)
    slots = slot_names(spec.training.optimizer)
    return {_WEIGHT + name: shape for name, shape in weights.items()} | {
        f"{_SLOT}{name}/{slot}": shape for name, shape in learnt.items() for slot in slots
    }


def _epochs(path: Path, notes: Mapping[str, str]) -> tuple[Epoch, ...] | None:
    if _EPOCHS not in notes:
        return None
    try:
        return msgspec.json.decode(notes[_EPOCHS], type=tuple[Epoch, ...])
    except msgspec.DecodeError as error:
        raise tensors.damaged(path, f"its epochs cannot be read: {error}") from error


def _settle(path: Path) -> None:
    """Flushes appended data of a file to the disk, if the file exists."""
    if path.exists():
        with writing(path), path.open("ab") as file:
            os.fsync(file.fileno())


def _under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _whole(size: int) -> int:
    """The bytes of the whole records among ``size`` bytes."""
    return size - size % _STEP.itemsize
