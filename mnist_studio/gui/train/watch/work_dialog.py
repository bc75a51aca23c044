"""A dialog that computes something in all frameworks while it is open."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import BusyLine, button, label
from mnist_studio.gui.common.dialog import ScrollDialog
from mnist_studio.gui.services.background import Background, BackgroundTask, Work
from mnist_studio.gui.theme.theme import Theme

_CLOSE, _CANCEL = "Close", "Cancel"


class WorkDialog(ScrollDialog):
    """A sentence and a moving line on top; closing the dialog cancels its work.

    Attributes:
        sentence: what is going on, or what was found.
        close_button: cancels or closes.
    """

    def __init__(
        self, parent: QWidget, title: str, theme: Theme, background: Background, size: QSize
    ) -> None:
        """Starts nothing yet.

        Args:
            parent: the window.
            title: of the dialog.
            theme: colors and sizes.
            background: whose threads wait for the frameworks.
            size: that the dialog opens with, in lengths of the design.
        """
        pixels = theme.pixels
        super().__init__(parent, title, QSize(pixels(size.width()), pixels(size.height())))
        self._background = background
        self._task: BackgroundTask | None = None
        self.sentence = label(wrap=True)
        self.busy = BusyLine(title, theme)
        self.busy.hide()
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.busy)
        self.close_button = button(_CLOSE, self.reject, "Ends the computation and closes (Esc)")
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)
        self.finished.connect(self._cancel)

    def start(self, work: Work, sentence: str) -> None:
        """Starts the work; the sentence says that it takes a while."""
        self.sentence.setText(sentence)
        self.busy.show()
        self.close_button.setText(_CANCEL)
        self._task = self._background.start(work, self._take, self._fail)

    def show_result(self, result: object) -> None:
        """Shows the result of the work."""
        raise NotImplementedError

    @Slot(object)
    def _take(self, result: object) -> None:
        self._rest()
        self.show_result(result)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._rest()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setText(str(error))

    def _rest(self) -> None:
        self._task = None
        self.busy.hide()
        self.close_button.setText(_CLOSE)

    @Slot()
    def _cancel(self) -> None:
        if self._task:
            self._task.cancel()
            self._task = None
