"""Which digits are here, and getting the others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import settings
from mnist_studio.data.datasets import sources
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.spec.run import DatasetName


class DatasetService(QObject):
    """Knows whether MNIST is here; imports and downloads it.

    Signals:
        changed: what is here, or how far the fetching is, is new.
        fetched: MNIST has just come.
        failed: it could not be had; an exception.
    """

    changed = Signal()
    fetched = Signal()
    failed = Signal(object)

    def __init__(
        self, background: Background, folder: Path | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._folder = folder
        self._has_mnist: bool | None = None
        self._default: DatasetName = "builtin"
        self._task: BackgroundTask | None = None
        self._what = ""
        self._fraction = 0.0

    @property
    def folder(self) -> Path | None:
        """The folder that MNIST is taken from where it lies, if the user chose one.

        It is in the settings, where whoever reads digits finds it.
        """
        return self._folder

    @property
    def has_mnist(self) -> bool | None:
        """Whether MNIST is here; None while that is not known."""
        return self._has_mnist

    @property
    def default(self) -> DatasetName:
        """The digits to train on where the user chose none."""
        return self._default

    @property
    def fetching(self) -> str:
        """What goes on, such as ``Downloading MNIST``; empty where nothing does."""
        return self._what

    @property
    def fraction(self) -> float:
        """How much of it is done."""
        return self._fraction

    def look(self) -> None:
        """Looks again what is here."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[bool, DatasetName]:
            return sources.has_mnist(), sources.default_dataset()

        self._background.start(work, self._know, self._fail)

    def import_from(self, folder: Path) -> None:
        """Copies MNIST from a folder, checked file by file."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            sources.import_mnist(folder, progress, is_cancelled)

        self._fetch("Importing MNIST", work)

    def use(self, folder: Path | None) -> None:
        """Takes MNIST from a folder where it lies, from now on; None forgets the folder."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> Path | None:
            if folder is not None:
                sources.check_folder(folder)
            # Read anew: a command may have changed the others meanwhile.
            kept = "" if folder is None else str(folder)
            settings.save(replace(settings.load()[0], data_folder=kept))
            return folder

        self._background.start(work, self._take, self._fail)

    def download(self) -> None:
        """Downloads MNIST, checked file by file."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            # Its network modules take a while to import, and few sessions need them.
            from mnist_studio.data.datasets.download import download_mnist

            download_mnist(progress, is_cancelled)

        self._fetch("Downloading MNIST", work)

    def cancel(self) -> None:
        """Ends what goes on; nothing half is kept."""
        if self._task:
            self._what = "Canceling"
            self._task.cancel()
            self.changed.emit()

    def _fetch(self, what: str, work: Callable[[Progress, IsCancelled], None]) -> None:
        if self._task:
            return
        self._what, self._fraction = what, 0.0
        self._task = self._background.start(work, self._arrive, self._fail)
        self._task.progressed.connect(self._progress)
        self._task.ended.connect(self._end)
        self.changed.emit()

    @Slot(object)
    def _know(self, known: tuple[bool, DatasetName]) -> None:
        self._has_mnist, self._default = known
        self.changed.emit()

    @Slot(object)
    def _take(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is None:
            self._has_mnist = None
            self.look()
        else:
            self._arrive(None)

    @Slot(float)
    def _progress(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    @Slot(object)
    def _arrive(self, nothing: Any) -> None:
        self._has_mnist = True
        self._default = "mnist"
        self.fetched.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        self._task, self._what = None, ""
        self.look()
