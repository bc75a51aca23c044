"""Number fields with a button on each side."""

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QToolTip,
)

from mnist_studio.errors import UsageError
from mnist_studio.gui.common.basics import restyle
from mnist_studio.gui.common.number_text import parse
from mnist_studio.gui.theme.icons import icon
from mnist_studio.gui.theme.theme import Theme

Step = Callable[[float, int], float]

DECIMALS = 9
"""Decimals that can be typed; a number that the program sets keeps all of them."""


EXPLAINED_MS = 8000
"""How long a sentence on a replaced text is shown."""


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


class NumberField(QDoubleSpinBox):
    """A field that reads numbers as people type them, and writes them as short as possible.

    Qt's own reading drops the characters that it does not expect: 1e-3 became 13. Here every text
    can be typed. If it is no number within the limits, the nearest limit or the former number
    replaces it when the user leaves the field.

    Signals:
        refused: why a text was replaced.
    """

    refused = Signal(str)

    def __init__(self, name: str, step: Step, whole: bool) -> None:
        super().__init__()
        self._step, self._whole = step, whole
        # What was set, what Qt made of it, and what the field had before the user typed.
        self._exact = self._shown = self._former = 0.0
        self.setAccessibleName(name)
        self.setDecimals(0 if whole else DECIMALS)
        self.editingFinished.connect(self._remember)
        self._just_selected = QTimer(self, singleShot=True)
        self.lineEdit().installEventFilter(self)

    def set_exact(self, value: float) -> None:
        """Sets a number, which may have more decimals than can be typed."""
        self._exact = value
        rounded = round(value, self.decimals())
        self._shown = min(max(rounded, self.minimum()), self.maximum())
        self.setValue(self._shown)
        self._remember()

    def number(self) -> float:
        """The number, exactly as it was set until the user changes it."""
        return self._exact if self.value() == self._shown else self.value()

    def textFromValue(self, value: float) -> str:
        """A number as it is shown."""
        number = self._exact if value == self._shown else value
        return str(int(number)) if self._whole else f"{number:g}"

    def valueFromText(self, text: str) -> float:
        """A typed number; the former one where there is none."""
        number = self._read(text)
        return self.value() if number is None else number

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Accepts a number within the limits; every other text can still become one."""
        number = self._read(text)
        fits = number is not None and self.minimum() <= number <= self.maximum()
        state = QValidator.State.Acceptable if fits else QValidator.State.Intermediate
        return state, text, place

    def fixup(self, text: str) -> str:
        """The text that replaces one that is not accepted, when the user leaves the field."""
        try:
            number = parse(text, self._whole)
        except UsageError as error:
            self.refused.emit(str(error))
            return self.textFromValue(self._former)
        high = number > self.maximum()
        limit = self.maximum() if high else self.minimum()
        bound = f"{'at most' if high else 'at least'} {limit:,.10g}"
        self.refused.emit(f"{self.accessibleName()} must be {bound}, got {text.strip()}.")
        return self.textFromValue(limit)

    def stepBy(self, steps: int) -> None:
        """The next number in a direction, within the limits."""
        number = self._step(self.value(), steps)
        self.setValue(round(number) if self._whole else number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leaves the wheel to the page."""
        event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Selects the whole number on a double-click; Qt takes the digits after a point alone.

        The third click of a triple-click keeps it selected.
        """
        third = self._just_selected.isActive() and event.type() == QEvent.Type.MouseButtonPress
        if third or _is_double_click(event):
            self.selectAll()
            self._just_selected.start(QApplication.doubleClickInterval())
            return True
        return super().eventFilter(watched, event)

    def _read(self, text: str) -> float | None:
        if self.specialValueText() and text.strip() == self.specialValueText():
            return self.minimum()
        with suppress(UsageError):
            return parse(text, self._whole)
        return None

    @Slot()
    def _remember(self) -> None:
        self._former = self.value()


def _is_double_click(event: QEvent) -> bool:
    """Whether an event is a double-click with the left button."""
    double = event.type() == QEvent.Type.MouseButtonDblClick
    left = Qt.MouseButton.LeftButton
    return double and isinstance(event, QMouseEvent) and event.button() == left


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
        self._field = NumberField(name, step, whole)
        self._prepare(low, high)
        self._less = self._button(f"Decrease: {name}", -1)
        self._more = self._button(f"Increase: {name}", 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(1, 1, 1, 1)
        line.setSpacing(0)
        for part in (self._less, self._field, self._more):
            line.addWidget(part, int(part is self._field))
        theme.changed.connect(self._paint_buttons)
        self._paint_buttons()

    def _prepare(self, low: float, high: float) -> None:
        field = self._field
        field.setRange(low, high)
        field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setKeyboardTracking(True)
        field.setFrame(False)
        field.valueChanged.connect(lambda value: self.edited.emit())
        field.refused.connect(self._explain)
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

    def set_range(self, low: float, high: float) -> None:
        """Sets the limits without a signal."""
        self._field.blockSignals(True)
        self._field.setRange(low, high)
        self._field.blockSignals(False)

    def set_special(self, text: str) -> None:
        """Sets a text that is shown for the lowest number."""
        self._field.setSpecialValueText(text)

    def field(self) -> NumberField:
        """The field between the buttons."""
        return self._field

    @Slot(str)
    def _explain(self, sentence: str) -> None:
        """Says next to the field why its text was replaced."""
        corner = self.mapToGlobal(self.rect().bottomLeft())
        QToolTip.showText(corner, sentence, self, self.rect(), EXPLAINED_MS)

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
