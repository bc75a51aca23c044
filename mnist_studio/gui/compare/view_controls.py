"""The options of a view; only those that the view has are visible."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from mnist_studio.comparison.messages import ViewOptions, XAxis
from mnist_studio.comparison.views.catalog import Option
from mnist_studio.gui.common.basics import holder, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.common.stepper import StepperSpinBox
from mnist_studio.gui.theme.theme import Theme

AXES = (
    ("epochs", "Epochs", "Plots the curves against epochs (default)"),
    ("steps", "Steps", "Plots the curves against optimizer steps"),
    ("seconds", "Seconds", "Plots the curves against training time"),
)
DATASETS = (
    ("test", "Test set", "Evaluates the models on the test set (default)"),
    ("own", "Your images", "Evaluates the models on the images that you labeled on the Draw page"),
)
LOG_TIP = "Plots the loss on a logarithmic axis (default: off)"
TARGET_TIP = "Test accuracy to reach, from 10 to 99.99 % (default: 97 %)."
THRESHOLD_TIP = (
    "Smallest difference in accuracy that matters in practice, from 0.01 to 50 pp (default: "
    "0.1 pp). Smaller differences are treated as negligible."
)
SMOOTHING_TIP = (
    "Exponential smoothing of the curves, from 0 to 0.95 (default: 0). The table has the "
    "smoothed values."
)
MODEL_TIP = "The model whose predictions are shown (default: the newest run)."
PAIR_TIP = "Restricts the comparison to two models (default: all selected runs)."
ALL = "all"
QUIET_MS = 150
"""How long an option must rest before a view is computed again."""


class ViewControls(QWidget):
    """One line of controls.

    Signals:
        changed: the user changed an option.
        own_requested: the user chose their own images; ``set_own`` takes their fingerprint.
    """

    changed = Signal()
    own_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._offered: list[tuple[str, str, str]] = []
        self._own = ""
        self.axis = Segmented("Horizontal axis", AXES)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.log = Toggles("Vertical axis", (("log", "Log", LOG_TIP),), ())
        self.target = self._percent_field("Target accuracy, %", 10, 99.99, 97, TARGET_TIP)
        self.threshold = self._percent_field(
            "Smallest relevant difference, pp", 0.01, 50, 0.1, THRESHOLD_TIP
        )
        self.model = self._combo_box("Model", 230, MODEL_TIP)
        self.first = self._combo_box("First model", 150, PAIR_TIP)
        self.second = self._combo_box("Second model", 150, PAIR_TIP)
        self.digits = Segmented("Images", DATASETS)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._prepare_smoothing()
        self._connect()
        self._parts: dict[Option, QWidget] = {
            "axis": self.axis,
            "smoothing": _named("Smoothing", self.smoothing),
            "log": self.log,
            "target": _named("Target, %", self.target),
            "threshold": _named("Relevant difference, pp", self.threshold),
            "model": self.model,
            "own": self.digits,
            "pair": holder(row(self.first, label("and", "secondary"), self.second, gap=6)),
        }
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        for part in self._parts.values():
            line.addWidget(part)
        self.show_options(())

    def _percent_field(
        self, name: str, low: float, high: float, value: float, tip: str
    ) -> StepperSpinBox:
        field = StepperSpinBox(name, self._theme, low, high, _tenth, False)
        field.set_number(value)
        field.setToolTip(tip)
        field.setFixedWidth(self._theme.pixels(118))
        return field

    def _combo_box(self, name: str, width: int, tip: str) -> ComboBox:
        box = ComboBox(name, self._theme)
        box.setToolTip(tip)
        box.setFixedWidth(self._theme.pixels(width))
        return box

    def _prepare_smoothing(self) -> None:
        self.smoothing.setRange(0, 95)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip(SMOOTHING_TIP)
        self.smoothing.setFixedWidth(self._theme.pixels(90))
        self.smoothing.setMinimumHeight(28)

    def _connect(self) -> None:
        self._timer.timeout.connect(self.changed)
        self.smoothing.valueChanged.connect(self._change_soon)
        for stepper in (self.target, self.threshold):
            stepper.edited.connect(self._change_soon)
        for choice in (self.axis, self.model, self.first, self.second):
            choice.chosen.connect(self._change_now)
        self.log.changed.connect(self.changed)
        self.digits.chosen.connect(self._choose_images)

    @property
    def options(self) -> ViewOptions:
        """The current options."""
        return ViewOptions(
            axis=cast(XAxis, self.axis.choice),
            smoothing=self.smoothing.value() / 100,
            log=bool(self.log.chosen),
            target=self.target.number / 100,
            threshold=self.threshold.number / 100,
            model=self.model.choice,
            own=self._own,
        )

    @property
    def on_own(self) -> bool:
        """Whether the user's own images are chosen."""
        return self.digits.choice == "own"

    @Slot(str)
    def set_own(self, fingerprint: str) -> None:
        """Sets the fingerprint of the user's own images; empty for the test set."""
        self._own = fingerprint
        self.digits.choose("own" if fingerprint else "test")
        self.changed.emit()

    def set_threshold(self, threshold: float) -> None:
        """Sets the threshold of an experiment, a fraction, without a signal."""
        self.threshold.set_number(100 * threshold)

    @property
    def pair(self) -> frozenset[str]:
        """The two models to compare; fewer than two mean all."""
        return frozenset({self.first.choice, self.second.choice}) - {ALL, ""}

    def offer_models(self, models: Sequence[tuple[str, str]]) -> None:
        """Offers runs, as ids and titles, whose predictions can be shown."""
        offered = [(run, title, "") for run, title in models]
        if offered != self._offered:
            self._offered = offered
            self.model.offer(offered)
            for choice in (self.first, self.second):
                choice.offer([(ALL, "All selected", ""), *offered])

    def show_options(self, options: Sequence[Option]) -> None:
        """Shows the controls of these options and hides the others."""
        for name, part in self._parts.items():
            part.setVisible(name in options)

    @Slot(str)
    def _choose_images(self, choice: str) -> None:
        if choice == "own":
            self.own_requested.emit()
        else:
            self.set_own("")

    @Slot(str)
    def _change_now(self, choice: str) -> None:
        self.changed.emit()

    @Slot()
    def _change_soon(self) -> None:
        self._timer.start()


def _named(text: str, part: QWidget) -> QWidget:
    return holder(row(label(text, "secondary"), part, gap=6))


def _tenth(value: float, steps: int) -> float:
    """A tenth more or less."""
    return round(value + steps * 0.1, 2)
