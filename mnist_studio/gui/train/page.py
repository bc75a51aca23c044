"""The Train page: settings, buttons, live plots, table of runs, and log."""

import logging
from collections.abc import Sequence

from msgspec import structs
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from mnist_studio import events
from mnist_studio.errors import SpecError
from mnist_studio.formatting import clock, counted
from mnist_studio.gui.common.basics import button, column, enable, holder
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.layouts import Splitter
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.common.text_files import SETTINGS, TextFiles
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor.editor import EMPTY, NetworkEditor
from mnist_studio.gui.train.form import preview_run, run_specs, with_run
from mnist_studio.gui.train.live_plots import LivePlots
from mnist_studio.gui.train.live_runs import LiveRuns
from mnist_studio.gui.train.result import TrainingEnd
from mnist_studio.gui.train.settings_panel import WIDTH, SettingsPanel
from mnist_studio.gui.train.watch.rate_dialog import RateDialog
from mnist_studio.gui.train.watch.records import WatchedRun, watched
from mnist_studio.gui.train.watch.sentences import drawing
from mnist_studio.gui.train.watch.step_dialog import StepDialog
from mnist_studio.gui.train.watch.view import WatchView
from mnist_studio.prediction.state import Prediction
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec

_LOG = logging.getLogger(__name__)

REMEMBER_MS = 500
"""How long after the last change the settings of the page are saved."""

WATCH = "watch:"
"""Begins the key of ``show_item`` for the ids of stored runs."""
VIEWS = (
    ("curves", "Curves", "Loss and accuracy while the runs train"),
    ("watch", "Watch it learn", "Kernels, norms, outputs, and errors after every epoch"),
)
_IDLE = "No run is training. Click Train to start one."
_EXPERIMENT_RUNS = (
    "An experiment is running. Training another run would distort its timing. "
    "Wait for it to finish, or stop it on the Experiments page."
)
_BUSY = "A run is training. Wait for it to finish, or stop it: both would be slower together."
_SUSPENDED = "The editor keeps the network that you were changing. Click Change… to continue."
_OPENED = "The settings are loaded from the file. Click Train to start."


