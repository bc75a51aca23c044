"""The weights of a run after each of its epochs, within a budget of disk.

See ``store.epoch_files`` for which epochs stay when the budget is reached.
"""

from pathlib import Path

from mnist_studio.frameworks.base import Weights
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, tensors
from mnist_studio.store.epoch_files import EpochFiles

FILES = EpochFiles()
_EPOCH = "epoch"


def epochs_kept(folder: Path) -> tuple[int, ...]:
    """The epochs of a run whose weights are stored, in order.

    Raises:
        StoreError: the folder is missing or cannot be read.
    """
    return FILES.epochs(folder)


def load(folder: Path, spec: RunSpec, epoch: int) -> Weights:
    """The weights of a run after an epoch.

    Raises:
        StoreError: missing, damaged, or not of the names, shapes and precision of ``spec``.
    """
    path = FILES.path_of(folder, epoch)
    stored = tensors.load(path)
    artifacts.check_weights(path, stored.arrays, spec)
    if stored.notes != {_EPOCH: str(epoch)}:
        raise tensors.damaged(path, f"it does not have the weights of epoch {epoch}")
    return stored.arrays


def save(folder: Path, epoch: int, weights: Weights) -> None:
    """Saves the weights of an epoch.

    Raises:
        StoreError: the file cannot be written; an older one of that epoch is unchanged.
    """
    tensors.save(FILES.path_of(folder, epoch), weights, {_EPOCH: str(epoch)})
