"""Number fields with a button on each side."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QLocale, QObject, QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QSpinBox,
    QToolButton,
)

from mnist_studio.gui.common.basics import restyle
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

Step = Callable[[float, int], float]

DECIMALS = 9
"""Decimals that can be typed; a number that the program sets keeps all of them."""


def by_one(value: float, steps: int) -> float:
    """Steps of one."""
    return value + steps


def by_doubling(value: float, steps: int) -> float:
    """Doubles or halves."""
    return max(1, float(int(value * 2.0**steps)))


def by_thousand(value: float, steps: int) -> float:
    """Steps of a thousand."""
    return (value // 1000 + steps) * 1000


def one_two_five(value: float, steps: int) -> float:
    """The next of 1, 2, 5, 10, 20, ... in that direction."""
    ladder = [front * 10.0**power for power in range(-7, 4) for front in (1, 2, 5)]
    for _ in range(abs(steps)):
        above = [rung for rung in ladder if rung > value * 1.0001]
        below = [rung for rung in ladder if rung < value * 0.9999]
        value = (above[:1] if steps > 0 else below[-1:] or ladder[:1])[0]
    return value


def by_fifty(value: float, steps: int) -> float:
    """Steps of fifty."""
    return (value // 50 + steps) * 50


class _Whole(QSpinBox):
    """A field for whole numbers. Qt's numbers have 32 bits; a number that is set may have more."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step
        self._exact = self._shown = 0

    def set_exact(self, value: float) -> None:
        self._exact = int(value)
        self._shown = min(max(self._exact, self.minimum()), self.maximum())
        self.setValue(self._shown)

    def number(self) -> float:
        return self._exact if self.value() == self._shown else self.value()

    def textFromValue(self, value: int) -> str:
        return str(self._exact if value == self._shown else value)

    def stepBy(self, steps: int) -> None:
        self.setValue(
            round(min(max(self._step(self.value(), steps), self.minimum()), self.maximum()))
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Decimal(QDoubleSpinBox):
    """A field for numbers of many magnitudes, written as short as possible."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step
        self._exact = self._shown = 0.0
        self.setDecimals(DECIMALS)
        self.setLocale(QLocale.c())

    def set_exact(self, value: float) -> None:
        self._exact = value
        self._shown = min(max(round(value, DECIMALS), self.minimum()), self.maximum())
        self.setValue(self._shown)

    def number(self) -> float:
        return self._exact if self.value() == self._shown else self.value()

    def textFromValue(self, value: float) -> str:
        return f"{self._exact if value == self._shown else value:g}"

    def stepBy(self, steps: int) -> None:
        self.setValue(self._step(self.value(), steps))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StepperSpinBox(QFrame):
    """A number field with minus and plus buttons. Arrow keys step too; the wheel scrolls the page.

    Signals:
        edited: the number has changed.
        confirmed: the user pressed Enter, or stepped beyond the limit.
    """

    edited = Signal()
    confirmed = Signal()

    def __init__(
        self, name: str, theme: Theme, low: float, high: float, step: Step, whole: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName("stepper")
        self._theme = theme
        self._field: _Whole | _Decimal = _Whole(step) if whole else _Decimal(step)
        self._prepare(name, low, high)
        self._less = self._button(f"Decrease: {name}", -1)
        self._more = self._button(f"Increase: {name}", 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(1, 1, 1, 1)
        line.setSpacing(0)
        for part in (self._less, self._field, self._more):
            line.addWidget(part, int(part is self._field))
        theme.changed.connect(self._paint_buttons)
        self._paint_buttons()

    def _prepare(self, name: str, low: float, high: float) -> None:
        field = self._field
        field.setRange(low, high)  # type: ignore[arg-type]
        field.setAccessibleName(name)
        field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setKeyboardTracking(True)
        field.setFrame(False)
        field.valueChanged.connect(lambda value: self.edited.emit())
        field.lineEdit().returnPressed.connect(self.confirmed)
        field.installEventFilter(self)

    def _button(self, name: str, steps: int) -> QToolButton:
        widget = QToolButton()
        widget.setObjectName("step")
        widget.setAccessibleName(name)
        widget.setToolTip(name)
        widget.setAutoRepeat(True)
        # The keyboard reaches the field, whose arrow keys do the same as these buttons.
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.clicked.connect(lambda: self._step(steps))
        return widget

    def _step(self, steps: int) -> None:
        before = self._field.value()
        self._field.stepBy(steps)
        if self._field.value() == before:
            self.confirmed.emit()

    @property
    def number(self) -> float:
        """The number, exactly as it was set until the user changes it."""
        return self._field.number()

    @property
    def whole(self) -> int:
        """The number as an integer."""
        return int(self._field.number())

    def set_number(self, value: float) -> None:
        """Sets the number without a signal."""
        self._field.blockSignals(True)
        self._field.set_exact(value)
        self._field.blockSignals(False)

    def set_special(self, text: str) -> None:
        """Sets a text that is shown for the lowest number."""
        self._field.setSpecialValueText(text)

    def field(self) -> QSpinBox | QDoubleSpinBox:
        """The field between the buttons."""
        return self._field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows the focus of the field around the whole frame."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            restyle(self)
        return super().eventFilter(watched, event)

    def _paint_buttons(self) -> None:
        side = self._theme.pixels(28)
        for widget, name in ((self._less, "minus"), (self._more, "plus")):
            widget.setIcon(icon(name, self._theme.palette.secondary, self._theme.pixels(16)))
            widget.setIconSize(QSize(self._theme.pixels(16), self._theme.pixels(16)))
            widget.setFixedSize(side, side)
