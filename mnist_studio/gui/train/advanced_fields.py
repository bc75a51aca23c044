"""The fields of a run that are seldom set: batches, precision, clipping and augmentation."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.stepper import StepperSpinBox, by_fifty, one_two_five
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.form import Form
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import ClipNorm, ClipValue, Precision, Sampling

PRECISIONS: dict[Precision, str] = {
    "float32": "float32",
    "float64": "float64",
    "bfloat16": "bfloat16 (mixed)",
}
SAMPLINGS: dict[Sampling, str] = {
    "shuffled": "shuffled",
    "stored": "in stored order",
    "with_replacement": "with replacement",
}
CLIPS = {"none": "off", "norm": "by norm", "value": "by value"}


class Amount(NamedTuple):
    """A field of the augmentation: its label, its upper limit, and its tooltip."""

    title: str
    limit: float
    tip: str


AMOUNTS = {
    "rotation": Amount("Rotation (°)", 180.0, "Largest random rotation, 0 to 180 degrees"),
    "zoom": Amount("Scaling", 0.9, "Largest random change of size, 0 to 0.9"),
    "shift": Amount("Shift (px)", 14.0, "Largest random shift, 0 to 14 pixels"),
    "shear": Amount("Shear (°)", 60.0, "Largest random shear, 0 to 60 degrees"),
    "elastic": Amount(
        "Elastic distortion", 14.0, "Strength of random elastic distortion, 0 to 14 pixels"
    ),
}
"""The random changes of a training image, by the attributes of ``Augmentation``."""

_FIRST_LIMIT = 1.0
"""The limit of gradients when clipping is first switched on."""

_TIPS = {
    "Precision": "Number format of weights and activations (default: float32)",
    "Batches": "How training images are put into batches (default: shuffled)",
    "Steps per epoch": "Steps until the next evaluation (default: one pass over the training set)",
    "Gradient clipping": "Limits large gradients before the update (default: off)",
    "Clipping threshold": "Gradients above this norm or value are reduced, 0 to 1,000,000",
    "Smoothness": "Smoothness of the elastic distortion, 0.5 to 14 pixels. Higher values give "
    "gentler curves.",
}


class AdvancedFields(QObject):
    """Shows these settings of a form and reads them back.

    Signals:
        edited: the user changed one.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.precision = _choice("Precision", theme, PRECISIONS)
        self.sampling = _choice("Batches", theme, SAMPLINGS)
        self.epoch_steps = StepperSpinBox("Steps per epoch", theme, 0, 10_000_000, by_fifty)
        self.epoch_steps.set_special("one pass")
        self.clip = _choice("Gradient clipping", theme, CLIPS)
        self.limit = StepperSpinBox("Clipping threshold", theme, 0, 1e6, one_two_five, whole=False)
        self.amounts = {key: _amount_field(amount, theme) for key, amount in AMOUNTS.items()}
        self.smoothness = StepperSpinBox("Smoothness", theme, 0.5, 14, _by_half, whole=False)
        tips = _TIPS | {amount.title: f"{amount.tip} (0: none)" for amount in AMOUNTS.values()}
        for name, control in self.by_name().items():
            control.setToolTip(tips[name])
        for choice in (self.precision, self.sampling, self.clip):
            choice.chosen.connect(self._notify)
        for field in (self.epoch_steps, self.limit, self.smoothness, *self.amounts.values()):
            field.edited.connect(self._notify)

    def by_name(self) -> dict[str, QWidget]:
        """The fields by their labels."""
        return {
            "Precision": self.precision, "Batches": self.sampling,
            "Steps per epoch": self.epoch_steps, "Gradient clipping": self.clip,
            "Clipping threshold": self.limit,
            **self.augmentation(),
        }  # fmt: skip

    def augmentation(self) -> dict[str, QWidget]:
        """The fields of the random changes of images, by their labels."""
        amounts = {AMOUNTS[key].title: field for key, field in self.amounts.items()}
        return {**amounts, "Smoothness": self.smoothness}

    def show_form(self, form: Form) -> None:
        """Shows a form. Emits nothing."""
        augmentation = form.augmentation or Augmentation()
        self.precision.choose(form.precision)
        self.sampling.choose(form.sampling)
        self.epoch_steps.set_number(form.epoch_steps)
        self.clip.choose(_clip_kind(form.clip))
        clip = form.clip or form.base.training.clip
        self.limit.set_number(clip.limit if clip else _FIRST_LIMIT)
        for key, field in self.amounts.items():
            field.set_number(getattr(augmentation, key))
        self.smoothness.set_number(augmentation.smoothness)
        self._show_relevant()

    def read(self, form: Form) -> Form:
        """The form with the values that are shown."""
        return replace(
            form,
            precision=next(name for name in PRECISIONS if name == self.precision.choice),
            sampling=next(name for name in SAMPLINGS if name == self.sampling.choice),
            epoch_steps=self.epoch_steps.whole,
            clip=self._read_clip(),
            augmentation=self._read_augmentation(form.augmentation),
        )

    def _read_clip(self) -> ClipNorm | ClipValue | None:
        kinds: dict[str, type[ClipNorm] | type[ClipValue]] = {"norm": ClipNorm, "value": ClipValue}
        kind = kinds.get(self.clip.choice)
        return kind(self.limit.number) if kind else None

    def _read_augmentation(self, present: Augmentation | None) -> Augmentation | None:
        amounts = {key: field.number for key, field in self.amounts.items()}
        augmentation = Augmentation(**amounts, smoothness=self.smoothness.number)
        # A file may specify an augmentation without any change: it must survive the form.
        return augmentation if any(amounts.values()) or augmentation == present else None

    @Slot()
    def _notify(self) -> None:
        self._show_relevant()
        self.edited.emit()

    def _show_relevant(self) -> None:
        """Hides numbers that have no effect."""
        self.limit.setVisible(self.clip.choice != "none")
        self.smoothness.setVisible(self.amounts["elastic"].number > 0)


def _choice(name: str, theme: Theme, texts: Mapping[Any, str]) -> ComboBox:
    made = ComboBox(name, theme)
    made.offer(tuple((key, text, "") for key, text in texts.items()))
    return made


def _amount_field(amount: Amount, theme: Theme) -> StepperSpinBox:
    step = _by_twentieth if amount.limit < 1 else _by_half
    made = StepperSpinBox(amount.title, theme, 0, amount.limit, step, whole=False)
    made.set_special("none")
    return made


def _by_half(value: float, steps: int) -> float:
    return value + steps / 2


def _by_twentieth(value: float, steps: int) -> float:
    return round(value + steps / 20, 9)


def _clip_kind(clip: ClipNorm | ClipValue | None) -> str:
    return str(clip.__struct_config__.tag) if clip else "none"
