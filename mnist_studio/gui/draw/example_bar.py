"""Digits that are drawn already: any of the test set, one by its number, one made of numbers."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.basics import button, label, row
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.services.examples import Examples
from mnist_studio.gui.theme.theme import Theme

MANY = 10_000
"""Test digits of MNIST; how many there really are is known when the first is read."""


class ExampleBar(QWidget):
    """Two buttons and a number.

    Attributes:
        random_button: puts any test digit on the pad.
        number: of the test digit that is put on the pad, from 0.
        grid_button: puts a digit on the pad that is given as a table of numbers.
    """

    def __init__(self, theme: Theme, examples: Examples) -> None:
        super().__init__()
        self._examples = examples
        self.grid_button = button(
            "7 × 7 example",
            examples.show_grid,
            "A four that is given as a table of 7 × 7 numbers. The source that tries networks so\n"
            "shows such a table without its numbers: these are the studio's",
            quiet=True,
        )
        self.random_button = button(
            "Random", examples.show_test_digit, "Puts any test digit on the pad (R)"
        )
        self.number = StepperSpinBox("Number of the test digit", theme, 0, MANY - 1, by_one)
        self.number.setToolTip("Test digit of that number (Enter)")
        self.number.setFixedWidth(theme.pixels(116))
        words = label("Test digit", "secondary")
        self.setLayout(row(self.grid_button, words, self.number, self.random_button, gap=8))
        # It counts while the page is shown: then this bar is, too.
        QShortcut(QKeySequence("R"), self).activated.connect(examples.show_test_digit)
        self.number.edited.connect(self._ask)
        self.number.confirmed.connect(self._ask)
        examples.shown.connect(self._show)

    @Slot()
    def _ask(self) -> None:
        self._examples.show_test_digit(self.number.whole)

    @Slot(int, int)
    def _show(self, number: int, count: int) -> None:
        self.number.field().setMaximum(count - 1)
        self.number.set_number(number)
