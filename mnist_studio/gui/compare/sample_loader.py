"""Loads test digits and stored logits, off the GUI thread: samples, and digits that are hard."""

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
    """Answers the newest request; an older one that still works is cancelled.

    Signals:
        loaded: ``Samples`` or ``HardImages``, whichever was asked for.
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
        # Read and replaced as a whole by worker threads: a test set is kept while it is looked at.
        self._kept: tuple[DatasetName, LabeledImages] | None = None

    def load(self, runs: Sequence[Run], dataset: DatasetName, wrong_first: bool) -> None:
        """Asks for the samples of runs on one dataset."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Samples:
            return samples(self._test(dataset), _logits(runs), wrong_first)

        self._start(work)

    def find(self, runs: Sequence[Run], dataset: DatasetName, asked: HardImageQuery) -> None:
        """Asks for digits of that kind, with the answers of runs on one dataset."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> HardImages:
            if not asked.own:
                return find_hard_images(self._test(dataset), _logits(runs), asked)
            own = stored_predictions(runs, asked.own)
            return find_hard_images(own.images, own.logits, asked)

        self._start(work)

    def _start(self, work: Callable[[Progress, IsCancelled], Samples | HardImages]) -> None:
        self.cancel()
        self._task = self._background.start(work, self._take, self._fail)
        self._task.ended.connect(self._end)

    def cancel(self) -> None:
        """Drops a request that still works."""
        if self._task:
            self._task.cancel()
            self._task.ended.disconnect(self._end)
            self._task = None

    def _test(self, dataset: DatasetName) -> LabeledImages:
        kept = self._kept
        if kept is None or kept[0] != dataset:
            kept = (dataset, sources.load_test(dataset, self._folder))
            self._kept = kept
        return kept[1]

    @Slot(object)
    def _take(self, found: Samples | HardImages) -> None:
        self.loaded.emit(found)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        self._task = None


def _logits(runs: Sequence[Run]) -> dict[str, NDArray[np.float32]]:
    return {run.id: artifacts.load_test_logits(run.folder) for run in runs}
