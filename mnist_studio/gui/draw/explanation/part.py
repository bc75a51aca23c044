"""The base of all parts of an explanation: title, controls, sentence and content."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from mnist_studio.explanation.messages import Options, Part
from mnist_studio.explanation.understanding import LayerChoice
from mnist_studio.gui.common.basics import enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.layouts import Flow, WrapBar
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DIGITS

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
        class_names: of the model.
        controls: settings, next to the title or below it, in lines.
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
        self.class_names = DIGITS
        self._class_choices: list[tuple[ComboBox, str]] = []
        controls = QWidget()
        self.controls = Flow(controls, gap=8)
        title = label(self.title_text, "cardTitle")
        title.setToolTip(self.tip)
        self.body.addWidget(WrapBar(title, controls))
        self.sentence = label("", "secondary", wrap=True)
        self.body.addWidget(self.sentence)
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self.body.addLayout(self.content, 1)

    def options(self) -> Options:
        """The settings."""
        return Options()

    def show_classes(self, names: tuple[str, ...]) -> None:
        """Takes the names of the classes of the model."""
        if names == self.class_names:
            return
        self.class_names = names
        for choice, default in self._class_choices:
            self._offer_classes(choice, default)
            choice.choose(OWN)

    def _offer_classes(self, choice: ComboBox, default: str) -> None:
        classes = [(str(label), name, "") for label, name in enumerate(self.class_names)]
        choice.offer([(OWN, default, ""), *classes])

    def show_framework(self, framework: str) -> None:
        """Takes the framework of the model, for parts that show it."""

    def progress_text(self, fraction: float) -> str:
        """What is being computed, with the fraction done."""
        return f"Comparing with other images: {100 * fraction:.0f} %"

    def show_value(self, value: object) -> None:
        """Shows an explanation."""
        raise NotImplementedError

    def class_choice(self, name: str, default: str, tip: str) -> ComboBox:
        """A choice of one of the classes; the default depends on the prediction."""
        made = ComboBox(name, self.theme)
        made.setToolTip(tip)
        self._class_choices.append((made, default))
        self._offer_classes(made, default)
        made.chosen.connect(lambda _: self.changed.emit())
        made.setMinimumWidth(self.theme.pixels(126))
        self.add_control(name, made)
        return made

    def add_control(self, name: str, control: QWidget) -> None:
        """Adds a setting with its name, which stay in the same line."""
        self.controls.addWidget(holder(row(label(name, "secondary"), control, gap=8)))


class LayerField:
    """A layer, and one of its units or all of them.

    Attributes:
        controls: the fields with their names.
    """

    def __init__(
        self, theme: Theme, name: str, on_change: Callable[[], object], whole: bool = False
    ) -> None:
        """Makes the fields, without layers yet.

        Args:
            theme: colors and sizes.
            name: of the choice of a layer.
            on_change: called when the user has changed a field.
            whole: whether all units together can be chosen.
        """
        self._whole = whole
        self._choices: dict[str, LayerChoice] = {}
        self._layer = ComboBox(name, theme)
        self._layer.setToolTip("Layer of the network")
        self._layer.setMinimumWidth(theme.pixels(150))
        self._unit = StepperSpinBox("Unit", theme, 0 if whole else 1, 1, by_one)
        if whole:
            self._unit.set_special("all")
        self.controls: tuple[tuple[str, QWidget], ...] = (
            (name if whole else "Layer", self._layer), ("Unit", self._unit)
        )  # fmt: skip
        self._layer.chosen.connect(lambda _: self._choose_layer(on_change))
        self._unit.edited.connect(on_change)

    @property
    def layer(self) -> str:
        """The name of the layer; empty for none."""
        return self._layer.choice

    @property
    def unit(self) -> int:
        """The unit, from 0; -1 for all."""
        return self._unit.whole - 1

    def offer(self, choices: Sequence[LayerChoice], layer: str, unit: int) -> None:
        """Offers the layers of a network, with the present choice."""
        self._choices = {one.name: one for one in choices}
        self._layer.offer([(one.name, one.name, "") for one in choices])
        self._layer.choose(layer)
        self._limit(unit)

    def _choose_layer(self, on_change: Callable[[], object]) -> None:
        self._limit(-1 if self._whole else 0)
        on_change()

    def _limit(self, unit: int) -> None:
        chosen = self._choices[self.layer]
        least = 0 if self._whole else 1
        self._unit.set_range(least, max(least, chosen.units))
        self._unit.set_number(unit + 1)
        tip = f"Unit or channel, {'all or ' if self._whole else ''}1 to {chosen.units:,}"
        enable(self._unit, "" if chosen.units else "Choose a layer first.", tip)


def chosen_class(choice: ComboBox) -> int | None:
    """The number of the selected class; None if it depends on the prediction."""
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
