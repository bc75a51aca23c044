"""PyTorch's weights in NumPy: the same accuracy, and the gradients of both beside each other."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedWidget

from mnist_studio.gui.common import texts
from mnist_studio.gui.common.array_picture import ArrayPicture
from mnist_studio.gui.common.basics import GAP, button, column, enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.parity import gradient_pictures as pictures
from mnist_studio.gui.parity import texts as words
from mnist_studio.gui.parity.check_runner import CheckRunner, VerdictCard
from mnist_studio.gui.parity.texts import ParityTexts
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.studio import TRAINS, Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.parity.shared_weights import GradientPair, SharedWeights, share_weights

MARGIN = 16
"""Of a card, left and right."""


class SharedWeightsPanel(QStackedWidget):
    """Trains shortly in PyTorch and hands its weights to NumPy.

    Attributes:
        controls: for the top bar: Cancel and the start.
        experiment: what is done in the background.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._shown: SharedWeights | None = None
        self.experiment: CheckRunner[None, SharedWeights] = CheckRunner(studio.background, self)
        self.start_button = button("PyTorch's weights in NumPy", self.start, primary=True)
        self.cancel_button = button("Cancel", self.experiment.cancel)
        self.controls = holder(row(self.cancel_button, self.start_button))
        self.verdict = VerdictCard()
        self.pictures = GradientPicturesCard(studio.theme)
        self._lay_out()
        for work in (self.experiment, studio.queue, studio.experiment):
            work.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        nothing = Card()
        self.empty = EmptyState(
            self._studio.theme,
            "parity",
            "No weights were handed over yet",
            "bobnet learns for 200 steps in PyTorch; NumPy gets its weights and is asked the same: "
            "the accuracies, and the gradients of both as pictures, stand here.",
            ("PyTorch's weights in NumPy", self.start),
        )
        nothing.body.addWidget(self.empty)
        self.addWidget(nothing)
        whole = column(self.verdict)
        whole.addWidget(self.pictures, 1)
        self.addWidget(holder(whole))

    def start(self) -> None:
        """Starts it."""
        if not self.start_button.isEnabled():
            return

        def work(told: object, is_cancelled: IsCancelled) -> SharedWeights:
            return share_weights(is_cancelled=is_cancelled)

        self.experiment.start(work)

    @Slot()
    def _show(self) -> None:
        experiment, missing = self.experiment, texts.missing("pytorch")
        reason = missing or (TRAINS if self._studio.busy else "")
        enable(self.start_button, reason or ("It goes on already." if experiment.busy else ""))
        enable(self.empty.button, reason)
        enable(self.cancel_button, "" if experiment.state == "running" else "Nothing goes on.")
        self.setCurrentIndex(int(experiment.state != "idle"))
        self.verdict.say(self._words(), busy=experiment.busy)
        self.pictures.show_pairs(experiment.result.pairs if experiment.result else ())

    @property
    def occupation(self) -> str:
        """What goes on, for the status line; empty for nothing."""
        return words.HANDING_SHORT if self.experiment.busy else ""

    def _words(self) -> ParityTexts:
        match self.experiment.state:
            case "done" if self.experiment.result:
                return words.handed(self.experiment.result)
            case "failed":
                return ParityTexts("It did not come to its end.", self.experiment.complaint, "bad")
            case "cancelled":
                return ParityTexts("Cancelled: nothing was handed over.")
            case "canceling":
                return ParityTexts("Canceling.")
        return words.HANDING


class GradientPicturesCard(Card):
    """A row for every layer: the gradient in NumPy, in PyTorch, and their difference."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Gradients by the weights, over one batch of training digits")
        self._theme = theme
        self._pairs: tuple[GradientPair, ...] = ()
        self._drawn: list[ArrayPicture] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(4)
        self.header.addWidget(label("blue above 0, red below", "secondary"))
        self.body.addLayout(self._grid, 1)

    def show_pairs(self, pairs: tuple[GradientPair, ...]) -> None:
        """Draws them, unless it has."""
        if pairs is self._pairs:
            return
        self._pairs = pairs
        self._clear()
        for layer, pair in enumerate(pairs):
            for place, made in enumerate(pictures.of(pair)):
                self._add(layer, place, made)
        # Room that the pictures cannot use is left below them.
        self._grid.setRowStretch(3 * len(pairs), 1)
        self._size()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pictures of a layer are equally high, and no higher than their width asks."""
        super().resizeEvent(event)
        self._size()

    def _size(self) -> None:
        width = (self.contentsRect().width() - 2 * GAP - 2 * MARGIN) // 3
        for drawn in self._drawn:
            drawn.setMaximumHeight(drawn.height_at(width))

    def _add(self, layer: int, place: int, made: pictures.Picture) -> None:
        told = (label(made.title), label(made.scale, "secondary"))
        for line, one in enumerate(told):
            one.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self._grid.addWidget(one, 3 * layer + line, place)
        drawn = ArrayPicture(self._theme, f"{made.title}, {made.scale}", made.values)
        self._drawn.append(drawn)
        self._grid.addWidget(drawn, 3 * layer + 2, place)
        self._grid.setRowStretch(3 * layer + 2, made.values.shape[0])
        self._grid.setColumnStretch(place, 1)

    def _clear(self) -> None:
        self._drawn.clear()
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
