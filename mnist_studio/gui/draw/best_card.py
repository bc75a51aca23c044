"""The prediction of one model, large and in words."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mnist_studio.analysis.interpretation import Interpretation, in_words
from mnist_studio.formatting import classes_in_words, percent, word
from mnist_studio.gui.common.basics import button, column, label, restyle
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided, ElidedLines, show_name
from mnist_studio.gui.common.layouts import Flow
from mnist_studio.gui.draw.probability_bars import ProbabilityBars
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

_INVITATION = "Draw a digit on the left"
_PROMISE = "The model below predicts it while you draw."
_WAITING = "One moment", "The model is being loaded."
TALLEST = 480
"""Height of the card on a large screen; more would only be empty."""

NAME_WIDTH = 190
"""Width of the longest number or name, in points. The headline has the whole name."""

_SHORT, _LONG = 1, 4
"""Digits of a number up to which it is shown very large, and large."""


class BestCard(Card):
    """A very large digit, its probability in words, and which model predicts it.

    Signals:
        explanation_requested: show why this model predicts it; the id of its run.
        most_accurate_requested: show the most accurate model again.
    """

    explanation_requested = Signal(str)
    most_accurate_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._row: RunRow | None = None
        self._compact = False
        self._text = "?"
        self.setAccessibleName("Prediction of the most accurate model")
        self.digit = label("?", "giant")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.headline = label(role="pageName", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        self.model = ElidedLines("", "secondary", 2)
        self.reached = Elided(role="secondary", grow=False)
        self.why_button = button(
            "Why?", self._ask_why, "Explains why this model predicts this class", quiet=True
        )
        self.return_button = button(
            "Use the best",
            self.most_accurate_requested.emit,
            "Shows the prediction of the most accurate model again",
            quiet=True,
        )
        self.return_button.hide()
        self.bars = ProbabilityBars(theme, "numpy")
        about = QWidget()
        flow = Flow(about, gap=8)
        for part in (self.reached, self.why_button, self.return_button):
            flow.addWidget(part)
        texts = column(1, self.headline, self.detail, self.model, about, 1, gap=4)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.digit)
        line.addLayout(texts, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.bars, 1)
        self.note = label(role="secondary", wrap=True)
        self.note.hide()
        self.body.addWidget(self.note)
        theme.changed.connect(self._size)
        self._size()
        self.show_blank()

    @property
    def shown(self) -> RunRow | None:
        """The model whose prediction is shown; None if there is none."""
        return self._row

    def show_model(self, shown: RunRow | None, most_accurate: bool = True, equals: int = 1) -> None:
        """Shows which model predicts.

        Args:
            shown: the model; None if there is none.
            most_accurate: whether it is that of all models, else it is the user's choice.
            equals: number of models that are as accurate as it is, itself included.
        """
        self._row = shown
        self.return_button.setVisible(shown is not None and not most_accurate)
        if shown is None:
            return
        best = (
            "Most accurate model"
            if equals < 2
            else f"One of the {word(equals)} most accurate models"
        )
        which = best if most_accurate else "Your choice"
        self.setAccessibleName(f"Prediction of {shown.title}")
        accuracy = shown.figures.accuracy
        self.model.setText(f"{which}: {shown.title}")
        measured = f"Test accuracy {percent(accuracy)} on {shown.dataset}"
        self.reached.setText("" if accuracy is None else measured)
        self.bars.show_framework(shown.framework)

    def show_interpretation(self, found: Interpretation, focus: int = 0, verdict: str = "") -> None:
        """Shows the prediction.

        Args:
            found: of this model.
            focus: the place of the digit whose probability is shown.
            verdict: the true label and whether the model is right; empty for an unknown label.
        """
        headline, sentence = in_words(found, focus)
        self._show_digit(found.text, faint=found.digits[focus].verdict == "none")
        self._show_texts(headline, verdict or sentence)
        self.why_button.setEnabled(True)

    def show_probabilities(
        self, probabilities: tuple[float, ...], faint: bool, names: tuple[str, ...] = DIGITS
    ) -> None:
        """Shows the probability of every class; in gray if the drawing is not a digit."""
        self.bars.show_probabilities(probabilities, names)
        self.bars.fade(faint)

    def show_note(self, note: str) -> None:
        """Shows a sentence below the probabilities."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def show_blank(self) -> None:
        """Shows what to do on a blank canvas."""
        self._show_digit("?", faint=True)
        names = self._row.run.spec.class_names if self._row else DIGITS
        others = f"Draw on the left. The model predicts {classes_in_words(names)}."
        self._show_texts(_INVITATION if names == DIGITS else others, _PROMISE)
        self.bars.show_probabilities(())
        self.why_button.setEnabled(False)

    def show_waiting(self) -> None:
        """Shows that the model is loaded for a drawing that is there already."""
        self._show_digit("…", faint=True)
        self._show_texts(*_WAITING)
        self.bars.show_probabilities(())
        self.why_button.setEnabled(False)

    def show_compact(self, compact: bool) -> None:
        """Takes less height: all models are shown below, with their probabilities."""
        self.bars.setVisible(not compact)
        self._compact = compact
        self._size()
        self._show_digit(self._text, bool(self.digit.property("faint")))

    def _show_digit(self, text: str, faint: bool = False) -> None:
        short = len(text) <= _SHORT and not self._compact
        role = "giant" if short else "huge" if len(text) <= _LONG else "large"
        if not text.isdecimal() and len(text) > _LONG:
            role = "headline"  # The name of a class, which is no number to read from afar.
        if (self.digit.objectName(), self.digit.property("faint")) != (role, faint):
            self.digit.setObjectName(role)
            self.digit.setProperty("faint", faint)
            restyle(self.digit)
        self._text = text
        show_name(self.digit, text, self._theme.pixels(NAME_WIDTH))

    def _show_texts(self, headline: str, detail: str) -> None:
        self.headline.setText(headline)
        self.detail.setText(detail)
        self.setAccessibleDescription(f"{headline}. {detail}")

    def _ask_why(self) -> None:
        if self._row:
            self.explanation_requested.emit(self._row.id)

    @Slot()
    def _size(self) -> None:
        pixels = self._theme.pixels
        self.digit.setMinimumWidth(pixels(64 if self._compact else 128))
        self.digit.setFixedHeight(pixels(92 if self._compact else 148))
        self.bars.setMinimumHeight(pixels(86))
        self.setMaximumHeight(pixels(TALLEST))
