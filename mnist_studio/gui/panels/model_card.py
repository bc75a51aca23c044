"""One trained model's answer to the drawing."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout

from mnist_studio.gui.models import names
from mnist_studio.gui.models.library import RunRow
from mnist_studio.gui.models.numbers import NOTHING, milliseconds
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import Elided, column, holder, label
from mnist_studio.gui.widgets.card import Card
from mnist_studio.gui.widgets.legend import FrameworkLabel
from mnist_studio.gui.widgets.probability_bars import ProbabilityBars
from mnist_studio.jobs.predictors import Answer, PredictorState


class ModelCard(Card):
    """The digit, who says it, how long it took, and ten bars."""

    def __init__(self, theme: Theme, row: RunRow) -> None:
        super().__init__()
        self._theme = theme
        self._row = row
        self.digit = label(NOTHING, "large")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = Elided(row.run.title, "cardTitle")
        self._engine = FrameworkLabel(theme, row.framework, narrow=True)
        self._standing_in = Elided(role="secondary")
        self.bars = ProbabilityBars(theme, row.framework)
        self._words = holder(column(1, self._title, self._engine, self._standing_in, 1, gap=2))
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.digit)
        line.addWidget(self._words)
        line.addWidget(self.bars, 1)
        self.body.addLayout(line)
        self.show_row(row)
        theme.changed.connect(self._size)
        self._size()

    @property
    def run(self) -> str:
        """The id of the model's run."""
        return self._row.id

    @property
    def engine(self) -> str:
        """Who really answered, in words; empty where the framework itself did."""
        return self._standing_in.text()

    def show_row(self, row: RunRow) -> None:
        """Shows the run's title of the moment."""
        self._row = row
        self._title.setText(row.run.title)
        self.setAccessibleName(row.run.title)
        accuracy = row.figures.accuracy
        reached = "" if accuracy is None else f", {accuracy * 100:.2f} % on its test digits"
        self.setToolTip(f"{row.run.title}: trained on {row.dataset}{reached}")

    def show_answer(self, answer: Answer | None) -> None:
        """Shows an answer, or that there is nothing to answer."""
        framework = names.framework(self._row.framework)
        if answer is None:
            self.digit.setText(NOTHING)
            self._engine.say(framework)
            self._standing_in.setText("")
            self.bars.show_probabilities(())
            return
        best = max(range(10), key=answer.probabilities.__getitem__)
        self.digit.setText(str(best))
        self._engine.say(f"{framework} · {milliseconds(answer.milliseconds)}")
        self._standing_in.setText(_standing_in(answer))
        self.bars.show_probabilities(answer.probabilities)

    def show_state(self, state: PredictorState) -> None:
        """Says under the pointer what is wrong with this framework's predictor."""
        if state.text:
            self._engine.setToolTip(state.text)

    @Slot()
    def _size(self) -> None:
        self.digit.setFixedWidth(self._theme.pixels(34))
        self._words.setFixedWidth(self._theme.pixels(152))


def _standing_in(answer: Answer) -> str:
    if answer.engine == answer.framework:
        return ""
    return f"{names.framework(answer.engine)} stands in"