class TrainPage(Page):
    """Trains one recipe in one framework, or in all of them one after the other."""

    title = "Train"
    sentence = "The same weights and batches in every framework"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.question: QuestionOverlay | None = None
        self.editor: NetworkEditor | None = None
        self._suspended = False
        self.settings = SettingsPanel(studio)
        self.plots = LivePlots(studio.theme, studio.saved_settings.train_page.difference)
        recording = studio.saved_settings.watch_learning
        self.watch = WatchView(studio.theme, studio.background, recording)
        self.view = Segmented("View", VIEWS)
        self.watch.hide()
        self.views = holder(column(self.plots, self.watch, gap=0))
        studio.queue.observe = recording
        self.runs = LiveRuns(studio.theme)
        self.discard_button = button("Discard…", self._ask_to_discard, danger=True)
        self.pause_button = button("Pause", self._pause_or_resume)
        self.stop_button = button("Stop", self._stop)
        self.train_button = button("Train  F5", self.train, primary=True)
        self.action_line.addWidget(self.view)
        for action in (
            self.discard_button, self.pause_button, self.stop_button, self.train_button
        ):  # fmt: skip
            self.action_line.addWidget(action)
        self.rows = Splitter(Qt.Orientation.Vertical)
        self.columns = Splitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._memory = QTimer(self)
        self._memory.setSingleShot(True)
        self._memory.setInterval(REMEMBER_MS)
        self._files = TextFiles(studio, self, SETTINGS)
        self._end = TrainingEnd(studio, self)
        self._connect()
        self._update()
        self._expect()
        self._restore_draft()

    def _restore_draft(self) -> None:
        """Opens the editor with the network that was being edited when the window was closed."""
        saved = self.studio.saved_settings.train_page.draft
        if not saved:
            return
        try:
            draft = codec.parse(saved)
        except SpecError as error:
            _LOG.info("the network that was being edited is not restored: %s", error)
            return
        self._open_editor().open(preview_run(self.settings.form), draft)

    def _connect(self) -> None:
        studio = self.studio
        studio.queue.changed.connect(self._update)
        studio.queue.event_received.connect(self._show_event)
        self._end.ready.connect(self.show_outcome)
        studio.experiment.changed.connect(self._update)
        studio.training_requested.connect(self.train)
        studio.first_training_requested.connect(self._train_first_network)
        studio.own_training_requested.connect(self._train_with_own_images)
        studio.settings_dropped.connect(self._files.open)
        studio.settings_chosen.connect(self._show_settings)
        self.view.chosen.connect(self.show_view)
        self.watch.switched.connect(self._set_recording)
        studio.predictions.predicted.connect(self._show_drawing)
        studio.predictions.cleared.connect(lambda: self.watch.drawing.setText(""))
        self.watch.step_requested.connect(self.show_step)
        self.watch.failed.connect(self._show_error)
        self.settings.rate_requested.connect(self.find_rate)
        self.settings.edited.connect(self._update)
        self.settings.code_requested.connect(self.show_code)
        self.settings.change_requested.connect(self.edit_network)
        self.settings.new_requested.connect(self.edit_new_network)
        self.settings.open_requested.connect(self._files.ask_to_open)
        self.settings.save_requested.connect(self._save_settings)
        self._files.opened.connect(self.show_file)
        self._files.failed.connect(self._show_error)
        self._memory.timeout.connect(self._remember)
        self._memory.timeout.connect(self._expect)
        self.settings.arranged.connect(self._memory.start)
        self.plots.arranged.connect(self._memory.start)
        self.settings.edited.connect(self._memory.start)
        for splitter in (self.rows, self.columns):
            splitter.splitterMoved.connect(self._memory.start)
        studio.closing.connect(self._remember)
        for keys, action in (
            ("Ctrl+S", self._save_settings),
            ("Ctrl+Shift+O", self._files.ask_to_open),
            ("F6", self.show_code),
            ("Ctrl+E", self.edit_network),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _lay_out(self) -> None:
        right, whole, saved = self.rows, self.columns, self.studio.saved_settings.train_page
        # Outer parts first, since moving a part with all that is in it is slow.
        self.body.addWidget(whole, 1)
        whole.add((self.settings, right), (WIDTH, 800))
        whole.setStretchFactor(0, 0)
        right.add((self.views, self.runs), (484, 196))
        right.setStretchFactor(1, 0)
        for splitter, sizes in ((right, saved.rows), (whole, saved.columns)):
            if len(sizes) == splitter.count():
                splitter.setSizes(list(sizes))
        self.fold(whole, 860, (600, 620))
        self.outcome.keep_clear(self.runs)

    @Slot()
    def edit_network(self) -> None:
        """Opens the editor with the network and the training of the page, or as it was left."""
        if self._editing:
            return
        suspended, editor = self._suspended, self._open_editor()
        if not suspended:
            editor.open(preview_run(self.settings.form))

    @Slot()
    def edit_new_network(self) -> None:
        """Opens the editor with an empty network, which can be undone in an open editor."""
        if self._editing or self._suspended:
            self._open_editor().start_from(EMPTY)
        else:
            self._open_editor().open_new(preview_run(self.settings.form))

    def _open_editor(self) -> NetworkEditor:
        """Shows the editor instead of form and plots; it is made when it is first needed."""
        self.outcome.hide()  # It would cover the next step of the network.
        if self.editor is None:
            self.editor = NetworkEditor(self.studio)
            self.editor.used.connect(self._use)
            self.editor.left.connect(self._close_editor)
            self.editor.rate_requested.connect(self.find_rate)
            self.editor.step_requested.connect(self.show_step)
            self.editor.edited.connect(self._enable_training)
            self.editor.edited.connect(self._memory.start)
            self.editor.columns.splitterMoved.connect(self._memory.start)
            sizes = self.studio.saved_settings.train_page.editor
            if len(sizes) == self.editor.columns.count():
                self.editor.columns.setSizes(list(sizes))
            self.body.addWidget(self.editor, 1)
        self._suspended = False
        self.editor.saving.frameworks = self.settings.form.frameworks
        self.columns.hide()
        self.view.hide()
        self.editor.show()
        return self.editor

    @Slot(object)
    def _use(self, run: RunSpec) -> None:
        """Shows an edited network and its training."""
        self.settings.show_edited(run)
        self._close_editor()

    def _suspend_editor(self) -> None:
        """Shows the form instead of the editor, which keeps its changes until it is opened."""
        editor = self._editing
        if editor is not None:
            self._close_editor()
            self._suspended = editor.draft.is_changed
            if self._suspended:
                self.notice.show_message(_SUSPENDED)

    @Slot()
    def _close_editor(self) -> None:
        if self.editor is not None:
            self.editor.hide()
        self.columns.show()
        self.view.show()
        self._update()
        self._memory.start()
        self.settings.change_button.setFocus()

    @property
    def _editing(self) -> NetworkEditor | None:
        """The editor while it is open."""
        return None if self.editor is None or self.editor.isHidden() else self.editor

    def show_item(self, key: str) -> None:
        """Chooses a recipe, opens a part of the page, or shows what stored runs recorded."""
        if key.startswith(WATCH):
            self._watch_stored(key.removeprefix(WATCH).split(","))
            return
        actions = {
            "threads": self.settings.show_threads,
            "editor": self.edit_network,
            "new-network": self.edit_new_network,
        }
        if key in actions:
            actions[key]()
            return
        self._suspend_editor()
        self.settings.recipe.choose(key)
        self.settings.recipe.chosen.emit(key)

    def prepare(self) -> None:
        """Builds the plots."""
        self.plots.prepare()

    @Slot()
    def train(self) -> None:
        """Trains with the present settings, after the runs that are queued already."""
        if self.studio.experiment.busy:
            self._show_error(_EXPERIMENT_RUNS)
            return
        if self._editing and not self._editing.use():
            self._show_error(self._editing.draft.problem)
            return
        specs = self._valid_specs()
        if specs:
            self.notice.hide()
            self.studio.queue.add(specs)
            if self.columns.property("folded"):
                # The curves are what one wants to see now, and they are below the settings.
                self.reveal(self.views)

    @Slot()
    def _train_first_network(self) -> None:
        """Trains what takes about ten seconds, whatever the form showed before."""
        self._suspend_editor()
        self.settings.show_first_training()
        self.train()

    @Slot()
    def _train_with_own_images(self) -> None:
        """Trains with the present settings and the user's own images in the training set."""
        self._suspend_editor()
        self.settings.add_own_images(self.train)

    def show_code(self) -> CodeDialog | None:
        """Shows the settings as scripts; returns None if they are invalid."""
        specs = self._valid_specs()
        if not specs:
            return None
        dialog = CodeDialog(self.studio, self.window(), specs[0])
        dialog.run_requested.connect(self._train_native)
        dialog.open()
        return dialog

    @Slot()
    def find_rate(self) -> RateDialog | None:
        """Searches for a learning rate in all selected frameworks; None if it cannot now."""
        specs = self._idle_specs()
        if not specs:
            return None
        dialog = RateDialog(self.studio, self.window(), specs)
        editor = self._editing
        dialog.rate_chosen.connect(editor.draft.use_rate if editor else self.settings.use_rate)
        dialog.open()
        return dialog

    @Slot()
    def show_step(self) -> StepDialog | None:
        """Shows one step in all selected frameworks; None if it cannot be done now."""
        specs = self._idle_specs()
        if not specs:
            return None
        dialog = StepDialog(self.studio, self.window(), specs)
        dialog.open()
        return dialog

    def _idle_specs(self) -> tuple[RunSpec, ...]:
        """The runs to train, unless one trains already: the two would slow each other down."""
        if self.studio.busy:
            self._show_error(_BUSY)
            return ()
        return self._valid_specs()

    @Slot(object)
    def show_file(self, runs: tuple[RunSpec, ...]) -> None:
        """Shows the runs of a file; offers to queue them if one form cannot show them."""
        self.notice.hide()
        self._suspend_editor()
        if self.settings.show_runs(runs):
            self.notice.show_message(_OPENED, "good")
            return
        ask(
            self.window(),
            f"Train {len(runs)} runs?",
            "The runs in this file have different settings, so they train one after the other. "
            "Your settings on the left stay as they are.",
            (
                ("Cancel", lambda: None),
                ("Add to queue", lambda: self.studio.queue.add(runs)),
            ),
            primary=1,
        )

    def _watch_queue(self) -> None:
        """Watches the runs of the queue, once one of them has begun."""
        begun = watched(self.studio.queue.runs)
        if begun:
            self.watch.show_runs(begun)

    def _watch_stored(self, ids: Sequence[str]) -> None:
        """Shows what stored runs recorded."""
        rows = [row for row in reversed(self.studio.library.rows) if row.id in ids]
        self.show_view("watch")
        self.watch.show_runs(
            [WatchedRun(r.title, r.framework, r.run.folder, r.run.spec.class_names) for r in rows]
        )

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Shows the curves, or what the runs recorded after every epoch."""
        self.view.choose(key)
        self.plots.setVisible(key != "watch")
        self.watch.setVisible(key == "watch")
        self.outcome.show_brief(key == "watch")

    @Slot(object)
    def _show_drawing(self, prediction: Prediction) -> None:
        """Shows what the model in training predicts for the drawing."""
        predictions = self.studio.predictions
        training = predictions.in_training
        # One of the epoch before may still be on its way.
        if training and predictions.current.get(training.id) == prediction:
            epoch = training.epochs[-1].epoch
            self.watch.drawing.setText(drawing(prediction, epoch))

    @Slot(bool)
    def _set_recording(self, on: bool) -> None:
        """Records the next runs from now on, or not."""
        self.studio.queue.observe = on
        self.studio.remember(watch_learning=on)

    @Slot(object)
    def _show_settings(self, runs: tuple[RunSpec, ...]) -> None:
        """Shows the settings of runs; those of the first one if one form cannot show them all."""
        self._suspend_editor()
        if not self.settings.show_runs(runs):
            self.settings.show_runs(runs[:1])

    def _save_settings(self) -> None:
        specs = self._valid_specs()
        if specs:
            self._files.ask_to_save(specs, self.settings.form.recipe)

    def _valid_specs(self) -> tuple[RunSpec, ...]:
        """The runs to train; if the settings are invalid, shows the error and returns none."""
        editor = self._editing
        if editor and editor.draft.problem:
            self._show_error(editor.draft.problem)
            return ()
        try:
            if editor:
                return run_specs(with_run(self.settings.form, editor.draft.trainable()))
            return self.settings.specs()
        except SpecError as error:
            self._show_error(str(error))
            return ()

    @Slot(object)
    def _train_native(self, run: RunSpec) -> None:
        self.studio.queue.add((run,))

    @Slot(str)
    def _show_error(self, sentence: str) -> None:
        self.notice.show_message(sentence, "bad")

    @Slot()
    def _expect(self) -> None:
        """Prepares for the runs that a click would train."""
        if not self.settings.complaint.text():
            self.studio.warm_processes.expect(self.settings.specs())

    @Slot()
    def _remember(self) -> None:
        """Saves the settings and the layout for the next start, if they changed."""
        self._memory.stop()
        saved = self.studio.saved_settings.train_page
        editor = self.editor if self._suspended else self._editing
        changed = editor is not None and (editor.draft.is_changed or editor.is_new)
        # Folded, the sizes are heights.
        folded = self.columns.orientation() == Qt.Orientation.Vertical
        now = structs.replace(
            self.settings.lasting(saved),
            columns=saved.columns if folded else tuple(self.columns.sizes()),
            rows=tuple(self.rows.sizes()),
            difference=self.plots.wants_difference,
            draft=codec.encode(editor.draft.run) if editor and changed else "",
            editor=tuple(editor.columns.sizes()) if editor else saved.editor,
        )
        if now != saved:
            self.studio.remember(train_page=now)

    def _stop(self) -> None:
        """Stops the run, and then offers to queue the runs again that waited for it."""
        queue = self.studio.queue
        removed = queue.stop()
        if removed:
            done = f"Removed {counted(len(removed), 'waiting run')} from the queue."
            self.studio.undo_offered.emit(done, lambda: queue.put_back(removed))

    def _ask_to_discard(self) -> None:
        queue = self.studio.queue
        run = next((run for run in queue.runs if run.active), None)
        if run is None:
            return
        self.question = ask(
            self.window(),
            f"Discard {run.title}?",
            _lost(run, len(queue.waiting)),
            (
                ("Keep training", lambda: None),
                ("Stop", self._stop),
                ("Discard", queue.cancel),
            ),
            primary=1,
            danger=2,
        )

    def _pause_or_resume(self) -> None:
        queue = self.studio.queue
        if queue.paused:
            queue.resume()
        else:
            queue.pause()

    @Slot()
    def _update(self) -> None:
        queue = self.studio.queue
        if queue.busy:
            self.outcome.hide()
        idle = "" if queue.busy else _IDLE
        pause = "Resumes the paused run" if queue.paused else "Pauses the run until you resume it"
        enable(self.pause_button, idle, pause)
        enable(self.stop_button, idle, "Ends after the current batch and saves the weights")
        enable(self.discard_button, idle, "Asks, then ends at once and deletes the weights")
        self.pause_button.setText("Resume" if queue.paused else "Pause")
        for action in (self.pause_button, self.stop_button, self.discard_button):
            # At first there is one button only.
            action.setVisible(queue.busy)
        self.train_button.setText("Add to queue  F5" if queue.busy else "Train  F5")
        self._enable_training()
        self.runs.show_runs(queue.runs)
        self.plots.show_runs(queue.runs)
        self._watch_queue()

    @Slot()
    def _enable_training(self) -> None:
        """Enables Train unless the settings, or the network in the editor, cannot work."""
        busy = self.studio.experiment.busy
        wrong = self._editing.draft.problem if self._editing else self.settings.complaint.text()
        problem = _EXPERIMENT_RUNS if busy else wrong
        what = "this network" if self._editing else "the settings on the left"
        enable(self.train_button, problem, f"Trains with {what} (F5)")

    @Slot(object, object)
    def _show_event(self, run: LiveRun, event: events.AnyEvent) -> None:
        self.runs.write(run, event)
        self.runs.renew()
        if isinstance(event, events.Progress | events.Epoch):
            self.plots.renew()
        if isinstance(event, events.Checkpoint | events.Finished):
            # What an epoch recorded is written before its checkpoint.
            self._watch_queue()
        if isinstance(event, events.Epoch):
            self.plots.show_agreement()
        if isinstance(event, events.Failed | events.Crashed):
            self.notice.show_message(f"{run.title}: {run.state_text}. {event.reason}", "bad")


def _lost(run: LiveRun, waiting: int) -> str:
    """What is lost if a run is discarded."""
    epochs = f"{len(run.epochs):,} of {counted(run.spec.training.epochs, 'epoch')}"
    seconds = f" in {clock(run.progress.train_seconds)}" if run.progress else ""
    more = f" {counted(waiting, 'waiting run').capitalize()} will not train." if waiting else ""
    return (
        f"It has trained {epochs}{seconds}. Discard deletes its weights. Stop saves them, and you "
        f"can resume the run later.{more}"
    )
