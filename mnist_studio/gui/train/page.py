"""The Train page: settings, buttons, live plots, table of runs, and log."""

import logging

from msgspec import structs
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut

from mnist_studio import events
from mnist_studio.errors import SpecError
from mnist_studio.gui.common.basics import button, column, enable, holder
from mnist_studio.gui.common.code_dialog import CodeDialog
from mnist_studio.gui.common.layouts import Splitter
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import ask
from mnist_studio.gui.common.text_files import SETTINGS, TextFiles
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.services.outcome import Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor.editor import NetworkEditor
from mnist_studio.gui.train.editor_switch import EditorSwitch
from mnist_studio.gui.train.form import run_specs, with_run
from mnist_studio.gui.train.live_runs import LiveRuns
from mnist_studio.gui.train.result import TrainingEnd
from mnist_studio.gui.train.run_buttons import RunButtons
from mnist_studio.gui.train.settings_controls import WIDTH
from mnist_studio.gui.train.settings_panel import SettingsPanel
from mnist_studio.gui.train.views import TrainViews
from mnist_studio.gui.train.watch.rate_dialog import RateDialog
from mnist_studio.gui.train.watch.step_dialog import StepDialog
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec

_LOG = logging.getLogger(__name__)

LOW = 720
"""Height of the page below which two plots are side by side, in lengths of the design."""

REMEMBER_MS = 500
"""How long after the last change the settings of the page are saved."""

WATCH = "watch:"
"""Begins the key of ``show_item`` for the ids of stored runs."""
_EXPERIMENT_RUNS = (
    "An experiment is running. Training another run would distort its timing. "
    "Wait for it to finish, or stop it on the Experiments page."
)
_BUSY = "A run is training. Wait for it to finish, or stop it: both would be slower together."
_OPENED = "The settings are loaded from the file. Click Train to start."


class TrainPage(Page):
    """Trains one recipe in one framework, or in all of them one after the other."""

    title = "Train"
    sentence = "The same weights and batches in every framework"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.settings = SettingsPanel(studio)
        self.switch = EditorSwitch(studio, self.settings, self)
        self.views = TrainViews(studio)
        self.view, self.plots, self.watch = self.views.choice, self.views.plots, self.views.watch
        self.runs = LiveRuns(studio.theme)
        self.run_buttons = RunButtons(studio, self)
        self.train_button = button("Train  F5", self.train, primary=True)
        self.action_line.addWidget(self.view)
        for action in (*self.run_buttons.all, self.train_button):
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
        self.switch.restore(studio.saved_settings.train_page.draft)

    def _connect(self) -> None:
        studio = self.studio
        studio.queue.changed.connect(self._update)
        studio.queue.event_received.connect(self._show_event)
        self._end.ready.connect(self._show_end)
        studio.experiment.changed.connect(self._update)
        studio.training_requested.connect(self.train)
        studio.first_training_requested.connect(self._train_first_network)
        studio.own_training_requested.connect(self._train_with_own_images)
        studio.settings_dropped.connect(self._files.open)
        studio.settings_chosen.connect(self._show_settings)
        self.switch.made.connect(self._place_editor)
        self.switch.opened.connect(self._show_editor)
        self.switch.closed.connect(self._show_form)
        self.switch.suspended.connect(self.notice.show_message)
        self.views.shown.connect(lambda key: self.outcome.show_brief(key == "watch"))
        self.watch.step_requested.connect(self.show_step)
        self.watch.failed.connect(self._show_error)
        self.settings.rate_requested.connect(self.find_rate)
        self.settings.edited.connect(self._update)
        self.settings.code_requested.connect(self.show_code)
        self.settings.change_requested.connect(self.switch.edit_network)
        self.settings.new_requested.connect(self.switch.edit_new_network)
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
        # The plots make room for the card, and nothing else moves.
        self._upper = column(self.views, self.outcome)
        self._upper.setStretchFactor(self.views, 1)
        right.add((holder(self._upper), self.runs), (484, 196))
        right.setStretchFactor(1, 0)
        for splitter, sizes in ((right, saved.rows), (whole, saved.columns)):
            if len(sizes) == splitter.count():
                splitter.setSizes(list(sizes))
        self.fold(whole, 860, (600, 620))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the plots side by side on a low page."""
        super().resizeEvent(event)
        low = self.height() < self.studio.theme.pixels(LOW)
        self.plots.put_side_by_side(low and not self.columns.property("folded"))

    @Slot(object)
    def _show_end(self, outcome: Outcome) -> None:
        """Shows how a training ended, which is below the plots of a folded page."""
        self.show_outcome(outcome)
        if self.columns.property("folded"):
            self.show_part(self.outcome)

    @property
    def editor(self) -> NetworkEditor | None:
        """The editor, once there is one."""
        return self.switch.editor

    @property
    def _editing(self) -> NetworkEditor | None:
        return self.switch.editing

    @Slot()
    def edit_network(self) -> None:
        """Opens the editor with the network and the training of the page, or as it was left."""
        self.switch.edit_network()

    @Slot(object)
    def _place_editor(self, editor: NetworkEditor) -> None:
        editor.rate_requested.connect(self.find_rate)
        editor.step_requested.connect(self.show_step)
        editor.edited.connect(self._enable_training)
        editor.edited.connect(self._memory.start)
        editor.columns.splitterMoved.connect(self._memory.start)
        self.body.addWidget(editor, 1)

    @Slot()
    def _show_editor(self) -> None:
        """Makes room for the editor."""
        self.outcome.hide()
        self.foot.addWidget(self.outcome)
        self.columns.hide()
        self.view.hide()

    @Slot()
    def _show_form(self) -> None:
        """Shows form and plots again."""
        self._upper.addWidget(self.outcome)
        self.columns.show()
        self.view.show()
        self._update()
        self._memory.start()
        self.settings.change_button.setFocus()

    def show_item(self, key: str) -> None:
        """Chooses a recipe, opens a part of the page, or shows what stored runs recorded."""
        if key.startswith(WATCH):
            self.views.watch_stored(key.removeprefix(WATCH).split(","))
            return
        actions = {
            "threads": self.settings.show_threads,
            "editor": self.edit_network,
            "new-network": self.switch.edit_new_network,
        }
        if key in actions:
            actions[key]()
            return
        self.switch.suspend()
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
        self.switch.suspend()
        self.settings.show_first_training()
        self.train()

    @Slot()
    def _train_with_own_images(self) -> None:
        """Trains with the present settings and the user's own images in the training set."""
        self.switch.suspend()
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
        self.switch.suspend()
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

    @Slot(object)
    def _show_settings(self, runs: tuple[RunSpec, ...]) -> None:
        """Shows the settings of runs; those of the first one if one form cannot show them all."""
        self.switch.suspend()
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
        editor = self.switch.kept
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

    @Slot()
    def _update(self) -> None:
        queue = self.studio.queue
        if queue.busy:
            self.outcome.hide()
        self.train_button.setText("Add to queue  F5" if queue.busy else "Train  F5")
        self._enable_training()
        self.runs.show_runs(queue.runs)
        self.plots.show_runs(queue.runs)
        self.views.watch_queue()

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
            self.views.watch_queue()
        if isinstance(event, events.Epoch):
            self.plots.show_agreement()
        if isinstance(event, events.Failed | events.Crashed):
            self.notice.show_message(f"{run.title}: {run.state_text}. {event.reason}", "bad")
