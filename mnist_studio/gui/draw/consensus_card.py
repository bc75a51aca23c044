"""The common prediction of all models: a digit or a number, with one sentence."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from mnist_studio.analysis.interpretation import Interpretation
from mnist_studio.data.datasets.examples import Example
from mnist_studio.formatting import NOTHING
from mnist_studio.gui.common.basics import column, holder, label, restyle, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided, show_name
from mnist_studio.gui.theme.theme import Theme

WIDTH, NAME_WIDTH = 56, 110
"""Width of a digit, and of the name of a class, in points."""

SHORT = 2
"""Characters of a name that is shown as large as a digit."""


class ConsensusCard(Card):
    """A large digit with a sentence, or several digits of which one is selected.

    Signals:
        selected: the place of the digit that the user selects.
    """

    selected = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._compact = False
        self._text = NOTHING
        self.digit = label(NOTHING, "huge")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.places: list[QToolButton] = []
        self._line = row(gap=2)
        self._number = holder(self._line)
        self.headline = label(role="headline", wrap=True)
        self.detail = label(role="secondary", wrap=True)
        self.rule = Elided(role="secondary")
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.digit)
        line.addWidget(self._number)
        line.addLayout(column(1, self.headline, self.detail, self.rule, 1, gap=4), 1)
        self.body.addLayout(line)
        theme.changed.connect(self._size)
        self._size()
        self.show_blank()

    def show_interpretation(self, found: Interpretation, focus: int = 0, verdict: str = "") -> None:
        """Shows the common prediction.

        Args:
            found: the common prediction.
            focus: the place of the selected digit.
            verdict: the true label and which models are wrong; empty for an unknown label.
        """
        self._show_digit(found.text)
        self._show_places(found, focus)
        self._show_texts(found.headline, verdict or found.detail)

    def show_compact(self, compact: bool) -> None:
        """Takes less height, if a larger prediction is above."""
        self._compact = compact
        self._show_digit(self._text)
        self._size()

    def show_rule(self, rule: str) -> None:
        """Shows which models vote, in one sentence."""
        self.rule.setText(rule)

    def show_blank(self) -> None:
        """Shows what to do on a blank canvas."""
        self._show_digit(NOTHING)
        self._choose_number(False)
        self._show_texts("Draw a digit on the left", "Every trained model predicts while you draw.")

    def _show_digit(self, text: str) -> None:
        """A digit in large, or the name of a class as far as there is room."""
        self._text, is_name = text, len(text) > SHORT and not text.isdecimal()
        role = "cardTitle" if is_name else "large" if self._compact else "huge"
        if self.digit.objectName() != role:
            self.digit.setObjectName(role)
            restyle(self.digit)
        room = self._theme.pixels(NAME_WIDTH if is_name else WIDTH)
        self.digit.setFixedWidth(room)
        show_name(self.digit, text, room)

    def _show_texts(self, headline: str, detail: str) -> None:
        self.headline.setText(headline)
        self.detail.setText(detail)
        self.detail.setToolTip(detail)
        self.setAccessibleDescription(f"{headline}. {detail}")

    def _choose_number(self, several: bool) -> None:
        self.digit.setVisible(not several)
        self._number.setVisible(several)

    def _show_places(self, found: Interpretation, focus: int) -> None:
        several = len(found.digits) > 1
        self._choose_number(several)
        while several and len(self.places) < len(found.digits):
            self.places.append(self._place(len(self.places)))
        for at, shown in enumerate(self.places):
            shown.setVisible(several and at < len(found.digits))
            if several and at < len(found.digits):
                show_name(shown, found.places[at], self._theme.pixels(NAME_WIDTH))
                shown.setAccessibleName(f"Digit {at + 1}")
                shown.setChecked(at == focus)
                consensus = found.digits[at].consensus
                tip = f"{consensus.headline}. {consensus.detail} Click to select this digit."
                shown.setToolTip(tip)

    def _place(self, at: int) -> QToolButton:
        made = QToolButton()
        made.setObjectName("place")
        made.setAccessibleName(f"Digit {at + 1}")
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda: self.selected.emit(at))
        self._line.addWidget(made)
        return made

    @Slot()
    def _size(self) -> None:
        self._show_digit(self._text)
        self.setMinimumHeight(self._theme.pixels(84 if self._compact else 116))


def true_label_verdict(example: Example, predictions: Sequence[Sequence[float]]) -> str:
    """The true label and how many models are wrong, in two sentences.

    Args:
        example: the image, whose label is known.
        predictions: of every model that has its classes, a probability for each of them.
    """
    labels = [most_probable(chances) for chances in predictions]
    if not labels:
        return f"{example.caption}."
    wrong = sum(label != example.label for label in labels)
    return f"{example.caption}. {_count_wrong(len(labels), wrong)}."


def most_probable(probabilities: Sequence[float]) -> int:
    """The class of the highest probability; of equal ones the first."""
    return max(range(len(probabilities)), key=probabilities.__getitem__)


def _count_wrong(count: int, wrong: int) -> str:
    if wrong not in (0, count):
        return f"{wrong} of {count} models {'is' if wrong == 1 else 'are'} wrong"
    verdict = "wrong" if wrong else "right"
    if count == 1:
        return f"The model is {verdict}"
    return f"{'Both' if count == 2 else f'All {count}'} models are {verdict}"
