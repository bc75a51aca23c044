"""The numbers of a run: one stepper each.

What is seldom set: batches, precision, clipping, and how training digits are changed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common import texts
from mnist_studio.gui.common.basics import label, restyle
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.stepper import (
    StepperSpinBox,
    by_doubling,
    by_fifty,
    by_one,
    by_thousand,
    one_two_five,
)
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.form import Form
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import (
    LARGEST_BATCH,
    LARGEST_EPOCHS,
    ClipNorm,
    ClipValue,
    DeviceName,
    Precision,
    Sampling,
)
from mnist_studio.workers.probe import FrameworkReport, probe

PRECISIONS: dict[Precision, str] = {
    "float32": "float32",
    "float64": "float64",
    "bfloat16": "bfloat16 products",
}
SAMPLINGS: dict[Sampling, str] = {
    "shuffled": "shuffled",
    "stored": "as in the file",
    "with_replacement": "with replacement",
}
CLIPS = {"none": "as they are", "norm": "clipped by norm", "value": "clipped by value"}
AMOUNTS = {
    "rotation": ("Rotation, degrees", 180.0),
    "zoom": ("Zoom, a fraction", 0.9),
    "shift": ("Shift, pixels", 14.0),
    "shear": ("Shear, degrees", 60.0),
    "elastic": ("Elastic, pixels", 14.0),
}
"""What can be drawn for every digit: its words and its highest limit."""
FIELD_WIDTH = 150
"""Of all fields of the settings, so that they stand below each other."""
FIRST_LIMIT = 1.0
"""Of gradients, where one begins to clip them."""


class AdvancedFields(QWidget):
    """Shows these parts of a form and reads them back.

    Signals:
        edited: the user changed one.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.precision = _choice("Precision", theme, PRECISIONS)
        self.sampling = _choice("Batches", theme, SAMPLINGS)
        self.epoch_steps = StepperSpinBox("Steps an epoch", theme, 0, 10_000_000, by_fifty)
        self.epoch_steps.set_special("one pass")
        self.clip = _choice("Gradients", theme, CLIPS)
        self.limit = StepperSpinBox("Limit of gradients", theme, 0, 1e6, one_two_five, whole=False)
        self.amounts = {key: _amount(text, theme, most) for key, (text, most) in AMOUNTS.items()}
        self.smoothness = StepperSpinBox(
            "Elastic smoothness", theme, 0.5, 14, _by_half, whole=False
        )
        self._lay_out(theme)
        for choice in (self.precision, self.sampling, self.clip):
            choice.chosen.connect(self._tell)
        for field in (self.epoch_steps, self.limit, self.smoothness, *self.amounts.values()):
            field.edited.connect(self._tell)

    def _lay_out(self, theme: Theme) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, theme.pixels(FIELD_WIDTH))
        rows: dict[str, QWidget] = {
            "Precision": self.precision, "Batches": self.sampling,
            "Steps an epoch": self.epoch_steps, "Gradients": self.clip, "Limit": self.limit,
            **{AMOUNTS[key][0]: field for key, field in self.amounts.items()},
            "Elastic smoothness": self.smoothness,
        }  # fmt: skip
        self._labels = {control: label(name, "secondary") for name, control in rows.items()}
        for place, (control, name) in enumerate(self._labels.items()):
            grid.addWidget(name, place, 0)
            grid.addWidget(control, place, 1)

    def show_form(self, form: Form) -> None:
        """Shows a form without telling."""
        training = form.base.training
        drawn = form.augmentation or Augmentation()
        self.precision.choose(form.precision)
        self.sampling.choose(form.sampling)
        self.epoch_steps.set_number(form.epoch_steps)
        self.clip.choose(_kind(form.clip))
        clip = form.clip or training.clip
        self.limit.set_number(clip.limit if clip else FIRST_LIMIT)
        for key, field in self.amounts.items():
            field.set_number(getattr(drawn, key))
        self.smoothness.set_number(drawn.smoothness)
        self._update()

    def read(self, form: Form) -> Form:
        """The form with what is shown."""
        return replace(
            form,
            precision=next(name for name in PRECISIONS if name == self.precision.choice),
            sampling=next(name for name in SAMPLINGS if name == self.sampling.choice),
            epoch_steps=self.epoch_steps.whole,
            clip=self._clip(),
            augmentation=self._augmentation(form.augmentation),
        )

    def _clip(self) -> ClipNorm | ClipValue | None:
        kinds: dict[str, type[ClipNorm] | type[ClipValue]] = {"norm": ClipNorm, "value": ClipValue}
        kind = kinds.get(self.clip.choice)
        return kind(self.limit.number) if kind else None

    def _augmentation(self, now: Augmentation | None) -> Augmentation | None:
        amounts = {key: field.number for key, field in self.amounts.items()}
        drawn = Augmentation(**amounts, smoothness=self.smoothness.number)
        # One that a file gives with nothing to draw stays what it is.
        return drawn if any(amounts.values()) or drawn == now else None

    @Slot()
    def _tell(self) -> None:
        self._update()
        self.edited.emit()

    def _update(self) -> None:
        """Numbers that would mean nothing are hidden."""
        shown = {
            self.limit: self.clip.choice != "none",
            self.smoothness: self.amounts["elastic"].number > 0,
        }
        for control, needed in shown.items():
            control.setVisible(needed)
            self._labels[control].setVisible(needed)


