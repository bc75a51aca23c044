"""The files in the folder of a run, written by the child that trains it.

Arrays are safetensors, never pickles, with a hash of their bytes in the header; each file is
replaced as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from mnist_studio.events import Epoch
from mnist_studio.frameworks.base import Array, OptimizerState, Weights
from mnist_studio.spec.layers import Shape, text
from mnist_studio.spec.model import (
    FEWEST_CLASSES,
    MOST_CLASSES,
    class_count,
    trainable_shapes,
    weight_shapes,
)
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.store import step_curve, tensors
from mnist_studio.store.disk import writing
from mnist_studio.store.step_curve import STEPS

WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
TEST_LOGITS = "test-logits.safetensors"
ARRAYS = (WEIGHTS, CHECKPOINT, TEST_LOGITS, STEPS)
CONSOLE = "console.txt"
ROBUSTNESS = "robustness.json"
"""See ``store.robustness``."""
FEATURES = "features.safetensors"
"""See ``store.features``."""
OF_EPOCHS = "epoch-*.safetensors"
"""Pattern of the files of ``store.epoch_files``."""

_WEIGHT, _SLOT = "weight/", "slot/"
_BEST, _BEST_LOGITS, _OF_BEST = "best/", "best-logits", "best"
_AVERAGE = "average/"
_EPOCHS = "epochs"
_BEST_EPOCH = "best_epoch"
_AVERAGED = "averaged_epochs"
_STEPS_HASH = "steps_sha256"


@dataclass(frozen=True)
class BestEpoch:
    """The best epoch of a run so far, for a run that ends with its weights.

    Attributes:
        epoch: from 1.
        weights: after it.
        test_logits: (n, k), of the test images in their order.
    """

    epoch: int
    weights: Weights
    test_logits: Array


@dataclass(frozen=True)
class WeightAverage:
    """The mean of the weights after several epochs in a row, up to the last complete one.

    Attributes:
        count: of these epochs.
        weights: their mean.
    """

    count: int
    weights: Weights


@dataclass(frozen=True)
class SavedCheckpoint:
    """Everything that is needed to resume a run.

    Attributes:
        weights: of the network, from which the training goes on.
        optimizer: its state.
        step: steps trained.
        train_seconds: spent on them.
        epochs: up to this step, in order. They lie in the same file, so that the two never differ.
            None for a checkpoint of an earlier version, whose epochs only the database knows.
        steps_sha256: of the bytes of these steps in their file, set when it is saved; empty for a
            checkpoint of an earlier version.
        preparation_seconds: spent building, compiling and getting data until then; 0 in the file of
            an earlier version.
        best: None before the first epoch, and for a run that ends with the weights of the last one.
        average: of the weights after the last epochs; None if they are not averaged, or not yet.
    """

    weights: Weights
    optimizer: OptimizerState
    step: int
    train_seconds: float
    epochs: tuple[Epoch, ...] | None = None
    steps_sha256: str = ""
    preparation_seconds: float = 0.0
    best: BestEpoch | None = None
    average: WeightAverage | None = None


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
    check_weights(path, arrays, spec)
    return arrays


def check_weights(path: Path, arrays: Mapping[str, Array], spec: RunSpec) -> None:
    """Refuses arrays of a file that are not the weights of the network of ``spec``.

    Raises:
        StoreError: they have other names, shapes or another precision.
    """
    _check(path, arrays, weight_shapes(spec.model), spec)


def check_steps(folder: Path, checkpoint: SavedCheckpoint) -> None:
    """Refuses a file of steps that is not the one that the checkpoint was saved with.

    Raises:
        StoreError: it cannot be read, has fewer steps, or others.
    """
    step_curve.check(folder, checkpoint.step, checkpoint.steps_sha256)


def save_test_logits(folder: Path, logits: Array) -> None:
    """Saves the logits (n, k) of the test images in their order.

    Raises:
        StoreError: the file cannot be written.
    """
    tensors.save(folder / TEST_LOGITS, {"logits": logits})


def load_test_logits(folder: Path, classes: int | None = None) -> Array:
    """The logits (n, k) of the test images in their order.

    Args:
        folder: of the run.
        classes: k, if it is known.

    Raises:
        StoreError: missing, damaged, or of another number of classes.
    """
    path = folder / TEST_LOGITS
    arrays = tensors.load(path).arrays
    logits = arrays.get("logits", np.empty(0))
    possible = (classes,) if classes else range(FEWEST_CLASSES, MOST_CLASSES + 1)
    if len(arrays) != 1 or logits.ndim != 2 or logits.shape[1] not in possible:
        raise tensors.damaged(path, f"it does not have {classes or 'the'} logits of each image")
    return logits


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
        "preparation_seconds": repr(float(checkpoint.preparation_seconds)),
    }
    if checkpoint.epochs is not None:
        notes[_EPOCHS] = msgspec.json.encode(checkpoint.epochs).decode()
    best: dict[str, Array] = {}
    if checkpoint.best:
        notes[_BEST_EPOCH] = str(checkpoint.best.epoch)
        best = {_BEST + name: array for name, array in checkpoint.best.weights.items()}
        best[_BEST_LOGITS] = checkpoint.best.test_logits
    average: dict[str, Array] = {}
    if checkpoint.average:
        notes[_AVERAGED] = str(checkpoint.average.count)
        average = {_AVERAGE + name: array for name, array in checkpoint.average.weights.items()}
    step_curve.flush(folder)
    if sha256 := step_curve.hash_of_first(folder, checkpoint.step):
        notes[_STEPS_HASH] = sha256
    tensors.save(folder / CHECKPOINT, weights | slots | best | average, notes)


def load_checkpoint(folder: Path, spec: RunSpec) -> SavedCheckpoint:
    """The checkpoint of a run.

    Raises:
        StoreError: missing, damaged, or not of the network and optimizer of ``spec``.
    """
    path = folder / CHECKPOINT
    stored = tensors.load(path)
    best, average = _best(path, stored, spec), _average(path, stored, spec)
    own = {n: a for n, a in stored.arrays.items() if not n.startswith((_OF_BEST, _AVERAGE))}
    _check(path, own, _checkpoint_shapes(spec), spec)
    try:
        return SavedCheckpoint(
            weights=_under(_WEIGHT, stored.arrays),
            optimizer=OptimizerState(int(stored.notes["updates"]), _under(_SLOT, stored.arrays)),
            step=int(stored.notes["step"]),
            train_seconds=float(stored.notes["train_seconds"]),
            epochs=_epochs(path, stored.notes),
            steps_sha256=stored.notes.get(_STEPS_HASH, ""),
            preparation_seconds=float(stored.notes.get("preparation_seconds", 0.0)),
            best=best,
            average=average,
        )
    except (KeyError, ValueError) as error:
        raise tensors.damaged(path, f"it lacks {error}") from error


def _best(path: Path, stored: tensors.Tensors, spec: RunSpec) -> BestEpoch | None:
    """The best epoch in a checkpoint, if it has one."""
    number = stored.notes.get(_BEST_EPOCH)
    if number is None:
        return None
    weights, logits = _under(_BEST, stored.arrays), stored.arrays.get(_BEST_LOGITS)
    _check(path, weights, weight_shapes(spec.model), spec)
    if not number.isdecimal() or logits is None or logits.shape[1:] != (class_count(spec.model),):
        raise tensors.damaged(path, "its best epoch cannot be read")
    return BestEpoch(int(number), weights, logits)


def _average(path: Path, stored: tensors.Tensors, spec: RunSpec) -> WeightAverage | None:
    """The averaged weights in a checkpoint, if it has them."""
    count = stored.notes.get(_AVERAGED)
    if count is None:
        return None
    weights = _under(_AVERAGE, stored.arrays)
    _check(path, weights, weight_shapes(spec.model), spec)
    if not count.isdecimal():
        raise tensors.damaged(path, "its averaged weights cannot be read")
    return WeightAverage(int(count), weights)


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
    named = [folder / name for name in (*ARRAYS, ROBUSTNESS, FEATURES)]
    for path in (*named, *folder.glob(OF_EPOCHS)):
        with writing(path):
            path.unlink(missing_ok=True)


def files_of(folder: Path) -> tuple[str, ...]:
    """The names of the files with arrays that a run has, for its record when it ends."""
    return tuple(name for name in ARRAYS if (folder / name).exists())


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


def _under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
