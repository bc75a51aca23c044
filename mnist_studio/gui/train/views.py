"""The right side of the Train page: curves, or what the runs recorded after every epoch."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import column
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.live_plots import LivePlots
from mnist_studio.gui.train.watch.records import WatchedRun, watched
from mnist_studio.gui.train.watch.sentences import drawing
from mnist_studio.gui.train.watch.view import WatchView
from mnist_studio.prediction.state import Prediction

VIEWS = (
    ("curves", "Curves", "Loss and accuracy while the runs train"),
    ("watch", "Watch it learn", "Kernels, norms, outputs, and errors after every epoch"),
)


class TrainViews(QWidget):
    """Two views of the runs of the queue.

    Signals:
        shown: the key of the view that is shown now.
    """

    shown = Signal(str)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        recording = studio.saved_settings.watch_learning
        studio.queue.observe = recording
        self.choice = Segmented("View", VIEWS)
        self.plots = LivePlots(studio.theme, studio.saved_settings.train_page.difference)
        self.watch = WatchView(studio.theme, studio.background, recording)
        self.watch.hide()
        self.setLayout(column(self.plots, self.watch, gap=0))
        self.choice.chosen.connect(self.show_view)
        self.watch.switched.connect(self._set_recording)
        studio.predictions.predicted.connect(self._show_drawing)
        studio.predictions.cleared.connect(lambda: self.watch.drawing.setText(""))

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Shows the curves, or what the runs recorded after every epoch."""
        self.choice.choose(key)
        self.plots.setVisible(key != "watch")
        self.watch.setVisible(key == "watch")
        self.shown.emit(key)

    def watch_queue(self) -> None:
        """Watches the runs of the queue, once one of them has begun."""
        begun = watched(self._studio.queue.runs)
        if begun:
            self.watch.show_runs(begun)

    def watch_stored(self, ids: Sequence[str]) -> None:
        """Shows what stored runs recorded."""
        rows = [row for row in reversed(self._studio.library.rows) if row.id in ids]
        self.show_view("watch")
        self.watch.show_runs(
            [WatchedRun(r.title, r.framework, r.run.folder, r.run.spec.class_names) for r in rows]
        )

    @Slot(object)
    def _show_drawing(self, prediction: Prediction) -> None:
        """Shows what the model in training predicts for the drawing."""
        predictions = self._studio.predictions
        training = predictions.in_training
        # One of the epoch before may still be on its way.
        if training and predictions.current.get(training.id) == prediction:
            epoch = training.epochs[-1].epoch
            self.watch.drawing.setText(drawing(prediction, epoch))

    @Slot(bool)
    def _set_recording(self, on: bool) -> None:
        """Records the next runs from now on, or not."""
        self._studio.queue.observe = on
        self._studio.remember(watch_learning=on)
