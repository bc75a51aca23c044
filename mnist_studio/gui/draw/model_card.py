"""One trained model's answer to the drawing."""

import textwrap
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from mnist_studio.formatting import NOTHING, milliseconds
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import Elided, IconButton, column, holder, label, restyle, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.legend import FrameworkLabel
from mnist_studio.gui.draw.probability_bars import ProbabilityBars
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import EngineState, Prediction

_UNTIL = {
    "starting": "until {} is warm",
    "missing": "since {} is not installed",
    "failed": "since {} failed",
}
_BUNDLED = "bundled"
"""Stands at the end of such a model's title, and on the card below it, where there is more room."""

WIDE = 560
"""Points from which on a card has room for longer titles."""

_LINE = 4
"""Digits of a number that have room beside each other."""

_PINNED = "Pinned: stays on top, and answers however many newer models there are"
_NOT_PINNED = "Pins it: it stays on top, and answers however many newer models there are"


class ModelCard(Card):
    """The digit, who says it, how long it took, and ten bars.

    Of several digits side by side it has the number, and the bars of the one that is looked at.

    Signals:
        chosen: the id of the run: the user looks at it closely.
        pinned: the id of the run, and whether the user wants it pinned.
    """

    chosen = Signal(str)
    pinned = Signal(str, bool)

    def __init__(self, theme: Theme, shown: RunRow) -> None:
        super().__init__()
        self._theme = theme
        self._row = shown
        self.digit = label(NOTHING, "large")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._differs = label(role="bad")
        self._differs.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = Elided(shown.title, "cardTitle")
        # The end of titles is a number.
        self._title.elide = Qt.TextElideMode.ElideMiddle
        self._engine = FrameworkLabel(theme, shown.framework, narrow=True)
        self._until = Elided(role="secondary")
        self._state: EngineState | None = None
        self._answer: Prediction | None = None
        self._shown: tuple[Prediction | None, int] = None, 0
        self.bars = ProbabilityBars(theme, shown.framework)
        self.pin = IconButton(theme, "pin", "Pin", self._ask_for_pin, checkable=True)
        first = row(self._title, self.pin, gap=2)
        self._words = holder(column(1, first, self._engine, self._until, 1, gap=0))
        self._said = holder(column(1, self.digit, self._differs, 1, gap=0))
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._said)
        line.addWidget(self._words)
        line.addWidget(self.bars, 1)
        self.body.addLayout(line)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_row(shown)
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
        return f"{framework_title(answer.engine)} stands in {self._until.text()}"

    def show_row(self, shown: RunRow) -> None:
        """Shows the run's title of the moment."""
        self._row = shown
        # The framework stands below: without it there is room for what parts runs of one recipe.
        title = shown.title.replace(f" · {framework_title(shown.framework)}", "", 1)
        self._title.setText(title.removesuffix(f", {_BUNDLED}") if shown.run.bundled else title)
        self._tell_engine()
        self.setAccessibleName(shown.title)
        accuracy = shown.figures.accuracy
        reached = "" if accuracy is None else f", {accuracy * 100:.2f} % on its test digits"
        self.setToolTip(f"{shown.title}: trained on {shown.dataset}{reached}")

    def show_answer(self, answer: Prediction | None, focus: int = 0) -> None:
        """Shows an answer, or that there is nothing to answer.

        Args:
            answer: of this model.
            focus: place of the digit that the bars are of.
        """
        if (answer, focus) == self._shown:
            return
        self._shown, self._answer = (answer, focus), answer
        digits = answer.digits if answer else ()
        text = "".join(map(str, _said(digits)))
        if self._role(text) != self.digit.objectName():
            self.digit.setObjectName(self._role(text))
            restyle(self.digit)
        self.digit.setText(_in_lines(text) or NOTHING)
        self.digit.setAccessibleName(text)
        self.bars.show_probabilities(digits[min(focus, len(digits) - 1)] if digits else ())
        self._tell_engine()

    def _role(self, text: str) -> str:
        return "large" if len(text) < 2 else "headline"

    def compare(self, digits: Sequence[int], word: str = "differs") -> None:
        """Marks the card where its answer is another than the common or the true one.

        Args:
            digits: that most models say, or that are right, from left to right; none where there is
                nothing to say.
            word: for an answer that is another.
        """
        said = _said(self._answer.digits) if self._answer else []
        differs = bool(said) and len(said) == len(digits) and said != list(digits)
        self._differs.setText(word if differs else "")
        self._differs.setVisible(differs)
        self._mark("differs", differs)

    def fade(self, faint: bool) -> None:
        """Takes the strength from an answer to what is no digit."""
        self.bars.fade(faint)
        if bool(self.digit.property("faint")) != faint:
            self.digit.setProperty("faint", faint)
            restyle(self.digit)

    def mark_chosen(self, chosen: bool) -> None:
        """Shows whether this model is the one that is looked at closely."""
        self._mark("chosen", chosen)

    def mark_pinned(self, pinned: bool) -> None:
        """Shows whether the user has pinned it."""
        self.pin.setChecked(pinned)
        self.pin.setToolTip(_PINNED if pinned else _NOT_PINNED)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the title more room where there is some."""
        super().resizeEvent(event)
        self._size()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses the model."""
        super().mousePressEvent(event)
        self.chosen.emit(self.run)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So does Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.run)
        else:
            super().keyPressEvent(event)

    def _mark(self, name: str, on: bool) -> None:
        if bool(self.property(name)) != on:
            self.setProperty(name, on)
            restyle(self)

    def _ask_for_pin(self) -> None:
        self.pinned.emit(self.run, self.pin.isChecked())

    def show_state(self, state: EngineState) -> None:
        """Says how this framework's own predictor is."""
        self._state = state
        self._tell_engine()

    def _tell_engine(self) -> None:
        answer, own = self._answer, framework_title(self._row.framework)
        state = self._state.state if self._state else ""
        self._engine.setToolTip(self._state.text if self._state else "")
        self._until.setText(_BUNDLED if self._row.run.bundled else "")
        if answer is None:
            self._engine.say(own)
        elif answer.engine == answer.framework:
            self._engine.say(f"{own} · {milliseconds(answer.milliseconds)}")
        else:
            self._engine.say(f"{framework_title(answer.engine)} stands in")
            self._until.setText(_UNTIL.get(state, _UNTIL["starting"]).format(own))
            if state == "cold" and self._state and self._state.text:
                self._until.setText("while memory is short")

    @Slot()
    def _size(self) -> None:
        self._said.setFixedWidth(self._theme.pixels(42))
        wide = self.width() >= self._theme.pixels(WIDE)
        self._words.setFixedWidth(self._theme.pixels(250 if wide else 148))


def _in_lines(number: str) -> str:
    """A number in lines of about the same length: a part of it would look like another answer."""
    if len(number) <= _LINE:
        return number
    lines = ceil(len(number) / _LINE)
    return "\n".join(textwrap.wrap(number, ceil(len(number) / lines)))


def _said(digits: Sequence[Sequence[float]]) -> list[int]:
    """The likeliest digit at every place."""
    return [max(range(10), key=chances.__getitem__) for chances in digits]
