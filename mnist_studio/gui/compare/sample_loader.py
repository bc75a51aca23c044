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
from mnist_studio.gui.services.background import Background
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.spec.run import DatasetName
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run

_Request = Callable[[], Samples | HardImages]


class SampleLoader(QObject):
    """Answers the latest request and cancels an earlier one.

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
        self._folder = folder
        self._runner: LatestOnlyRunner[_Request] = LatestOnlyRunner(
            background, lambda request, is_cancelled: request(), self
        )
        self._runner.done.connect(self._on_done)
        self._runner.failed.connect(self._on_failed)
        # Worker threads read and replace it as a whole; the next request needs the same test set.
        self._test_set: tuple[DatasetName, LabeledImages] | None = None

    def load(self, runs: Sequence[Run], dataset: DatasetName, wrong_first: bool) -> None:
        """Requests sample images with the predictions of runs on one dataset."""
        self._submit(lambda: samples(self._test(dataset), _logits(runs), wrong_first))

    def find(self, runs: Sequence[Run], dataset: DatasetName, query: HardImageQuery) -> None:
        """Requests the images of a query with the probabilities of runs on one dataset."""

        def request() -> HardImages:
            if not query.own:
                return find_hard_images(self._test(dataset), _logits(runs), query)
            own = stored_predictions(runs, query.own)
            return find_hard_images(own.images, own.logits, query)

        self._submit(request)

    def cancel(self) -> None:
        """Drops the current request."""
        self._runner.drop()
        self._runner.cancel()

    def _submit(self, request: _Request) -> None:
        self.cancel()
        self._runner.submit(request)

    def _test(self, dataset: DatasetName) -> LabeledImages:
        loaded = self._test_set
        if loaded is None or loaded[0] != dataset:
            loaded = (dataset, sources.load_test(dataset, self._folder))
            self._test_set = loaded
        return loaded[1]

    @Slot(object, object)
    def _on_done(self, _: _Request, found: Samples | HardImages) -> None:
        self.loaded.emit(found)

    @Slot(object, object)
    def _on_failed(self, _: _Request, error: Exception) -> None:
        self.failed.emit(error)


def _logits(runs: Sequence[Run]) -> dict[str, NDArray[np.float32]]:
    return {
        run.id: artifacts.load_test_logits(run.folder, len(run.spec.class_names)) for run in runs
    }
