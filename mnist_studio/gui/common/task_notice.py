"""Work on a file that takes a while: what happens, how far it is, and a button that cancels it."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from mnist_studio.gui.common.basics import ProgressLine
from mnist_studio.gui.common.page import Notice
from mnist_studio.gui.services.background import BackgroundTask
from mnist_studio.gui.theme.theme import Theme

DELAY_MS = 400
"""Work that ends sooner is not shown."""


class TaskNotice(Notice):
    """A strip over the foot of its parent while a task runs; one task at a time.

    Attributes:
        progress: how far the task is.
        cancel: ends it.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._task: BackgroundTask | None = None
        self._sentence = ""
        self.progress = ProgressLine("Progress")
        self.progress.setFixedWidth(theme.pixels(160))
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Cancels this task. An existing file stays as it is.")
        self.cancel.clicked.connect(self._cancel)
        self.hide_button()
        self.line.addWidget(self.progress)
        self.line.addWidget(self.cancel)
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._appear)

    def follow(self, text: str, task: BackgroundTask) -> None:
        """Shows a task once it has taken a while, until it ends."""
        self._task, self._sentence = task, text
        self.progress.show_fraction(0.0)
        self.cancel.setEnabled(True)
        task.progressed.connect(self.progress.show_fraction)
        task.ended.connect(self._end)
        self._delay.start()

    @Slot()
    def _appear(self) -> None:
        if self._task is not None:
            self.show_message(self._sentence, "working")

    @Slot()
    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancel.setEnabled(False)

    @Slot()
    def _end(self) -> None:
        """Hides, unless a later task has begun."""
        if self.sender() in (self._task, None):
            self._task = None
            self._delay.stop()
            self.hide()
