"""What every part of the Why panel has: controls, a sentence, and what is shown."""

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from mnist_studio.explanation.messages import Options, Part
from mnist_studio.gui.common.basics import Elided, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.layouts import WrapBar
from mnist_studio.gui.theme.theme import Theme

INK = 96
"""From this gray level on a pixel is inside the outline of the drawing."""

OWN = "own"
"""The key of what the network's own answer decides."""


class ExplanationPart(Card):
    """One part of an explanation.

    Attributes:
        part: its name.
        controls: what the user can set, beside the title or below it.
        content: what is shown, under the sentence.

    Signals:
        changed: the user has set something.
    """

    changed = Signal()
    part: ClassVar[Part]
    title_words: ClassVar[str]

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(self.title_words)
        self.theme = theme
        self.controls = row(gap=8)
        self.body.addWidget(WrapBar(label(self.title_words, "cardTitle"), holder(self.controls)))
        self.sentence = label("", "secondary", wrap=True)
        self.body.addWidget(self.sentence)
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self.body.addLayout(self.content, 1)

    def options(self) -> Options:
        """What the user has set."""
        return Options()

    def show_value(self, value: object) -> None:
        """Shows what was computed."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """Says something over what is shown."""
        self.sentence.setText(words)

    def digit_choice(self, name: str, own: str) -> ComboBox:
        """A choice among the ten digits, after what the network itself decides."""
        made = ComboBox(name, self.theme)
        made.offer([(OWN, own, "")] + [(str(digit), str(digit), "") for digit in range(10)])
        made.chosen.connect(lambda _: self.changed.emit())
        made.setMinimumWidth(self.theme.pixels(126))
        self.controls.addWidget(label(name, "secondary"))
        self.controls.addWidget(made)
        return made


def chosen_digit(choice: ComboBox) -> int | None:
    """The digit that is chosen; None where the network decides."""
    return None if choice.choice == OWN else int(choice.choice)


def scrolled(inside: QWidget) -> QScrollArea:
    """A widget that may be higher than its room."""
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    inside.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def captioned(caption: str, shown: QWidget) -> QVBoxLayout:
    """A widget under its caption."""
    made = QVBoxLayout()
    made.setSpacing(4)
    made.addWidget(Elided(caption, "secondary"))
    made.addWidget(shown)
    made.addStretch(1)
    return made
