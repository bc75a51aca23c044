"""Digits that are drawn already, put on the pad: of the test set, or a table of numbers."""

import random

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.data.datasets import sources
from mnist_studio.data.datasets.examples import from_test, grid
from mnist_studio.data.images import LabeledImages
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.gui.services.drawing import Drawing
from mnist_studio.spec.run import DatasetName


class Examples(QObject):
    """Reads the test digits when the first is wanted, off the GUI thread, and keeps them.

    Signals:
        shown: the number of the test digit that lies on the pad now, and how many there are.
        failed: an exception.
    """

    shown = Signal(int, int)
    failed = Signal(object)

    def __init__(
        self, background: Background, drawing: Drawing, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background, self._drawing = background, drawing
        self._kept: tuple[DatasetName, LabeledImages] | None = None
        self._task: BackgroundTask | None = None

    def show_test_digit(self, number: int | None = None) -> None:
        """Puts a test digit on the pad: that of a number from 0, the last beyond it, or any."""

        def work(
            progress: Progress, is_cancelled: IsCancelled
        ) -> tuple[DatasetName, LabeledImages]:
            dataset = sources.default_dataset()
            if self._kept and self._kept[0] == dataset:
                return self._kept
            return dataset, sources.load_test(dataset)

        if self._task:
            self._task.cancel()
        self._task = self._background.start(
            work, lambda found: self._show(found, number), self._fail
        )

    def show_grid(self) -> None:
        """Puts a four on the pad that is given as 7x7 numbers."""
        self._drawing.show_example(grid())

    def _show(self, found: tuple[DatasetName, LabeledImages], number: int | None) -> None:
        self._kept = found
        dataset, digits = found
        at = random.randrange(len(digits)) if number is None else min(number, len(digits) - 1)
        self._drawing.show_example(from_test(digits, dataset, at))
        self.shown.emit(at, len(digits))

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
