"""The Train page: settings, transport, live plots, table and log."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter

from mnist_studio import events
from mnist_studio.errors import SpecError
from mnist_studio.gui.models.live import LiveRun
from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.panels.live_plots import LivePlots
from mnist_studio.gui.panels.live_runs import LiveRuns
from mnist_studio.gui.panels.settings_panel import SettingsPanel
from mnist_studio.gui.studio import Studio
from mnist_studio.gui.widgets.basics import GAP, button, enable

_NOTHING_TRAINS = "Nothing is training."


class TrainPage(Page):
    """Trains one recipe in one framework or in all, one after the other."""

    title = "Train"
    sentence = "Same weights, same batches, in every framework"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.settings = SettingsPanel(studio)
        self.plots = LivePlots(studio.theme)
        self.runs = LiveRuns(studio.theme)
        self.discard_button = button("Discard", studio.queue.cancel, danger=True)
        self.pause_button = button("Pause", self._pause_or_resume)
        self.stop_button = button("Stop and keep", studio.queue.stop)
        self.train_button = button("Train  F5", self.train, primary=True)
        for made in (self.discard_button, self.pause_button, self.stop_button, self.train_button):
            self.action_line.addWidget(made)
        self._lay_out()
        studio.queue.changed.connect(self._update)
        studio.queue.told.connect(self._take)
        studio.training_asked.connect(self.train)
        self.settings.edited.connect(self._update)
        self._update()

    def _lay_out(self) -> None:
        right = QSplitter(Qt.Orientation.Vertical)
        right.setHandleWidth(GAP)
        right.setChildrenCollapsible(False)
        right.addWidget(self.plots)
        right.addWidget(self.runs)
        right.setStretchFactor(0, 1)
        right.setSizes([484, 196])
        line = QHBoxLayout()
        line.setSpacing(GAP)
        line.addWidget(self.settings)
        line.addWidget(right, 1)
        self.body.addLayout(line)

    def prepare(self) -> None:
        """Builds the plots."""
        self.plots.prepare()

    @Slot()
    def train(self) -> None:
        """Trains with what is set; queues where something trains already."""
        try:
            specs = self.settings.specs()
        except SpecError as error:
            self.notice.tell(str(error), "bad")
            return
        self.notice.hide()
        self.studio.queue.add(specs, self.studio.digits.folder)

    def _pause_or_resume(self) -> None:
        queue = self.studio.queue
        if queue.paused:
            queue.resume()
        else:
            queue.pause()

    @Slot()
    def _update(self) -> None:
        queue = self.studio.queue
        idle = "" if queue.busy else _NOTHING_TRAINS
        enable(self.pause_button, idle, "Holds the run; Resume goes on where it was")
        enable(self.stop_button, idle, "Ends after the current batches and keeps what was learned")
        enable(self.discard_button, idle, "Ends at once and keeps nothing")
        self.pause_button.setText("Resume" if queue.paused else "Pause")
        self.train_button.setText("Add to queue  F5" if queue.busy else "Train  F5")
        problem = self.settings.complaint.text()
        enable(self.train_button, problem, "Trains with the settings on the left (F5)")
        self.runs.show_runs(queue.runs)
        self.plots.show_runs(queue.runs)

    @Slot(object, object)
    def _take(self, run: LiveRun, event: events.AnyEvent) -> None:
        self.runs.write(run, event)
        self.runs.renew()
        if isinstance(event, events.Progress | events.Epoch):
            self.plots.renew()
        if isinstance(event, events.Failed | events.Crashed):
            self.notice.tell(f"{run.title}: {event.reason}", "bad")
