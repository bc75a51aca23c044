"""The numbers of a run: one stepper each."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from mnist_studio.gui.models.form import Form
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.widgets.basics import restyle
from mnist_studio.gui.widgets.stepper import (
    Stepper,
    by_doubling,
    by_one,
    by_thousand,
    one_two_five,
)
from mnist_studio.spec.run import LARGEST_BATCH, LARGEST_EPOCHS


class NumberFields(QObject):
    """Shows the numbers of a form and reads them back.

    Signals:
        edited: the user changed one.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.epochs = Stepper("Epochs", theme, 1, LARGEST_EPOCHS, by_one)
        self.batch_size = Stepper("Batch size", theme, 1, LARGEST_BATCH, by_doubling)
        self.learning_rate = Stepper("Learning rate", theme, 0, 1000, one_two_five, whole=False)
        self.seed = Stepper("Seed", theme, 0, 2**31 - 1, by_one)
        self.validation = Stepper("Validation digits", theme, 0, 59_999, by_thousand)
        self.validation.set_special("none")
        self.threads = Stepper("CPU threads", theme, 0, 1024, by_one)
        self.threads.set_special("auto")
        for field in self.by_name().values():
            field.edited.connect(self.edited)

    def by_name(self) -> dict[str, Stepper]:
        """The fields by what stands before them, from top to bottom."""
        return {
            "Epochs": self.epochs,
            "Batch size": self.batch_size,
            "Learning rate": self.learning_rate,
            "Seed": self.seed,
            "Validation digits": self.validation,
            "CPU threads": self.threads,
        }

    def show_form(self, form: Form) -> None:
        """Shows a form's numbers without telling."""
        self.epochs.set_number(form.epochs)
        self.batch_size.set_number(form.batch_size)
        self.learning_rate.set_number(form.learning_rate)
        self.seed.set_number(form.seed)
        self.validation.set_number(form.validation)
        self.threads.set_number(form.threads)

    def read(self, form: Form) -> Form:
        """The form with the numbers that are shown."""
        return replace(
            form,
            epochs=self.epochs.whole,
            batch_size=self.batch_size.whole,
            learning_rate=self.learning_rate.number,
            seed=self.seed.whole,
            validation=self.validation.whole,
            threads=self.threads.whole,
        )

    def mark(self, problem: str) -> None:
        """Marks the field that a complaint names."""
        for name, field in self.by_name().items():
            field.setProperty("wrong", name.lower() in problem)
            restyle(field)
