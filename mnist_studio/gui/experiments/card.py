"""The selected experiment: its question, its size, and its progress."""

from PySide6.QtGui import QResizeEvent

from mnist_studio.gui.common.basics import ProgressLine, column, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.experiments import summary
from mnist_studio.gui.services.experiment_progress import ExperimentState, left
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import ExperimentSpec

LARGEST_CONCURRENCY = 16
_SEQUENTIAL = "Runs train one after the other, so their times are comparable."
_CONCURRENT = "Runs train concurrently. This is faster, but their times are not comparable."


_RECORDS = (
    "Records after every epoch how the networks look, for Watch it learn. It takes disk space and "
    "time, which is not part of the training time. Native scripts record nothing (default: off)."
)


class ExperimentCard(Card):
    """Question, size and progress.

    Attributes:
        concurrency: number of parallel runs.
        record: whether to record after every epoch how the networks look.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__("Experiment")
        self.question = label(role="headline", wrap=True)
        self.members = label(wrap=True)
        self.facts = label(role="secondary", wrap=True)
        self.found = label(wrap=True)
        self.progress = ProgressLine("Progress of the experiment")
        self.progress.setToolTip("Training steps completed across all runs")
        self.progress_text = label(role="secondary", wrap=True)
        self.concurrency = StepperSpinBox(
            "Parallel runs", studio.theme, 1, LARGEST_CONCURRENCY, by_one
        )
        self.concurrency.setFixedWidth(studio.theme.pixels(104))
        self.concurrency.set_number(1)
        self.concurrency.setToolTip(
            f"How many runs train at the same time, 1 to {LARGEST_CONCURRENCY} (default: 1)"
        )
        self.concurrency.edited.connect(self._explain)
        self._timing = label(_SEQUENTIAL, "secondary", wrap=True)
        line = row(label("Parallel runs", "secondary"), self.concurrency, self._timing, gap=8)
        line.setStretch(2, 1)
        self.record = CheckBox("Record while training", studio.theme)
        self.record.setToolTip(_RECORDS)
        self.body.addLayout(
            column(
                self.question, self.members, self.facts, line, self.record,
                self.progress, self.progress_text, self.found, gap=8,
            )
        )  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives wrapped labels the height that their width needs."""
        super().resizeEvent(event)
        self._fit_labels()

    def _fit_labels(self) -> None:
        for text in (
            self.question, self.members, self.facts, self._timing, self.progress_text, self.found,
        ):  # fmt: skip
            text.setMinimumHeight(max(text.heightForWidth(text.width()), 0))

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Shows another experiment."""
        self.title.setText(spec.title)
        self.setAccessibleName(spec.title)
        self.question.setText(spec.question)
        self.question.setVisible(bool(spec.question))
        self.members.setText(summary.members(spec))
        self.facts.setText(summary.facts(spec))
        self._fit_labels()

    def show_progress(self, state: ExperimentState, seconds: float | None, running: bool) -> None:
        """Shows how many runs are finished, and the time that is left.

        Args:
            state: the cells of the experiment.
            seconds: estimate of the remaining time from earlier runs; None without an estimate.
            running: the experiment is running.
        """
        self.progress.show_fraction(state.fraction)
        self.found.setText("\n".join(state.found))
        self.found.setVisible(bool(state.found))
        if not state.total:
            self.progress_text.setText("")
            return
        finished = f"{state.finished} of {state.total} runs finished"
        if running:
            remaining = left(state.overall.seconds_left if state.overall else None)
        else:
            remaining = summary.time_left(seconds, state.total - state.finished)
        self.progress_text.setText(" · ".join(filter(None, (finished, remaining))))
        self._fit_labels()
        reason = "The experiment is running. Stop it to change this number." if running else ""
        tip = f"Number of runs that train concurrently, 1 to {LARGEST_CONCURRENCY} (default: 1)"
        enable(self.concurrency, reason, tip)
        enable(self.record, reason.replace("number", "setting"), _RECORDS)

    def _explain(self) -> None:
        self._timing.setText(_SEQUENTIAL if self.concurrency.whole == 1 else _CONCURRENT)
