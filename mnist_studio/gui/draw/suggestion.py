"""One line that leads on: to train a network, or to train again with the labeled drawings."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import counted
from mnist_studio.gui.common.basics import button, enable, label, row
from mnist_studio.gui.services.studio import TRAINS, Studio

TRAIN = "Train your own network (about ten seconds)"
TRAIN_TIP = "Trains a small network for one epoch in all frameworks, on the Train page"


class Suggestion(QWidget):
    """At most one suggestion at a time; hidden if there is none.

    Attributes:
        train_button: trains a first network on the Train page.
        mnist_button: downloads MNIST, if it is missing.
        again_button: trains with the user's own images in the training set.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._labeled = False
        self._text = label(role="secondary")
        self.train_button = button(TRAIN, self._train)
        self.mnist_button = button("Get MNIST", studio.datasets.download, quiet=True)
        self.mnist_button.setToolTip(
            "Downloads MNIST: 70,000 images. Until then, networks train on the built-in dataset."
        )
        self.again_button = button("", self._train_again)
        self.setLayout(
            row(self._text, self.again_button, self.train_button, self.mnist_button, 1, gap=8)
        )
        studio.first_steps.changed.connect(self._show)
        studio.own_images.saved.connect(self._note_label)
        studio.own_images.changed.connect(self._show)
        studio.datasets.changed.connect(self._show)
        studio.queue.changed.connect(self._show)
        studio.experiment.changed.connect(self._show)
        self._show()

    @Slot()
    def _note_label(self) -> None:
        """From the first labeled drawing on, training with it is suggested."""
        self._labeled = True
        self._show()

    def _train(self) -> None:
        """Trains for one epoch; without this, the form's five take five times as long."""
        self._studio.page_requested.emit("train")
        self._studio.first_training_requested.emit()

    def _train_again(self) -> None:
        # The page that trains is made by this signal, and then receives the next one.
        self._studio.page_requested.emit("train")
        self._studio.own_training_requested.emit()

    @Slot()
    def _show(self) -> None:
        studio, count = self._studio, len(self._studio.own_images.digits)
        again = self._labeled and count > 0
        train = not again and studio.first_steps.suggests_training
        missing = train and studio.datasets.has_mnist is False
        fetching = studio.datasets.fetching
        digits = "digit" if count == 1 else counted(count, "digit")
        self.again_button.setText(f"Train again with your {digits}")
        tip = (
            "Trains with the settings of the Train page and adds your labeled images to the "
            "training set"
        )
        enable(self.again_button, TRAINS if studio.busy else "", tip)
        enable(self.train_button, TRAINS if studio.busy else "", TRAIN_TIP)
        self._text.setText(fetching if train else "")
        self._text.setVisible(bool(self._text.text()))
        self.again_button.setVisible(again)
        self.train_button.setVisible(train)
        self.mnist_button.setVisible(missing and not fetching)
        self.setVisible(again or train)
