"""The weights of a run after each of its epochs, one file an epoch, within a budget of disk.

When the budget is reached, the files are thinned out evenly: the first, the last and the best epoch
stay, and of the others every second one goes, then every second one of those that are left.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from mnist_studio.frameworks.base import Weights
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, tensors
from mnist_studio.store.disk import reading, writing

_NAME = re.compile(r"epoch-([0-9]{4,9})\.safetensors")
_EPOCH = "epoch"


def epochs_kept(folder: Path) -> tuple[int, ...]:
    """The epochs of a run whose weights are stored, in order.

    Raises:
        StoreError: the folder is missing or cannot be read.
    """
    with reading(folder):
        found = (_NAME.fullmatch(file.name) for file in folder.iterdir())
        return tuple(sorted(int(match[1]) for match in found if match))


def load(folder: Path, spec: RunSpec, epoch: int) -> Weights:
    """The weights of a run after an epoch.

    Raises:
        StoreError: missing, damaged, or not of the names, shapes and precision of ``spec``.
    """
    path = path_of(folder, epoch)
    stored = tensors.load(path)
    artifacts.check_weights(path, stored.arrays, spec)
    if stored.notes != {_EPOCH: str(epoch)}:
        raise tensors.damaged(path, f"it does not have the weights of epoch {epoch}")
    return stored.arrays


def save(folder: Path, epoch: int, weights: Weights) -> int:
    """Saves the weights of an epoch; gives the bytes of the file.

    Raises:
        StoreError: the file cannot be written; an older one of that epoch is unchanged.
    """
    path = path_of(folder, epoch)
    tensors.save(path, weights, {_EPOCH: str(epoch)})
    with reading(path):
        return path.stat().st_size


def thin_out(folder: Path, budget: int, best: int) -> tuple[int, ...]:
    """Removes epochs until the files fit into the budget; gives those that were removed.

    Args:
        folder: of the run.
        budget: bytes for all of them.
        best: the epoch with the best score, which stays if at least three fit.

    Raises:
        StoreError: a file cannot be read or removed.
    """
    epochs = epochs_kept(folder)
    if not epochs:
        return ()
    with reading(folder):
        largest = max(path_of(folder, epoch).stat().st_size for epoch in epochs)
    chosen = evenly(epochs, budget // largest, best)
    gone = tuple(epoch for epoch in epochs if epoch not in chosen)
    _remove(folder, gone)
    return gone


def remove_after(folder: Path, epoch: int) -> None:
    """Removes the weights of later epochs, which a resumed run trains again.

    Raises:
        StoreError: a file cannot be removed.
    """
    _remove(folder, (later for later in epochs_kept(folder) if later > epoch))


def evenly(epochs: Iterable[int], most: int, best: int) -> tuple[int, ...]:
    """At most ``most`` epochs: the last, first and best one, and of the others as many as fit.

    The others have an even distance, a power of two. What is chosen of more epochs later is
    therefore never more than what is left now.
    """
    known = sorted({*epochs})
    if not known or most < 1:
        return ()
    first, last = known[0], known[-1]
    chosen = {*[last, first, *({best} & {*known})][:most]}
    if first in chosen:
        chosen |= {*known} & {*_grid(range(first, last + 1), most, chosen)}
    return tuple(sorted(chosen))


def path_of(folder: Path, epoch: int) -> Path:
    """The file of an epoch."""
    return folder / f"epoch-{epoch:04}.safetensors"


def _grid(span: range, most: int, chosen: set[int]) -> range:
    """The epochs at the smallest even distance with which at most ``most`` are chosen."""
    distance = 1
    while len({*span[::distance], *chosen}) > most:
        distance *= 2
    return span[::distance]


def _remove(folder: Path, epochs: Iterable[int]) -> None:
    for epoch in epochs:
        path = path_of(folder, epoch)
        with writing(path):
            path.unlink(missing_ok=True)
