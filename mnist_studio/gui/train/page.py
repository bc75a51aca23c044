"""The Train page: settings, transport, live plots, table and log."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter

from mnist_studio import events
from mnist_studio.errors import SpecError
from mnist_studio.gui.common.basics import GAP, button, enable
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import ask
from mnist_studio.gui.common.text_files import SETTINGS, TextFiles
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.live_plots import LivePlots
from mnist_studio.gui.train.live_runs import LiveRuns
from mnist_studio.gui.train.settings_panel import SettingsPanel
from mnist_studio.spec.run import RunSpec

_NOTHING_TRAINS = "Nothing is training."
_STUDY_RUNS = "An experiment is being run: beside it no clock would be honest."
_OPENED = "The settings on the left are those of the file. Nothing trains yet: press Train."


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
        studio.experiment.changed.connect(self._update)
        studio.training_asked.connect(self.train)
        self.settings.edited.connect(self._update)
        self._files = TextFiles(studio, self, SETTINGS)
        self._connect_settings()
        self._update()

    def _connect_settings(self) -> None:
        self.settings.code_asked.connect(self.show_code)
        self.settings.open_asked.connect(self._files.ask_to_open)
        self.settings.save_asked.connect(self._save_settings)
        self._files.opened.connect(self.take_settings)
        self._files.failed.connect(self._complain)
        self.studio.settings_dropped.connect(self._files.open)
        for keys, action in (
            ("Ctrl+S", self._save_settings),
            ("Ctrl+Shift+O", self._files.ask_to_open),
            ("F6", self.show_code),
        ):
            made = QShortcut(QKeySequence(keys), self)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(action)

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
        if self.studio.experiment.busy:
            self._complain(_STUDY_RUNS)
            return
        specs = self._checked_specs()
        if specs:
            self.notice.hide()
            self.studio.queue.add(specs)

    def show_code(self) -> CodeDialog | None:
        """Opens the settings as scripts; None where they are wrong."""
        specs = self._checked_specs()
        if not specs:
            return None
        dialog = CodeDialog(self.studio, self.window(), specs[0])
        dialog.run_asked.connect(self._train_as_written)
        dialog.open()
        return dialog

    @Slot(object)
    def take_settings(self, runs: tuple[RunSpec, ...]) -> None:
        """Shows what a file has; asks before it trains runs that one form cannot show."""
        self.notice.hide()
        if self.settings.show_runs(runs):
            self.notice.tell(_OPENED, "good")
            return
        ask(
            self.window(),
            f"Train {len(runs)} runs?",
            "This file has runs that differ: they train one after the other. The settings on the "
            "left stay as they are.",
            (
                ("Cancel", lambda: None),
                ("Add to queue", lambda: self.studio.queue.add(runs)),
            ),
            primary=1,
        )

    def _save_settings(self) -> None:
        specs = self._checked_specs()
        if specs:
            self._files.ask_to_save(specs, self.settings.form.recipe)

    def _checked_specs(self) -> tuple[RunSpec, ...]:
        """The runs as they are set; none where that is wrong, which is told."""
        try:
            return self.settings.specs()
        except SpecError as error:
            self._complain(str(error))
            return ()

    @Slot(object)
    def _train_as_written(self, run: RunSpec) -> None:
        self.studio.queue.add((run,))

    @Slot(str)
    def _complain(self, sentence: str) -> None:
        self.notice.tell(sentence, "bad")

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
        problem = _STUDY_RUNS if self.studio.experiment.busy else self.settings.complaint.text()
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
