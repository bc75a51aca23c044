"""The fields of a run that are set most often: its numbers, and the device."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common.basics import restyle
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.stepper import (
    StepperSpinBox,
    by_doubling,
    by_one,
    by_thousand,
    one_two_five,
)
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.form import Form
from mnist_studio.spec.run import LARGEST_BATCH, LARGEST_EPOCHS, SMALLEST_FRACTION, DeviceName
from mnist_studio.workers.probe import FrameworkReport, probe

_LARGEST_SEED = 2**31 - 1
_LARGEST_VALIDATION = 59_999
_LARGEST_THREADS = 1024

_TIPS = {
    "Epochs": f"Passes over the training set, 1 to {LARGEST_EPOCHS:,}",
    "Batch size": f"Training images per step, 1 to {LARGEST_BATCH:,}",
    "Learning rate": "Step size of the optimizer, 0 to 1,000. A schedule scales it over time.",
    "Seed": "Start of all random numbers. The same seed gives the same run. "
    f"0 to {_LARGEST_SEED:,}",
    "Validation set": "Training images that are held out for validation, "
    f"0 to {_LARGEST_VALIDATION:,} (default: none)",
    "Training images": "Fraction of the training images that are used, drawn by the seed, "
    f"{SMALLEST_FRACTION:g} to 1 (default: 1, which is all of them)",
    "Label noise": "Fraction of the training labels that are replaced by wrong ones, 0 to 1 "
    "(default: none). Validation and test keep theirs.",
    "CPU threads": f"Threads per framework, 1 to {_LARGEST_THREADS:,} "
    "(default: auto, which is 1 for short steps in PyTorch and NumPy; else the framework decides)",
}


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
        self.seed = StepperSpinBox("Seed", theme, 0, _LARGEST_SEED, by_one)
        self.validation = StepperSpinBox(
            "Validation set", theme, 0, _LARGEST_VALIDATION, by_thousand
        )
        self.validation.set_special("none")
        self.training_fraction = StepperSpinBox(
            "Training images", theme, 0, 1, one_two_five, whole=False
        )
        self.label_noise = StepperSpinBox("Label noise", theme, 0, 1, one_two_five, whole=False)
        self.label_noise.set_special("none")
        self.threads = StepperSpinBox("CPU threads", theme, 0, _LARGEST_THREADS, by_one)
        self.threads.set_special("auto")
        for name, field in self.by_name().items():
            field.setToolTip(_TIPS[name])
            field.edited.connect(self.edited)

    def by_name(self) -> dict[str, StepperSpinBox]:
        """The fields by their labels, from top to bottom."""
        return {
            "Epochs": self.epochs,
            "Batch size": self.batch_size,
            "Learning rate": self.learning_rate,
            "Seed": self.seed,
            "Validation set": self.validation,
            "Training images": self.training_fraction,
            "Label noise": self.label_noise,
            "CPU threads": self.threads,
        }

    def show_form(self, form: Form) -> None:
        """Shows the numbers of a form. Emits nothing."""
        self.epochs.set_number(form.epochs)
        self.batch_size.set_number(form.batch_size)
        self.learning_rate.set_number(form.learning_rate)
        self.seed.set_number(form.seed)
        self.validation.set_number(form.validation)
        self.training_fraction.set_number(form.training_fraction)
        self.label_noise.set_number(form.label_noise)
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
            training_fraction=self.training_fraction.number,
            label_noise=self.label_noise.number,
            threads=self.threads.whole,
        )

    def mark(self, name: str) -> None:
        """Marks the field of an invalid value by its attribute name; an empty name marks none."""
        for field in self.by_name().values():
            field.setProperty("wrong", bool(name) and field is getattr(self, name, None))
            restyle(field)


_ALWAYS: tuple[DeviceName, ...] = ("auto", "cpu")
_UNKNOWN, _MISSING = "not checked yet", "not found"
"""What is said of a device that was chosen before, until and unless it is found."""


class DeviceChoice(ComboBox):
    """Fastest, CPU, and the devices that the frameworks find on this computer.

    Finding them means to import the frameworks in child processes, which takes seconds. So it
    waits until the list is opened.
    """

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__("Device", theme)
        self._background = background
        self._probed = self._searched = False
        self._found: dict[str, str] = {}
        self._wanted = ""
        self.opening.connect(self._probe)
        self._show_devices()
        self.setToolTip("Where the frameworks run (default: fastest). NumPy always uses the CPU.")

    @property
    def device(self) -> DeviceName:
        """The selected device."""
        return next(name for name in texts.DEVICES if name == (self.choice or "auto"))

    def show_device(self, name: DeviceName) -> None:
        """Shows a device. One that was not found is offered, too, and says so."""
        self._wanted = "" if name in _ALWAYS else name
        self._show_devices()
        self.choose(name)

    def _show_devices(self) -> None:
        found = dict(self._found)
        if self._wanted:
            found.setdefault(self._wanted, _MISSING if self._searched else _UNKNOWN)
        devices = ((kind, texts.DEVICES[_name(kind)], name) for kind, name in found.items())
        self.offer((*((name, texts.DEVICES[name], "") for name in _ALWAYS), *devices))

    @Slot()
    def _probe(self) -> None:
        if self._probed:
            return
        self._probed = True

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[FrameworkReport, ...]:
            return tuple(probe(name, is_cancelled) for name in FRAMEWORKS)

        self._background.start(work, self._add_devices, self._fail)

    @Slot(object)
    def _add_devices(self, reports: tuple[FrameworkReport, ...]) -> None:
        self._searched = True
        for report in reports:
            for device in report.devices:
                self._add(device)
        self._show_devices()
        # One that was never installed is a choice.
        broken = [report.problem for report in reports if report.problem and report.version]
        if broken:
            self.setToolTip("\n".join(broken))

    def _add(self, device: Device) -> None:
        if device.kind in ("cuda", "mps"):
            self._found[device.kind] = device.name

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.setToolTip(f"The devices cannot be listed: {error}")


def _name(kind: str) -> DeviceName:
    return "cuda" if kind == "cuda" else "mps"
