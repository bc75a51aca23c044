"""PyTorch's weights in NumPy: the accuracies and the gradients of both frameworks."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedWidget

from mnist_studio.gui.common.array_picture import ArrayPicture
from mnist_studio.gui.common.basics import (
    GAP,
    button,
    clear,
    column,
    enable,
    holder,
    keep_focus,
    label,
    row,
)
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.parity import texts as words
from mnist_studio.gui.parity.check_runner import CheckRunner, VerdictCard
from mnist_studio.gui.parity.gradient_pictures import Picture, gradient_pictures
from mnist_studio.gui.parity.texts import ParityTexts
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.parity.shared_weights import GradientPair, SharedWeights, share_weights

MARGIN = 16
"""Margin of a card, left and right."""


_TIP = "Trains in PyTorch, then evaluates the same weights in NumPy"


class SharedWeightsPanel(QStackedWidget):
    """Trains briefly in PyTorch and loads the weights into NumPy.

    Attributes:
        controls: for the top bar: Cancel and Share weights.
        runner: does the work in the background.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._shown: SharedWeights | None = None
        self.runner: CheckRunner[None, SharedWeights] = CheckRunner(studio.background, self)
        self.start_button = button("Share weights", self.start, primary=True)
        self.cancel_button = button("Cancel", self.runner.cancel)
        self.controls = holder(row(self.cancel_button, self.start_button))
        self.verdict = VerdictCard(studio.theme)
        self.pictures = GradientPicturesCard(studio.theme)
        self._lay_out()
        for source in (self.runner, studio.queue, studio.experiment):
            source.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        nothing = Card()
        self.empty = EmptyState(
            self._studio.theme,
            "parity",
            "No shared weights yet",
            "PyTorch trains BobNet for 200 steps, and NumPy then gets its weights. The accuracies "
            "and gradients of both frameworks appear here.",
            ("Share weights", self.start),
        )
        nothing.body.addWidget(self.empty)
        self.addWidget(nothing)
        whole = column(self.verdict)
        whole.addWidget(self.pictures, 1)
        self.addWidget(holder(whole))

    def start(self) -> None:
        """Starts the training and the comparison."""
        if not self.start_button.isEnabled():
            return

        def work(on_finding: object, is_cancelled: IsCancelled) -> SharedWeights:
            return share_weights(is_cancelled=is_cancelled)

        self.runner.start(work)

    @Slot()
    def _show(self) -> None:
        keep_focus((self.cancel_button, self.start_button, self.empty.button), self._show_state)

    def _show_state(self) -> None:
        runner, missing = self.runner, texts.missing("pytorch")
        reason = missing or (TRAINS if self._studio.busy else "")
        running = "The comparison is already running. Wait for it to finish." if runner.busy else ""
        enable(self.start_button, reason or running, _TIP)
        enable(self.empty.button, reason, _TIP)
        idle = "" if runner.state == "running" else "No comparison is running."
        enable(self.cancel_button, idle, "Ends the comparison without a result")
        self.setCurrentIndex(int(runner.state != "idle"))
        self.verdict.show_texts(self._texts(), busy=runner.busy)
        self.pictures.show_pairs(runner.result.pairs if runner.result else ())

    @property
    def activity(self) -> str:
        """What is running, for the status line; empty if nothing is."""
        return words.SHARING_STATUS if self.runner.busy else ""

    def _texts(self) -> ParityTexts:
        match self.runner.state:
            case "done" if self.runner.result:
                return words.shared(self.runner.result)
            case "failed":
                return words.failed(self.runner.complaint)
            case "cancelled":
                return words.SHARING_CANCELLED
            case "canceling":
                return words.CANCELING
        return words.SHARING


class GradientPicturesCard(Card):
    """A row for every layer: its gradient in NumPy, in PyTorch, and their difference."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Weight gradients")
        self._theme = theme
        self._pairs: tuple[GradientPair, ...] = ()
        self._drawn: list[ArrayPicture] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(4)
        self.header.addWidget(
            label("One batch of training images. Blue: above 0. Red: below 0.", "secondary")
        )
        self.body.addLayout(self._grid, 1)

    def show_pairs(self, pairs: tuple[GradientPair, ...]) -> None:
        """Draws the gradients of all layers, unless they are drawn already."""
        if pairs is self._pairs:
            return
        self._pairs = pairs
        self._clear()
        for layer, pair in enumerate(pairs):
            for place, picture in enumerate(gradient_pictures(pair)):
                self._add(layer, place, picture)
        # The last row takes the room that the pictures leave.
        self._grid.setRowStretch(3 * len(pairs), 1)
        self._size()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Makes the pictures of a layer equally high, and no higher than their width requires."""
        super().resizeEvent(event)
        self._size()

    def _size(self) -> None:
        width = (self.contentsRect().width() - 2 * GAP - 2 * MARGIN) // 3
        for drawn in self._drawn:
            drawn.setMaximumHeight(drawn.height_at(width))

    def _add(self, layer: int, place: int, picture: Picture) -> None:
        captions = (label(picture.title), label(picture.scale, "secondary"))
        for line, caption in enumerate(captions):
            caption.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self._grid.addWidget(caption, 3 * layer + line, place)
        drawn = ArrayPicture(self._theme, f"{picture.title}, {picture.scale}", picture.values)
        self._drawn.append(drawn)
        self._grid.addWidget(drawn, 3 * layer + 2, place)
        self._grid.setRowStretch(3 * layer + 2, picture.values.shape[0])
        self._grid.setColumnStretch(place, 1)

    def _clear(self) -> None:
        self._drawn.clear()
        clear(self._grid)
