"""The prediction of one trained model."""

import textwrap
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from mnist_studio.analysis.interpretation import joined
from mnist_studio.formatting import NOTHING, classes_in_words, milliseconds, percent
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import IconButton, column, holder, label, restyle, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided, ElidedLines, show_name
from mnist_studio.gui.common.legend import FrameworkLabel
from mnist_studio.gui.draw.consensus_card import most_probable
from mnist_studio.gui.draw.probability_bars import SHORT, ProbabilityBars
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.prediction.state import EngineState, Prediction

_FALLBACK_REASONS = {
    "starting": "until {} is ready",
    "missing": "because {} is not installed",
    "failed": "because {} failed",
}
_BUNDLED = "bundled"
"""Ends the title of a bundled model; the card shows it in a line of its own."""

TITLE_LINES = 3
"""Lines of a title. The tooltip has the whole title."""

WIDE = 560
"""Least width of a card with room for longer titles, in points."""

NAME_WIDTH = 76
"""Width of the name of a class, in points."""

_LINE = 4
"""Digits of a number per line."""

_UNPIN = "Unpins the model. Newer models can then replace it."
_PIN = "Pins the model to the top. Newer models never replace it."


class ModelCard(Card):
    """The predicted class, the model, its framework, its latency, and all probabilities.

    For several digits it shows the number, and the probabilities of the selected digit.

    Signals:
        chosen: the id of the run that the user selects.
        pinned: the id of a run, and whether the user pins it.
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
        self._title = ElidedLines(shown.title, "cardTitle", TITLE_LINES)
        self._engine = FrameworkLabel(theme, shown.framework, narrow=True)
        self._reached = Elided(role="secondary")
        self._note = Elided(role="secondary")
        self._scope = ""
        self._state: EngineState | None = None
        self._prediction: Prediction | None = None
        self._shown: tuple[Prediction | None, int] = None, 0
        self.bars = ProbabilityBars(theme, shown.framework)
        self.pin = IconButton(theme, "pin", "Pin", self._pin, checkable=True)
        first = row(self._title, self.pin, gap=2)
        self._texts = holder(column(1, first, self._engine, self._reached, self._note, 1, gap=0))
        self._result = holder(column(1, self.digit, self._differs, 1, gap=0))
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._result)
        line.addWidget(self._texts)
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
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model."""
        return self._row.run.spec.class_names

    @property
    def framework(self) -> str:
        """The framework that trained the model."""
        return self._row.framework

    def show_row(self, shown: RunRow) -> None:
        """Shows the present title of the run."""
        self._row = shown
        # The framework has its own line, so the title has room for what differs between runs.
        title = shown.title.replace(f" · {framework_title(shown.framework)}", "", 1)
        title = title.removesuffix(f", {_BUNDLED}") if shown.run.bundled else title
        self._title.setText(title.replace(" · ", "\n", 1))
        self._show_engine()
        self.setAccessibleName(shown.title)
        accuracy = shown.figures.accuracy
        reached = "" if accuracy is None else f", test accuracy {percent(accuracy)}"
        self._reached.setText("" if accuracy is None else f"Test accuracy {percent(accuracy)}")
        self._reached.setVisible(accuracy is not None)
        scope = f"Predicts {classes_in_words(shown.run.spec.class_names)} only"
        self.setToolTip(
            f"{shown.title}: trained on {shown.dataset}{reached}. {scope}. Click to select"
        )

    def show_other(self, shown: RunRow) -> None:
        """Shows another model of the same framework, without a prediction yet."""
        self.show_prediction(None)
        self.compare(())
        self.fade(False)
        self.mark_chosen(False)
        self._scope = ""
        self.show_row(shown)
        self.bars.show_probabilities((), self.class_names)
        self._size()

    def show_prediction(self, prediction: Prediction | None, focus: int = 0) -> None:
        """Shows a prediction, or that there is none.

        Args:
            prediction: of this model.
            focus: place of the digit whose probabilities are shown.
        """
        if (prediction, focus) == self._shown:
            return
        self._shown, self._prediction = (prediction, focus), prediction
        digits = prediction.digits if prediction else ()
        names = self.class_names
        text = joined([names[label] for label in _predicted(digits)])
        if self._role(text) != self.digit.objectName():
            self.digit.setObjectName(self._role(text))
            restyle(self.digit)
        if self._has_long_names:
            show_name(self.digit, text or NOTHING, self._theme.pixels(NAME_WIDTH) - 2)
        else:
            self.digit.setText(_in_lines(text) or NOTHING)
            self.digit.setToolTip("" if text.isdecimal() else text)
            self.digit.setAccessibleName(text)
        shown = digits[min(focus, len(digits) - 1)] if digits else ()
        self.bars.show_probabilities(shown, names)
        self._show_engine()

    def _role(self, text: str) -> str:
        if self._has_long_names:
            return "cardTitle"
        return "large" if len(text) < 2 else "headline"

    @property
    def _has_long_names(self) -> bool:
        return max(map(len, self.class_names)) > SHORT

    def show_scope(self, voted: tuple[str, ...]) -> None:
        """Says which classes the model has, if others are voted on.

        Args:
            voted: the classes that models vote on.
        """
        own = self.class_names
        self._scope = "" if own == voted else f"predicts {classes_in_words(own)} only"
        self._show_engine()

    def compare(self, digits: Sequence[int], word: str = "differs") -> None:
        """Marks the card if its prediction differs from the common one or the true label.

        Args:
            digits: the common prediction or the true labels, from left to right; may be empty.
            word: the mark.
        """
        own = _predicted(self._prediction.digits) if self._prediction else []
        differs = bool(own) and len(own) == len(digits) and own != list(digits)
        self._differs.setText(word if differs else "")
        self._differs.setVisible(differs)
        self._mark("differs", differs)

    def fade(self, faint: bool) -> None:
        """Shows the prediction in gray, for a drawing that is not a digit."""
        self.bars.fade(faint)
        if bool(self.digit.property("faint")) != faint:
            self.digit.setProperty("faint", faint)
            restyle(self.digit)

    def mark_chosen(self, chosen: bool) -> None:
        """Shows whether this model is selected."""
        self._mark("chosen", chosen)

    def mark_pinned(self, pinned: bool) -> None:
        """Shows whether the model is pinned."""
        self.pin.setChecked(pinned)
        self.pin.setToolTip(_UNPIN if pinned else _PIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the title more room on a wide card."""
        super().resizeEvent(event)
        self._size()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click selects the model."""
        super().mousePressEvent(event)
        self.chosen.emit(self.run)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return selects the model, too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.run)
        else:
            super().keyPressEvent(event)

    def _mark(self, name: str, on: bool) -> None:
        if bool(self.property(name)) != on:
            self.setProperty(name, on)
            restyle(self)

    def _pin(self) -> None:
        self.pinned.emit(self.run, self.pin.isChecked())

    def show_state(self, state: EngineState) -> None:
        """Shows the state of the framework's inference process."""
        self._state = state
        self._show_engine()

    def _show_engine(self) -> None:
        prediction, own = self._prediction, framework_title(self._row.framework)
        state = self._state.state if self._state else ""
        self._engine.setToolTip(self._state.text if self._state else "")
        bundled = (_BUNDLED,) if self._row.run.bundled else ()
        self._note.setText(", ".join((*bundled, *filter(None, (self._scope,)))))
        self._note.setToolTip(self._note.text())
        if prediction is None:
            self._engine.set_text(own)
        elif prediction.engine == prediction.framework:
            self._engine.set_text(f"{own} · {milliseconds(prediction.milliseconds)}")
        else:
            self._engine.set_text(f"{framework_title(prediction.engine)} fallback")
            reason = _FALLBACK_REASONS.get(state, _FALLBACK_REASONS["starting"])
            self._note.setText(reason.format(own))
            if state == "cold" and self._state and self._state.text:
                self._note.setText("because memory is low")

    @Slot()
    def _size(self) -> None:
        width = NAME_WIDTH if self._has_long_names else 42
        self._result.setFixedWidth(self._theme.pixels(width))
        wide = self.width() >= self._theme.pixels(WIDE)
        self._texts.setFixedWidth(self._theme.pixels(250 if wide else 148))


def _in_lines(number: str) -> str:
    """A number in lines of equal length. If it were cut, it would look like another number."""
    if len(number) <= _LINE:
        return number
    lines = ceil(len(number) / _LINE)
    return "\n".join(textwrap.wrap(number, ceil(len(number) / lines)))


def _predicted(digits: Sequence[Sequence[float]]) -> list[int]:
    """The most probable class at every place."""
    return [most_probable(chances) for chances in digits]
