"""One file for every epoch of a run, thinned out evenly when a budget of disk is reached.

The first, the last and the best epoch stay, and of the others every second one goes, then every
second one of those that are left.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mnist_studio.store.disk import reading, writing


@dataclass(frozen=True)
class EpochFiles:
    """The files of one kind.

    Attributes:
        kind: part of their names; empty for the weights.
    """

    kind: str = ""

    def path_of(self, folder: Path, epoch: int) -> Path:
        """The file of an epoch."""
        return folder / f"epoch-{epoch:04}{self.kind}.safetensors"

    def epochs(self, folder: Path) -> tuple[int, ...]:
        """The epochs of a run that have a file, in order.

        Raises:
            StoreError: the folder is missing or cannot be read.
        """
        name = re.compile(rf"epoch-([0-9]{{4,9}}){self.kind}\.safetensors")
        with reading(folder):
            found = (name.fullmatch(file.name) for file in folder.iterdir())
            return tuple(sorted(int(match[1]) for match in found if match))

    def thin_out(self, folder: Path, budget: int, best: int) -> tuple[int, ...]:
        """Removes epochs until the files fit into the budget; gives those that were removed.

        Args:
            folder: of the run.
            budget: bytes for all of them.
            best: the epoch with the best score, which stays if at least three fit.

        Raises:
            StoreError: a file cannot be read or removed.
        """
        epochs = self.epochs(folder)
        if not epochs:
            return ()
        with reading(folder):
            largest = max(self.path_of(folder, epoch).stat().st_size for epoch in epochs)
        chosen = evenly(epochs, budget // largest, best)
        gone = tuple(epoch for epoch in epochs if epoch not in chosen)
        self._remove(folder, gone)
        return gone

    def remove_after(self, folder: Path, epoch: int) -> None:
        """Removes the files of later epochs, which a resumed run trains again.

        Raises:
            StoreError: a file cannot be removed.
        """
        self._remove(folder, (later for later in self.epochs(folder) if later > epoch))

    def _remove(self, folder: Path, epochs: Iterable[int]) -> None:
        for epoch in epochs:
            path = self.path_of(folder, epoch)
            with writing(path):
                path.unlink(missing_ok=True)


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


def _grid(span: range, most: int, chosen: set[int]) -> range:
    """The epochs at the smallest even distance with which at most ``most`` are chosen."""
    distance = 1
    while len({*span[::distance], *chosen}) > most:
        distance *= 2
    return span[::distance]
