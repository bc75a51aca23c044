"""Loads test images and stored logits on a worker thread."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.comparison.own_images import stored_predictions
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.gui.compare.hard_images import HardImageQuery, HardImages, find_hard_images
from mnist_studio.gui.compare.samples import Samples, samples
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Task
from mnist_studio.spec.run import DatasetName
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run


class SampleLoader(QObject):
    """Answers the newest request and cancels an older one.

    Signals:
        loaded: ``Samples`` or ``HardImages``, depending on the request.
        failed: an exception.
    """

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(
        self, background: Background, folder: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._folder = folder
        self._task: Task | None = None
        # Worker threads read and replace it as a whole; the next request needs the same test set.
        self._test_set: tuple[DatasetName, LabeledImages] | None = None

    def load(self, runs: Sequence[Run], dataset: DatasetName, wrong_first: bool) -> None:
        """Requests sample images with the predictions of runs on one dataset."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Samples:
            return samples(self._test(dataset), _logits(runs), wrong_first)

        self._start(work)

    def find(self, runs: Sequence[Run], dataset: DatasetName, query: HardImageQuery) -> None:
        """Requests the images of a query with the probabilities of runs on one dataset."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> HardImages:
            if not query.own:
                return find_hard_images(self._test(dataset), _logits(runs), query)
            own = stored_predictions(runs, query.own)
            return find_hard_images(own.images, own.logits, query)

        self._start(work)

    def _start(self, work: Callable[[Progress, IsCancelled], Samples | HardImages]) -> None:
        self.cancel()
        self._task = self._background.start(work, self._on_loaded, self._on_failed)
        self._task.ended.connect(self._end)

    def cancel(self) -> None:
        """Drops the current request."""
        if self._task:
            self._task.cancel()
            self._task.ended.disconnect(self._end)
            self._task = None

    def _test(self, dataset: DatasetName) -> LabeledImages:
        loaded = self._test_set
        if loaded is None or loaded[0] != dataset:
            loaded = (dataset, sources.load_test(dataset, self._folder))
            self._test_set = loaded
        return loaded[1]

    @Slot(object)
    def _on_loaded(self, found: Samples | HardImages) -> None:
        self.loaded.emit(found)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        self._task = None


def _logits(runs: Sequence[Run]) -> dict[str, NDArray[np.float32]]:
    return {run.id: artifacts.load_test_logits(run.folder) for run in runs}