def _choice(name: str, theme: Theme, texts: Mapping[Any, str]) -> ComboBox:
    made = ComboBox(name, theme)
    made.offer(tuple((key, text, "") for key, text in texts.items()))
    return made


def _amount(name: str, theme: Theme, most: float) -> StepperSpinBox:
    made = StepperSpinBox(
        name, theme, 0, most, _by_twentieth if most < 1 else _by_half, whole=False
    )
    made.set_special("none")
    return made


def _by_half(value: float, steps: int) -> float:
    return value + steps / 2


def _by_twentieth(value: float, steps: int) -> float:
    return round(value + steps / 20, 9)


def _kind(clip: ClipNorm | ClipValue | None) -> str:
    return str(clip.__struct_config__.tag) if clip else "none"


class NumberFields(QObject):
    """Shows the numbers of a form and reads them back.

    Signals:
        edited: the user changed one.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.epochs = StepperSpinBox("Epochs", theme, 1, LARGEST_EPOCHS, by_one)
        self.batch_size = StepperSpinBox("Batch size", theme, 1, LARGEST_BATCH, by_doubling)
        self.learning_rate = StepperSpinBox(
            "Learning rate", theme, 0, 1000, one_two_five, whole=False
        )
        self.seed = StepperSpinBox("Seed", theme, 0, 2**31 - 1, by_one)
        self.validation = StepperSpinBox("Validation digits", theme, 0, 59_999, by_thousand)
        self.validation.set_special("none")
        self.threads = StepperSpinBox("CPU threads", theme, 0, 1024, by_one)
        self.threads.set_special("auto")
        for field in self.by_name().values():
            field.edited.connect(self.edited)

    def by_name(self) -> dict[str, StepperSpinBox]:
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


_ALWAYS: tuple[DeviceName, ...] = ("auto", "cpu")


class DeviceChoice(ComboBox):
    """Fastest, CPU, and what a framework finds on this computer.

    Finding out means to import the frameworks in processes of their own, which takes seconds: so
    it waits until somebody opens the list.
    """

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__("Device", theme)
        self._background = background
        self._asked = False
        self._found: dict[str, str] = {}
        self.opening.connect(self._look)
        self._show()
        self.setToolTip("Where the frameworks compute. NumPy always uses the CPU.")

    @property
    def device(self) -> DeviceName:
        """The chosen device."""
        return next(name for name in texts.DEVICES if name == (self.choice or "auto"))

    def _show(self) -> None:
        found = tuple(
            (kind, texts.DEVICES[_name(kind)], text) for kind, text in self._found.items()
        )
        self.offer((*((name, texts.DEVICES[name], "") for name in _ALWAYS), *found))

    @Slot()
    def _look(self) -> None:
        if self._asked:
            return
        self._asked = True

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[FrameworkReport, ...]:
            return tuple(probe(name, is_cancelled) for name in FRAMEWORKS)

        self._background.start(work, self._take, self._fail)

    @Slot(object)
    def _take(self, reports: tuple[FrameworkReport, ...]) -> None:
        for report in reports:
            for device in report.devices:
                self._note(device)
        self._show()

    def _note(self, device: Device) -> None:
        if device.kind in ("cuda", "mps"):
            self._found[device.kind] = device.name

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.setToolTip(f"The devices could not be listed: {error}")


def _name(kind: str) -> DeviceName:
    return "cuda" if kind == "cuda" else "mps"
