"""What can be set for a view: only what it needs is shown."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from mnist_studio.comparison.options import ViewOptions, XAxis
from mnist_studio.gui.common.basics import holder, label, row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.common.stepper import StepperSpinBox
from mnist_studio.gui.compare.view_catalog import Control
from mnist_studio.gui.theme.theme import Theme

AXES = (("epochs", "Epochs"), ("steps", "Steps"), ("seconds", "Seconds"))
DIGITS = (("test", "Test digits"), ("own", "My digits"))
ALL = "all"
QUIET_MS = 150
"""So long a slider rests before anything is computed anew."""


class ViewControls(QWidget):
    """One line of controls.

    Signals:
        changed: the user set something.
        own_asked: views shall be of the user's own digits, whose name ``set_own`` gets.
    """

    changed = Signal()
    own_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._offered: list[tuple[str, str, str]] = []
        self.axis = Segmented("Horizontal axis", AXES)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.log = Toggles("Vertical axis", (("log", "Log", "By orders of magnitude"),), ())
        self.target = StepperSpinBox("Accuracy to reach, per cent", theme, 10, 99.99, _tenth, False)
        self.threshold = StepperSpinBox(
            "Difference that matters, points", theme, 0.01, 50, _tenth, False
        )
        self.model = ComboBox("Whose predictions", theme)
        self.first = ComboBox("First model", theme)
        self.second = ComboBox("Second model", theme)
        self.digits = Segmented("Digits that are answered", DIGITS)
        self._own = ""
        self._prepare()
        self._parts: dict[Control, QWidget] = {
            "axis": self.axis,
            "smoothing": _named("Smooth", self.smoothing),
            "log": self.log,
            "target": _named("Reach, %", self.target),
            "threshold": _named("Matters from, points", self.threshold),
            "model": self.model,
            "own": self.digits,
            "models": holder(row(self.first, label("and", "secondary"), self.second, gap=6)),
        }
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        for part in self._parts.values():
            line.addWidget(part)
        self.show_controls(())

    def _prepare(self) -> None:
        self.target.set_number(97)
        self.threshold.set_number(0.1)
        self.smoothing.setRange(0, 95)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("Smooths the curves; the table holds what is drawn")
        self.smoothing.setFixedWidth(self._theme.pixels(90))
        self.smoothing.setMinimumHeight(28)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.changed)
        self.smoothing.valueChanged.connect(self._soon)
        self.axis.chosen.connect(self._now)
        self.digits.chosen.connect(self._choose_digits)
        self.log.changed.connect(self.changed)
        self.model.chosen.connect(self._now)
        for choice in (self.first, self.second):
            choice.chosen.connect(self._now)
            choice.setFixedWidth(self._theme.pixels(170))
        for stepper in (self.target, self.threshold):
            stepper.edited.connect(self._soon)
            stepper.setFixedWidth(self._theme.pixels(118))
        self.model.setFixedWidth(self._theme.pixels(230))

    @property
    def options(self) -> ViewOptions:
        """What is set."""
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
        """Views shall be of the user's own digits."""
        return self.digits.choice == "own"

    @Slot(str)
    def set_own(self, fingerprint: str) -> None:
        """The user's own digits that views are of; empty for the test digits."""
        self._own = fingerprint
        self.digits.choose("own" if fingerprint else "test")
        self.changed.emit()

    @Slot(str)
    def _choose_digits(self, choice: str) -> None:
        if choice == "own":
            self.own_asked.emit()
        else:
            self.set_own("")

    def set_threshold(self, threshold: float) -> None:
        """An experiment's own threshold, a fraction; tells nobody."""
        self.threshold.set_number(100 * threshold)

    @property
    def pair(self) -> frozenset[str]:
        """The two models that are to be compared; fewer than two stand for all."""
        return frozenset({self.first.choice, self.second.choice}) - {ALL, ""}

    def offer_models(self, models: Sequence[tuple[str, str]]) -> None:
        """Ids and titles of the runs whose predictions can be shown."""
        offered = [(run, title, "") for run, title in models]
        if offered != self._offered:
            self._offered = offered
            self.model.offer(offered)
            for choice in (self.first, self.second):
                choice.offer([(ALL, "All ticked", ""), *offered])

    def show_controls(self, controls: Sequence[Control]) -> None:
        """Shows these, hides the others."""
        for name, part in self._parts.items():
            part.setVisible(name in controls)

    @Slot(str)
    def _now(self, choice: str) -> None:
        self.changed.emit()

    @Slot()
    def _soon(self) -> None:
        self._timer.start()


def _named(text: str, part: QWidget) -> QWidget:
    return holder(row(label(text, "secondary"), part, gap=6))


def _tenth(value: float, steps: int) -> float:
    """A tenth more or less."""
    return round(value + steps * 0.1, 2)
