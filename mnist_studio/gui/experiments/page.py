"""The Experiments page: ready-made ones, own ones, their queue and how far they are."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from mnist_studio.experiments.events import Ended
from mnist_studio.gui.common.basics import GAP, column, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.common.question import QuestionOverlay, ask
from mnist_studio.gui.common.text_files import STUDY, TextFiles, file_name
from mnist_studio.gui.experiments import summary
from mnist_studio.gui.experiments.actions import ActionState, ExperimentActions
from mnist_studio.gui.experiments.card import ExperimentCard
from mnist_studio.gui.experiments.experiment_list import ExperimentList
from mnist_studio.gui.experiments.grid_dialog import GridDialog
from mnist_studio.gui.experiments.queue import ExperimentQueueCard
from mnist_studio.gui.experiments.stored_progress import ExperimentLedger, StoredProgress
from mnist_studio.gui.services.experiment_progress import ExperimentState
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import MANY_RUNS, ExperimentSpec, expand_cells

LEAST_WIDE = 480
"""So wide the words on an experiment stay, while the list of experiments gives way."""


class ExperimentsPage(Page):
    """Chooses, makes and runs experiments."""

    title = "Experiments"
    sentence = "Many runs for one question, one after the other, so that clocks are honest"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._standing: StoredProgress | None = None
        self.list = ExperimentList(studio)
        self.card = ExperimentCard(studio)
        self.queue = ExperimentQueueCard(studio.theme)
        self.ledger = ExperimentLedger(studio.background, self)
        self.files = TextFiles(studio, self, STUDY)
        self.question: QuestionOverlay | None = None
        self.controls = ExperimentActions(self.action_line)
        self._lay_out()
        self._connect()
        self.list.choose_first()

    def _lay_out(self) -> None:
        known = Card("Experiments")
        known.body.addWidget(self.list, 1)
        known.body.addLayout(row(self.controls.new, self.controls.open, gap=8))
        known.body.addLayout(row(self.controls.save, self.controls.forget, gap=8))
        right = column(self.card, self.queue, gap=GAP)
        right.setStretch(1, 1)
        whole = QHBoxLayout()
        whole.setSpacing(GAP)
        known.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.card.setMinimumWidth(self.studio.theme.pixels(LEAST_WIDE))
        whole.addWidget(known)
        whole.addLayout(right, 1)
        self.body.addLayout(whole)

    def _connect(self) -> None:
        runner, actions = self.studio.experiment, self.controls
        for made, action in (
            (actions.new, self.make_grid), (actions.open, self.files.ask_to_open),
            (actions.save, self._save), (actions.forget, self.list.forget),
            (actions.compare, self._compare), (actions.cancel, self._ask_cancel),
            (actions.pause, self._pause_or_resume), (actions.stop, runner.stop),
            (actions.run, self.run),
        ):  # fmt: skip
            made.clicked.connect(lambda checked=False, action=action: action())
        self.list.picked.connect(self._show_experiment)
        self.card.concurrency.edited.connect(self._look)
        self.queue.moved.connect(runner.move)
        self.queue.dropped.connect(runner.drop)
        self.ledger.read.connect(self._stand)
        self.ledger.failed.connect(self.studio.complain)
        self.files.opened.connect(self.show_made)
        self.files.failed.connect(lambda told: self.notice.tell(told, "bad"))
        runner.changed.connect(self._show)
        runner.renewed.connect(self._show)
        runner.ended.connect(self._tell_end)
        runner.idle.connect(self._end)
        self.studio.queue.changed.connect(self._enable)

    @property
    def spec(self) -> ExperimentSpec | None:
        """The experiment that is shown."""
        return self.list.spec

    @property
    def board(self) -> ExperimentState:
        """The cells of the experiment that is shown."""
        if self._mine:
            return self.studio.experiment.board
        return ExperimentState(self._standing.cells if self._standing else ())

    @property
    def _mine(self) -> bool:
        """The experiment that is shown is the one that is being run."""
        return self.studio.experiment.busy and self.studio.experiment.spec == self.spec

    def make_grid(self) -> GridDialog:
        """Opens the form for a new experiment."""
        dialog = GridDialog(self.window(), self.studio.theme, self.studio.digits.default)
        dialog.made.connect(self.show_made)
        dialog.open()
        return dialog

    @Slot(object)
    def show_made(self, experiment: ExperimentSpec) -> None:
        """Shows an experiment of a file or a grid."""
        self.notice.hide()
        self.list.add(experiment)

    def run(self) -> None:
        """Runs what is left of the experiment; asks before many runs."""
        if self.spec is None or not self.controls.run.isEnabled():
            return
        count = len(expand_cells(self.spec))
        if count <= MANY_RUNS:
            self._start()
            return
        left = summary.time_left(self._standing.seconds if self._standing else None, count)
        self.question = ask(
            self.window(),
            f"Run {count:,} runs?",
            f"That is many. {left} You can stop at any time; it goes on where it was.",
            (("Not now", lambda: None), ("Run them", self._start)),
            primary=1,
        )

    def _start(self) -> None:
        assert self.spec is not None
        self.notice.hide()
        self.studio.experiment.start(self.spec, self.card.concurrency.whole)

    @Slot(object)
    def _show_experiment(self, spec: ExperimentSpec) -> None:
        self._standing = None
        self.card.show_experiment(spec)
        self._show()
        self._look()

    @Slot()
    def _look(self) -> None:
        if self.spec is not None and not self._mine:
            self.ledger.look(self.spec, self.card.concurrency.whole)

    @Slot()
    def _end(self) -> None:
        """What the session left stays in sight until it is read from the store."""
        runner = self.studio.experiment
        if runner.id and runner.spec is not None and runner.spec == self.spec:
            self._standing = StoredProgress(runner.spec, runner.id, runner.board.cells, None)
        self._look()
        if self.isVisible():
            # The button that had the keyboard can be used no more.
            self.setFocus()

    @Slot(object)
    def _stand(self, standing: StoredProgress) -> None:
        if standing.spec == self.spec:
            self._standing = standing
            self._show()

    @Slot()
    def _show(self) -> None:
        board = self.board
        seconds = self._standing.seconds if self._standing else None
        self.card.show_progress(board, seconds, self._mine)
        self.queue.show_board(board, self._mine)
        self._enable()

    @Slot()
    def _enable(self) -> None:
        runner, board = self.studio.experiment, self.board
        begun = board.finished > 0 or (self._standing is not None and bool(self._standing.id))
        self.controls.show_state(
            ActionState(
                busy=runner.busy,
                mine=self._mine,
                paused=runner.paused,
                ending=runner.ending,
                other=self.studio.queue.busy,
                begun=begun,
                complete=board.total > 0 and board.finished == board.total,
                own=self.list.own,
            )
        )

    def _save(self) -> None:
        if self.spec is not None:
            self.files.ask_to_save(self.spec, file_name(self.spec.title))

    def _compare(self) -> None:
        standing = next((s for s in self.studio.library.experiments if s.spec == self.spec), None)
        if standing is not None:
            self.studio.going.emit("compare")
            self.studio.experiment_chosen.emit(standing.id)

    def _pause_or_resume(self) -> None:
        runner = self.studio.experiment
        if runner.paused:
            runner.resume()
        else:
            runner.pause()

    def _ask_cancel(self) -> None:
        self.question = ask(
            self.window(),
            "Cancel the experiment?",
            "What is training now is lost. Finished runs stay, and the experiment can go on later.",
            (("Keep running", lambda: None), ("Stop and keep", self.studio.experiment.stop),
             ("Cancel it", self.studio.experiment.cancel)),
            primary=1,
            danger=2,
        )  # fmt: skip

    @Slot(object)
    def _tell_end(self, ended: Ended) -> None:
        self.notice.tell(summary.end(ended), "good" if ended.outcome == "complete" else "plain")
