"""What the dialogs for new experiments share: the experiment of their fields, or what is wrong."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mnist_studio.errors import MnistStudioError
from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.dialog import ScrollDialog
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.experiment import ExperimentSpec


class ExperimentDialog(ScrollDialog):
    """Fields, the size of the experiment that they describe, and a button that adds it.

    Attributes:
        status: the number of runs, or which field is invalid.
        add_button: adds the experiment.

    Signals:
        made: the new experiment.
    """

    made = Signal(object)

    def __init__(self, parent: QWidget, title: str, theme: Theme, size: QSize, tip: str) -> None:
        """A dialog without fields.

        Args:
            parent: the window.
            title: of the dialog.
            theme: sizes.
            size: that it opens with, in lengths of the design.
            tip: what the button does.
        """
        least = QSize(theme.pixels(size.width()), theme.pixels(size.height()))
        super().__init__(parent, title, least)
        self._experiment: ExperimentSpec | None = None
        self._tip = tip
        self.status = label(role="headline", wrap=True)
        self.add_button = button("Add experiment", self._add, primary=True)

    def lay_out_foot(self, foot: QHBoxLayout) -> None:
        """Puts the buttons to the right of the foot."""
        foot.addStretch(1)
        foot.addWidget(
            button("Cancel", self.reject, "Closes the dialog without adding an experiment")
        )
        foot.addWidget(self.add_button)

    def take(
        self, make: Callable[[], ExperimentSpec], size: Callable[[ExperimentSpec], str]
    ) -> None:
        """Shows the experiment of the fields.

        Args:
            make: makes it; raises an error with the first field that is invalid.
            size: the number of its runs in a sentence.
        """
        try:
            self._experiment = make()
        except MnistStudioError as error:
            self._experiment = None
            self.status.setText(str(error))
            enable(self.add_button, str(error))
            return
        self.status.setText(size(self._experiment))
        enable(self.add_button, "", self._tip)

    def _add(self) -> None:
        if self._experiment is not None:
            self.made.emit(self._experiment)
            self.accept()
