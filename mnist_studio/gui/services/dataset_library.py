"""The datasets besides MNIST for the pages: what is here, imports, downloads, and own datasets."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.data.datasets import drawn, own, own_import, similarity, sources
from mnist_studio.data.datasets.drawn import Collection
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.data.datasets.published import PUBLISHED
from mnist_studio.data.datasets.published_import import import_published
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.spec import datasets
from mnist_studio.spec.datasets import OWN

STRIP = 10
"""Sample images that are shown of a dataset."""


class Sampled(NamedTuple):
    """Sample images (n, 28, 28) of a dataset, one for each of its first classes."""

    name: str
    images: NDArray[np.uint8]


class StoredDataset(NamedTuple):
    """A dataset that is now on this computer, and sentences about it."""

    name: str
    notes: tuple[str, ...]


class _Found(NamedTuple):
    here: tuple[str, ...]
    collection: Collection | None


class DatasetLibrary(QObject):
    """The datasets on this computer; imports, downloads, renames, and deletes them.

    Attributes:
        collection: classes that are being drawn.

    Signals:
        changed: the datasets on this computer, or the progress of a transfer, changed.
        stored: a dataset is now on this computer; a ``StoredDataset``.
        sampled: sample images; a ``Sampled``.
        undo_offered: a sentence about a change, and the function that undoes it.
        failed: an exception.
    """

    changed = Signal()
    stored = Signal(object)
    sampled = Signal(object)
    undo_offered = Signal(str, object)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._here: tuple[str, ...] = ()
        self._task: BackgroundTask | None = None
        self._transfer, self._fraction = "", 0.0
        self._looked = False
        self._samples: dict[str, NDArray[np.uint8]] = {}
        self.collection = Collection()
        self._kept = self.collection

    def keep_collection(self) -> None:
        """Stores the drawn classes, so that they are there the next time."""
        collection = self.collection
        if collection is self._kept:
            return
        self._kept = collection

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            drawn.save(collection)

        self._background.start(work, lambda nothing: None, self._fail)

    @property
    def here(self) -> tuple[str, ...]:
        """The names of the datasets on this computer besides MNIST and the built-in one."""
        return self._here

    @property
    def transfer(self) -> str:
        """The current transfer, such as ``Downloading USPS``; empty for none."""
        return self._transfer

    @property
    def fraction(self) -> float:
        """The progress of the transfer, from 0 to 1."""
        return self._fraction

    def look(self) -> None:
        """Finds the datasets on this computer again."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> _Found:
            own.load()
            names = [one.name for one in datasets.known()]
            other = [name for name in names if name not in ("mnist", "builtin")]
            here = tuple(name for name in other if sources.is_here(name))
            return _Found(here, drawn.saved() if first else None)

        first, self._looked = not self._looked, True
        self._background.start(work, self._take, self._fail)

    def request_samples(self, name: str) -> None:
        """Requests sample images of a dataset on this computer; see ``sampled``."""
        if name in self._samples:
            self.sampled.emit(Sampled(name, self._samples[name]))
            return

        def work(progress: Progress, is_cancelled: IsCancelled) -> Sampled:
            test = sources.load_test(name)
            labels = np.unique(test.labels)[:STRIP]
            first = [int(np.flatnonzero(test.labels == label)[0]) for label in labels]
            return Sampled(name, test.images[first].copy())

        self._background.start(work, self._take_samples, lambda error: None)

    def import_own(self, place: Path, name: str, whole: bool = True) -> None:
        """Stores a folder of images or a table as a dataset of the user's own."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> StoredDataset:
            options = ImportOptions(whole=whole, progress=progress, is_cancelled=is_cancelled)
            new = own_import.read(place, name, options)
            made = OwnDatasets().add(name, new, on_file=options.check_cancelled)
            unusual = similarity.of_dataset(OwnDatasets().read(name))
            return StoredDataset(made.facts.name, (*new.notes, *unusual))

        self._transfer_by(f"Importing {name}", work)

    def store_drawn(self, name: str) -> None:
        """Stores the classes that were drawn as a dataset of the user's own."""
        collection = self.collection

        def work(progress: Progress, is_cancelled: IsCancelled) -> StoredDataset:
            new = drawn.dataset(collection, name, ImportOptions())
            made = OwnDatasets().add(name, new)
            return StoredDataset(made.facts.name, ())

        self._transfer_by(f"Storing {name}", work)

    def import_published(self, name: str, place: Path) -> None:
        """Stores a published dataset from a folder or an archive."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> StoredDataset:
            notes = import_published(place, PUBLISHED[name], progress, is_cancelled)
            return StoredDataset(name, notes)

        self._transfer_by(f"Importing {datasets.title(name)}", work)

    def download(self, name: str) -> None:
        """Downloads a published dataset, verified."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> StoredDataset:
            # Its network modules take a while to import, and few sessions need them.
            from mnist_studio.data.datasets.download import download_published

            download_published(PUBLISHED[name], progress, is_cancelled)
            return StoredDataset(name, ())

        self._transfer_by(f"Downloading {datasets.title(name)}", work)

    def rename(self, name: str, new: str) -> None:
        """Renames a dataset of the user's own; offers to undo that."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[str, str]:
            former = OwnDatasets().get(name).name
            return former, OwnDatasets().rename(former, new).name

        def done(names: tuple[str, str]) -> None:
            former, now = names
            self.look()
            self.undo_offered.emit(
                f"“{former}” is now called “{now}”.", lambda: self.rename(now, former)
            )

        self._background.start(work, done, self._fail)

    def delete(self, name: str) -> None:
        """Moves a dataset of the user's own to the trash; offers to undo that."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            return OwnDatasets().delete(name).name

        def done(deleted: str) -> None:
            self._samples.pop(OWN + deleted, None)
            self.look()
            self.undo_offered.emit(f"“{deleted}” is in the trash.", lambda: self._restore(deleted))

        self._background.start(work, done, self._fail)

    def cancel(self) -> None:
        """Cancels the transfer."""
        if self._task:
            self._transfer = "Canceling"
            self._task.cancel()
            self.changed.emit()

    def _restore(self, name: str) -> None:
        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            OwnDatasets().restore(name)

        self._background.start(work, lambda nothing: self.look(), self._fail)

    def _transfer_by(
        self, what: str, work: Callable[[Progress, IsCancelled], StoredDataset]
    ) -> None:
        if self._task:
            return
        self._transfer, self._fraction = what, 0.0

        def with_facts(progress: Progress, is_cancelled: IsCancelled) -> StoredDataset:
            found = work(progress, is_cancelled)
            own.load()
            return found

        self._task = self._background.start(with_facts, self._store, self._fail)
        self._task.progressed.connect(self._progress)
        self._task.ended.connect(self._end)
        self.changed.emit()

    @Slot(object)
    def _take(self, found: _Found) -> None:
        self._here = found.here
        if found.collection and not self.collection.names:
            self.collection = self._kept = found.collection
        self.changed.emit()

    @Slot(object)
    def _take_samples(self, found: Sampled) -> None:
        self._samples[found.name] = found.images
        self.sampled.emit(found)

    @Slot(object)
    def _store(self, found: StoredDataset) -> None:
        self._samples.pop(found.name, None)
        self._here = tuple(dict.fromkeys((*self._here, found.name)))
        self.stored.emit(found)

    @Slot(float)
    def _progress(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        self._task, self._transfer = None, ""
        self.look()
