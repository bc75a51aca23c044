"""What an experiment asks, how large it is, and how far."""

from PySide6.QtGui import QResizeEvent

from mnist_studio.gui.common.basics import ProgressLine, column, enable, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.experiments import summary
from mnist_studio.gui.services.experiment_progress import ExperimentState, left
from mnist_studio.gui.services.studio import Studio
from mnist_studio.spec.experiment import ExperimentSpec

MOST_ABREAST = 16
_ONE = "One at a time: clocks are honest."
_SEVERAL = "Several at a time: sooner done, but no clock is honest, and the experiment will say so."


class ExperimentCard(Card):
    """Question, facts and progress.

    Attributes:
        concurrency: runs at a time.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__("Experiment")
        self.question = label(role="headline", wrap=True)
        self.members = label(wrap=True)
        self.facts = label(role="secondary", wrap=True)
        self.progress = ProgressLine("Progress of the experiment")
        self.words = label(role="secondary")
        self.concurrency = StepperSpinBox("Runs at a time", studio.theme, 1, MOST_ABREAST, by_one)
        self.concurrency.setFixedWidth(studio.theme.pixels(104))
        self.concurrency.set_number(1)
        self.concurrency.edited.connect(self._explain)
        self._honest = label(_ONE, "secondary", wrap=True)
        line = row(label("At a time", "secondary"), self.concurrency, self._honest, gap=8)
        line.setStretch(2, 1)
        self.body.addLayout(
            column(
                self.question, self.members, self.facts, line,
                row(self.progress, self.words), gap=8,
            )
        )  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        """No line of the words is cut."""
        super().resizeEvent(event)
        self._give_lines()

    def _give_lines(self) -> None:
        for words in (self.question, self.members, self.facts, self._honest):
            words.setMinimumHeight(words.heightForWidth(words.width()))

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Shows another experiment."""
        self.title.setText(spec.title)
        self.setAccessibleName(spec.title)
        self.question.setText(spec.question)
        self.question.setVisible(bool(spec.question))
        self.members.setText(summary.members(spec))
        self.facts.setText(summary.facts(spec))
        self._give_lines()

    def show_progress(self, board: ExperimentState, seconds: float | None, busy: bool) -> None:
        """How far it is.

        Args:
            board: its cells.
            seconds: until its end, from earlier runs; None where nothing tells.
            busy: it is being run.
        """
        self.progress.show_fraction(board.fraction)
        if not board.total:
            self.words.setText("")
            return
        told = f"{board.finished} of {board.total} runs finished"
        if busy:
            live = board.overall.seconds_left if board.overall else None
            words = left(live)
        else:
            words = summary.time_left(seconds, board.total - board.finished)
        self.words.setText(" · ".join(filter(None, (told, words))))
        enable(self.concurrency, "It is being run." if busy else "", "How many train side by side")

    def _explain(self) -> None:
        self._honest.setText(_ONE if self.concurrency.whole == 1 else _SEVERAL)
