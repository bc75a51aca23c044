"""Looks for a newer version in the background, if the user wants that."""

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio import newer_version
from mnist_studio.gui.services.background import Background, IsCancelled, Progress


class NewestVersion(QObject):
    """Knows the newest version, if it is newer than this copy.

    Signals:
        changed: ``version`` changed.
        failed: an exception.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self.version = ""

    @property
    def sentence(self) -> str:
        """What is available, with a link as HTML; empty for nothing."""
        if not self.version:
            return ""
        page = newer_version.release_page(self.version)
        return f'Version {self.version} is available: <a href="{page}">see what is new</a>'

    def look(self) -> None:
        """Looks for a newer version, with at most one request a day."""

        def work(progress: Progress, is_cancelled: IsCancelled) -> str:
            return newer_version.daily(is_cancelled)

        # Being offline is silent, and the log has the reason. Only a mistake of ours arrives here.
        self._background.start(work, self._show, self.failed.emit)

    def forget(self) -> None:
        """Shows nothing any more."""
        self._show("")

    @Slot(object)
    def _show(self, version: str) -> None:
        if version != self.version:
            self.version = version
            self.changed.emit()
