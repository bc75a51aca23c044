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

_UNTIL = {
    "starting": "until {} is warm",
    "missing": "since {} is not installed",
    "failed": "since {} failed",
}


class ModelCard(Card):
    """The digit, who says it, how long it took, and ten bars."""

    def __init__(self, theme: Theme, row: RunRow) -> None:
        super().__init__()
        self._theme = theme
        self._row = row
        self.digit = label(NOTHING, "large")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = Elided(row.title, "cardTitle")
        # The end of a title is its number.
        self._title.elide = Qt.TextElideMode.ElideMiddle
        self._engine = FrameworkLabel(theme, row.framework, narrow=True)
        self._until = Elided(role="secondary")
        self._state: PredictorState | None = None
        self._answer: Answer | None = None
        self.bars = ProbabilityBars(theme, row.framework)
        self._words = holder(column(1, self._title, self._engine, self._until, 1, gap=2))
        line = QHBoxLayout()
        line.setSpacing(10)
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
    def framework(self) -> str:
        """Who trained the model."""
        return self._row.framework

    @property
    def engine(self) -> str:
        """Who really answered and until when, in words; empty where the framework itself did."""
        answer = self._answer
        if answer is None or answer.engine == answer.framework:
            return ""
        return f"{names.framework(answer.engine)} stands in {self._until.text()}"

    def show_row(self, row: RunRow) -> None:
        """Shows the run's title of the moment."""
        self._row = row
        self._title.setText(row.title)
        self.setAccessibleName(row.title)
        accuracy = row.figures.accuracy
        reached = "" if accuracy is None else f", {accuracy * 100:.2f} % on its test digits"
        self.setToolTip(f"{row.title}: trained on {row.dataset}{reached}")

    def show_answer(self, answer: Answer | None) -> None:
        """Shows an answer, or that there is nothing to answer."""
        self._answer = answer
        chances = answer.probabilities if answer else ()
        best = max(range(10), key=chances.__getitem__) if chances else None
        self.digit.setText(NOTHING if best is None else str(best))
        self.bars.show_probabilities(chances)
        self._tell_engine()

    def show_state(self, state: PredictorState) -> None:
        """Says how this framework's own predictor is."""
        self._state = state
        self._tell_engine()

    def _tell_engine(self) -> None:
        answer, own = self._answer, names.framework(self._row.framework)
        state = self._state.state if self._state else ""
        self._engine.setToolTip(self._state.text if self._state else "")
        self._until.setText("")
        if answer is None:
            self._engine.say(own)
        elif answer.engine == answer.framework:
            self._engine.say(f"{own} · {milliseconds(answer.milliseconds)}")
        else:
            self._engine.say(f"{names.framework(answer.engine)} stands in")
            self._until.setText(_UNTIL.get(state, _UNTIL["starting"]).format(own))

    @Slot()
    def _size(self) -> None:
        self.digit.setFixedWidth(self._theme.pixels(30))
        self._words.setFixedWidth(self._theme.pixels(174))
