"""The available datasets, and the import and download of MNIST."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import settings
from mnist_studio.data.datasets import published_import, sources
from mnist_studio.gui.services.background import Background, BackgroundTask, IsCancelled, Progress
from mnist_studio.spec.run import DatasetName

_Used = tuple[Path | None, tuple[str, ...]]
"""A folder in use, and notes about damaged files in it."""


class DatasetService(QObject):
    """Knows whether MNIST is available; imports and downloads it.

    Signals:
        changed: the available datasets or the progress of a transfer changed.
        fetched: MNIST is now available.
        failed: MNIST could not be obtained; an exception.
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
        self._transfer = ""
        self._fraction = 0.0
        self._notes: tuple[str, ...] = ()
        self._problem = ""

    @property
    def folder(self) -> Path | None:
        """The folder that MNIST is read from in place, if the user selected one.

        It is saved in the settings, where every reader of datasets finds it.
        """
        return self._folder

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about damaged files in the folder that good copies replace."""
        return self._notes

    @property
    def problem(self) -> str:
        """Why the folder that the user named has no MNIST; empty if all is well."""
        return "" if self._has_mnist else self._problem

    @property
    def has_mnist(self) -> bool | None:
        """Whether MNIST is available; None until that is known."""
        return self._has_mnist

    @property
    def default(self) -> DatasetName:
        """The dataset to train on by default."""
        return self._default

    @property
    def fetching(self) -> str:
        """The current transfer, such as ``Downloading MNIST``; empty for none."""
        return self._transfer

    @property
    def fraction(self) -> float:
        """The progress of the transfer, from 0 to 1."""
        return self._fraction

    def look(self) -> None:
        """Finds the available datasets again."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[bool, DatasetName, str]:
            return sources.has_mnist(), sources.default_dataset(), sources.folder_problem()

        self._background.start(work, self._take_available, self._fail)

    def import_from(self, folder: Path) -> None:
        """Copies MNIST from a folder, checked file by file."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            published_import.import_mnist(folder, progress, is_cancelled)

        self._fetch("Importing MNIST", work)

    def use(self, folder: Path | None) -> None:
        """Reads MNIST from a folder in place from now on; None resets that."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> _Used:
            notes = () if folder is None else sources.check_folder(folder)
            # Read again, since a command may have changed other settings meanwhile.
            data_folder = "" if folder is None else str(folder)
            settings.save(replace(settings.load()[0], data_folder=data_folder))
            return folder, notes

        self._background.start(work, self._take, self._fail)

    def download(self) -> None:
        """Downloads MNIST, checked file by file."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> None:
            # Its network modules take a while to import, and few sessions need them.
            from mnist_studio.data.datasets.download import download_mnist

            download_mnist(progress, is_cancelled)

        self._fetch("Downloading MNIST", work)

    def cancel(self) -> None:
        """Cancels the transfer; what was received is stored for the next time."""
        if self._task:
            self._transfer = "Canceling"
            self._task.cancel()
            self.changed.emit()

    def _fetch(self, what: str, work: Callable[[Progress, IsCancelled], None]) -> None:
        if self._task:
            return
        self._transfer, self._fraction = what, 0.0
        self._task = self._background.start(work, self._finish, self._fail)
        self._task.progressed.connect(self._progress)
        self._task.ended.connect(self._end)
        self.changed.emit()

    @Slot(object)
    def _take_available(self, known: tuple[bool, DatasetName, str]) -> None:
        self._has_mnist, self._default, self._problem = known
        self.changed.emit()

    @Slot(object)
    def _take(self, used: _Used) -> None:
        folder, self._notes = used
        self._folder = folder
        if folder is None:
            self._has_mnist = None
            self.look()
        else:
            self._finish(None)

    @Slot(float)
    def _progress(self, fraction: float) -> None:
        self._fraction = fraction
        self.changed.emit()

    @Slot(object)
    def _finish(self, nothing: Any) -> None:
        self._has_mnist = True
        self._default = "mnist"
        self.fetched.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _end(self) -> None:
        self._task, self._transfer = None, ""
        self.look()
