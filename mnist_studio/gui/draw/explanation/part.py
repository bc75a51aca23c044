"""The base of all parts of an explanation: title, controls, sentence and content."""

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
"""Least gray level of a pixel inside the outline of the drawing."""

OWN = "own"
"""The key of the choice that depends on the prediction."""


class ExplanationPart(Card):
    """One part of an explanation.

    Attributes:
        part: its name.
        title_text: its title.
        tip: what it shows.
        controls: settings, next to the title or below it.
        content: the explanation, under the sentence.

    Signals:
        changed: the user has changed a setting.
    """

    changed = Signal()
    part: ClassVar[Part]
    title_text: ClassVar[str]
    tip: ClassVar[str]

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(self.title_text)
        self.theme = theme
        self.controls = row(gap=8)
        title = label(self.title_text, "cardTitle")
        title.setToolTip(self.tip)
        self.body.addWidget(WrapBar(title, holder(self.controls)))
        self.sentence = label("", "secondary", wrap=True)
        self.body.addWidget(self.sentence)
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self.body.addLayout(self.content, 1)

    def options(self) -> Options:
        """The settings."""
        return Options()

    def show_value(self, value: object) -> None:
        """Shows an explanation."""
        raise NotImplementedError

    def digit_choice(self, name: str, default: str, tip: str) -> ComboBox:
        """A choice of one of ten digits; the default depends on the prediction."""
        made = ComboBox(name, self.theme)
        made.setToolTip(tip)
        made.offer([(OWN, default, "")] + [(str(digit), str(digit), "") for digit in range(10)])
        made.chosen.connect(lambda _: self.changed.emit())
        made.setMinimumWidth(self.theme.pixels(126))
        self.controls.addWidget(label(name, "secondary"))
        self.controls.addWidget(made)
        return made


def chosen_digit(choice: ComboBox) -> int | None:
    """The selected digit; None if it depends on the prediction."""
    return None if choice.choice == OWN else int(choice.choice)


def scrolled(inside: QWidget) -> QScrollArea:
    """A scroll area around a widget."""
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
