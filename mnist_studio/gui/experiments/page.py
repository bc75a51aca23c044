"""The Experiments page: a list of experiments, the selected one, and its queue."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from mnist_studio.experiments.events import ExperimentEnded
from mnist_studio.formatting import counted
from mnist_studio.gui.common.basics import GAP, column, keep_focus, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.common.run_file_writer import RunFileWriter
from mnist_studio.gui.common.text_files import EXPERIMENT, TextFiles, file_name
from mnist_studio.gui.experiments import summary
from mnist_studio.gui.experiments.actions import ActionState, ExperimentActions
from mnist_studio.gui.experiments.card import ExperimentCard
from mnist_studio.gui.experiments.experiment_list import ExperimentList
from mnist_studio.gui.experiments.grid_dialog import GridDialog
from mnist_studio.gui.experiments.queue import ExperimentQueueCard
from mnist_studio.gui.experiments.search_dialog import NewSearchDialog
from mnist_studio.gui.experiments.summary import StoredProgress
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running.run_files import export_experiment
from mnist_studio.spec.experiment import MANY_RUNS, ExperimentSpec, run_count
from mnist_studio.store.experiments import Experiment

_LEAST_WIDTH = 480
"""Least width of the selected experiment; below it the list of experiments becomes narrower."""

_ProgressQuery = tuple[ExperimentSpec, int]
"""An experiment and its number of parallel runs."""


class ExperimentsPage(Page):
    """Selects, creates and runs experiments."""

    title = "Experiments"
    sentence = "Many runs that answer one question"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._stored: StoredProgress | None = None
        self.list = ExperimentList(studio)
        self.card = ExperimentCard(studio)
        self.queue = ExperimentQueueCard(studio.theme)
        self._reader: LatestOnlyRunner[_ProgressQuery] = LatestOnlyRunner(
            studio.background, _read_progress, self, changing=True
        )
        self.files = TextFiles(studio, self, EXPERIMENT)
        self.run_files = RunFileWriter(studio, self, "experiment")
        self.question: QuestionOverlay | None = None
        self.controls = ExperimentActions(self.action_line)
        self._lay_out()
        self._connect()
        self.list.choose_first()

    def _lay_out(self) -> None:
        known = Card("Experiments")
        known.body.addWidget(self.list, 1)
        known.body.addLayout(row(self.controls.new, self.controls.search, gap=8))
        files = (self.controls.open, self.controls.save, self.controls.export)
        known.body.addLayout(row(*files, self.controls.remove, gap=8))
        right = column(self.card, self.queue, gap=GAP)
        right.setStretch(1, 1)
        whole = QHBoxLayout()
        whole.setSpacing(GAP)
        known.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.card.setMinimumWidth(self.studio.theme.pixels(_LEAST_WIDTH))
        whole.addWidget(known)
        whole.addLayout(right, 1)
        self.body.addLayout(whole)
        self.fold(whole, 860, (360, 0))

    @property
    def tab(self) -> str:
        """The experiment that is chosen."""
        return self.list.choice

    def show_tab(self, key: str) -> None:
        """Chooses an experiment."""
        if self.list.has(key):
            self.list.choose(key)

    def show_item(self, key: str) -> None:
        """Chooses an experiment, by its place in the list or by its id."""
        if not self.list.choose_stored(key):
            self.show_tab(key)

    def _connect(self) -> None:
        service, actions = self.studio.experiment, self.controls
        for control, action in (
            (actions.new, self.make_grid), (actions.search, self.make_search),
            (actions.open, self.files.ask_to_open),
            (actions.save, self._save), (actions.export, self._export),
            (actions.remove, self._remove),
            (actions.compare, self._compare), (actions.discard, self._ask_to_discard),
            (actions.pause, self._pause_or_resume), (actions.stop, service.stop),
            (actions.run, self.run),
        ):  # fmt: skip
            control.clicked.connect(lambda checked=False, action=action: action())
        self.list.picked.connect(self._show_experiment)
        self.card.concurrency.edited.connect(self._read)
        self.queue.moved.connect(service.move)
        self.queue.removed.connect(self._remove_cell)
        self._reader.done.connect(self._show_stored)
        self._reader.failed.connect(lambda query, error: self.studio.complain(error))
        self.files.opened.connect(self.add_experiment)
        self.files.failed.connect(lambda sentence: self.notice.show_message(sentence, "bad"))
        service.changed.connect(self._show)
        service.renewed.connect(self._show)
        service.ended.connect(self._show_end)
        service.idle.connect(self._end)
        self.studio.queue.changed.connect(self._enable)

    @property
    def spec(self) -> ExperimentSpec | None:
        """The selected experiment."""
        return self.list.spec

    @property
    def state(self) -> ExperimentState:
        """The cells of the selected experiment."""
        if self._running:
            return self.studio.experiment.board
        if self.spec is None or self._stored is None:
            return ExperimentState()
        stored = self._stored
        planned = run_count(self.spec) if self.spec.search else 0
        return ExperimentState(stored.cells, self.spec.search, planned, stored.found)

    @property
    def _running(self) -> bool:
        """Whether the selected experiment is the one that is running."""
        return self.studio.experiment.busy and self.studio.experiment.spec == self.spec

    def _datasets(self) -> tuple[str, tuple[str, ...]]:
        """The dataset that new experiments begin with, and the others on this computer."""
        return self.studio.datasets.default, self.studio.dataset_library.here

    def make_grid(self) -> GridDialog:
        """Opens the dialog for a new experiment."""
        dialog = GridDialog(self.window(), self.studio.theme, *self._datasets())
        dialog.made.connect(self.add_experiment)
        dialog.open()
        return dialog

    def make_search(self) -> NewSearchDialog:
        """Opens the dialog for a new search."""
        dialog = NewSearchDialog(self.window(), self.studio.theme, *self._datasets())
        dialog.made.connect(self.add_experiment)
        dialog.open()
        return dialog

    @Slot(object)
    def add_experiment(self, experiment: ExperimentSpec) -> None:
        """Adds an experiment of a file or a grid, and selects it."""
        self.notice.hide()
        self.list.add(experiment)

    def run(self) -> None:
        """Trains the remaining runs of the experiment; asks before many."""
        if self.spec is None or not self.controls.run.isEnabled():
            return
        count = run_count(self.spec)
        if count <= MANY_RUNS:
            self._start()
            return
        left = summary.time_left(self._stored.seconds if self._stored else None, count)
        self.question = ask(
            self.window(),
            f"Run {count:,} runs?",
            f"{left} You can stop the experiment at any time and resume it later.",
            (("Cancel", lambda: None), ("Run experiment", self._start)),
            primary=1,
        )

    def _start(self) -> None:
        assert self.spec is not None
        self.notice.hide()
        self.outcome.hide()
        self.studio.experiment.start(
            self.spec, self.card.concurrency.whole, observe=self.card.record.isChecked()
        )

    @Slot(object)
    def _show_experiment(self, spec: ExperimentSpec) -> None:
        self._stored = None
        self.card.show_experiment(spec)
        self._show()
        self._read()

    @Slot()
    def _read(self) -> None:
        """Reads the stored progress again, also if the same query is running already."""
        if self.spec is not None and not self._running:
            self._reader.cancel()
            self._reader.submit((self.spec, self.card.concurrency.whole))

    @Slot()
    def _end(self) -> None:
        """Shows the last state of the session until the store has been read."""
        service = self.studio.experiment
        if service.id and service.spec is not None and service.spec == self.spec:
            board = service.board
            self._stored = StoredProgress(service.spec, service.id, board.cells, None, board.found)
        self._read()
        if self.isVisible():
            # The button that had the focus is disabled now.
            self.setFocus()

    @Slot(object, object)
    def _show_stored(self, query: _ProgressQuery, stored: StoredProgress) -> None:
        if stored.spec == self.spec:
            self._stored = stored
            self._show()

    @Slot()
    def _show(self) -> None:
        state = self.state
        seconds = self._stored.seconds if self._stored else None
        self.card.show_progress(state, seconds, self._running)
        self.queue.show_state(state, self._running)
        self._enable()

    @Slot()
    def _enable(self) -> None:
        service, state = self.studio.experiment, self.state
        begun = state.finished > 0 or (self._stored is not None and bool(self._stored.id))
        shown = ActionState(
            busy=service.busy,
            running=self._running,
            paused=service.paused,
            ending=service.ending,
            training=self.studio.queue.busy,
            begun=begun,
            complete=state.total > 0 and state.finished == state.total,
            own=self.list.own,
        )
        controls = self.controls
        keep_focus(
            (controls.pause, controls.stop, controls.run, controls.compare, controls.discard),
            lambda: controls.show_state(shown),
        )

    def _save(self) -> None:
        if self.spec is not None:
            self.files.ask_to_save(self.spec, file_name(self.spec.title))

    def _stored_experiment(self) -> Experiment | None:
        """The selected experiment as it is stored; None if it has not begun."""
        return next((s for s in self.studio.library.experiments if s.spec == self.spec), None)

    def _export(self) -> None:
        """Asks for a run file, and writes the experiment with all runs that have ended."""
        if stored := self._stored_experiment():
            name = file_name(stored.title)
            self.run_files.ask(name, partial(export_experiment, stored.id))

    def _compare(self) -> None:
        stored = self._stored_experiment()
        if stored is not None:
            self.studio.page_requested.emit("compare")
            self.studio.experiment_chosen.emit(stored.id)

    def _pause_or_resume(self) -> None:
        service = self.studio.experiment
        if service.paused:
            service.resume()
        else:
            service.pause()

    def _ask_to_discard(self) -> None:
        self.question = ask(
            self.window(),
            "Discard the runs in progress?",
            self._lost(),
            (("Keep running", lambda: None), ("Stop", self.studio.experiment.stop),
             ("Discard", self.studio.experiment.cancel)),
            primary=1,
            danger=2,
        )  # fmt: skip

    def _lost(self) -> str:
        """What is lost if the experiment is discarded."""
        state = self.state
        running = sum(cell.state == "running" for cell in state.cells)
        runs = counted(running, "run").capitalize()
        return (
            f"{runs} in progress {'is' if running == 1 else 'are'} deleted. {state.finished:,} of "
            f"{counted(state.total, 'run')} are finished. They stay, and you can resume the "
            "experiment later."
        )

    @Slot(int, int)
    def _remove_cell(self, cell: int, place: int) -> None:
        """Removes a waiting run with an offer to undo it; asks before a running one is deleted."""
        service = self.studio.experiment
        if place:
            service.drop(cell)
            done = "Removed a run from the queue."
            self.studio.undo_offered.emit(done, lambda: service.put_back(cell, place - 1))
            return
        self.question = ask(
            self.window(),
            "Delete the run in progress?",
            "It is deleted with its weights, and trains again when you resume the experiment.",
            (("Keep running", lambda: None), ("Delete", lambda: service.drop(cell))),
            primary=0,
            danger=1,
        )

    def _remove(self) -> None:
        """Removes the experiment, and then offers to undo it."""
        spec = self.spec
        if spec is None:
            return
        done = f"Removed “{spec.title}”. Its runs stay."

        def offer(undo: Callable[[], object]) -> None:
            self.studio.undo_offered.emit(done, undo)

        self.list.remove(offer)

    @Slot(object)
    def _show_end(self, ended: ExperimentEnded) -> None:
        self.show_outcome(self._outcome(ended))

    def _outcome(self, ended: ExperimentEnded) -> Outcome:
        service = self.studio.experiment
        complete, any_run = ended.outcome == "complete", ended.finished > 0
        steps = [
            NextStep("Compare runs", "Shows the runs on the Compare page", self._compare_last),
            NextStep(
                "Show the best run",
                "Opens the Runs page with the most accurate finished run, the newest of equal ones",
                self._show_best,
            ),
            NextStep(
                "Draw with the best",
                "Opens the Draw page with the most accurate finished run, the newest of equal ones",
                self._draw_with_best,
            ),
        ]
        resume = NextStep("Resume experiment", "Trains the remaining runs", self._resume_last)
        return Outcome(
            service.spec.title if service.spec else "Experiment",
            (summary.end(ended), *service.board.found),
            summary.CONCURRENT if service.concurrency > 1 else "",
            "good" if complete else "plain",
            (*(() if complete else (resume,)), *(steps if any_run else ())),
        )

    def _compare_last(self) -> None:
        """Compares the runs of the experiment that ended, whichever is selected now."""
        self.studio.compare_experiment(self.studio.experiment.id)

    def _draw_with_best(self) -> None:
        if best := self._best_run():
            self.studio.draw_with(best)

    def _show_best(self) -> None:
        if best := self._best_run():
            self.studio.item_requested.emit("runs", best)

    def _best_run(self) -> str:
        """The id of the most accurate finished run of the experiment; empty without one."""
        library, experiment = self.studio.library, self.studio.experiment.id
        rows = [
            row
            for row in library.trained
            if row.run.tested and library.experiment_of(row.id) == experiment
        ]
        return max(rows, key=lambda row: row.figures.accuracy or 0.0).id if rows else ""

    def _resume_last(self) -> None:
        service = self.studio.experiment
        if service.spec is not None and not self.studio.busy:
            self.outcome.hide()
            service.start(service.spec, service.concurrency, observe=self.card.record.isChecked())


def _read_progress(query: _ProgressQuery, is_cancelled: IsCancelled) -> StoredProgress:
    return summary.read_progress(*query)
