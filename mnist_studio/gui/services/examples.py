"""Example digits for the canvas: from the test set, or from a table of numbers."""

import random

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test, grid
from mnist_studio.data.images import LabeledImages
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.spec.run import DatasetName


class Examples(QObject):
    """Loads the test set on first use, off the GUI thread, and caches it.

    Signals:
        shown: the index of the test image on the canvas, and the number of test images.
        failed: an exception.
    """

    shown = Signal(int, int)
    failed = Signal(object)

    def __init__(
        self, background: Background, drawing: Drawing, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._drawing = background, drawing
        self._cached: tuple[DatasetName, LabeledImages] | None = None
        self._task: BackgroundTask | None = None

    def show_test_digit(self, number: int | None = None) -> None:
        """Shows a test image by its index, at most the last one; a random one by default."""

        def work(
            progress: Progress, is_cancelled: IsCancelled
        ) -> tuple[DatasetName, LabeledImages]:
            dataset = sources.default_dataset()
            if self._cached and self._cached[0] == dataset:
                return self._cached
            return dataset, sources.load_test(dataset)

        if self._task:
            self._task.cancel()
        self._task = self._background.start(
            work, lambda found: self._show(found, number), self._fail
        )

    def show_grid(self) -> None:
        """Shows a four that is given as 7x7 numbers."""
        self._drawing.show_example(grid())

    def _show(self, found: tuple[DatasetName, LabeledImages], number: int | None) -> None:
        self._cached = found
        dataset, digits = found
        at = random.randrange(len(digits)) if number is None else min(number, len(digits) - 1)
        self._drawing.show_example(from_test(digits, dataset, at))
        self.shown.emit(at, len(digits))

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
