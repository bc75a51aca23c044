"""What people type into number fields, and what becomes of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.stepper import StepperSpinBox, by_one, one_two_five
from mnist_studio.gui.theme.theme import Theme

RATES = {
    "1e-3": 0.001, "0,05": 0.05, "0.05": 0.05, "5e-4": 0.0005, "1E2": 100.0, " 3 ": 3.0,
    ".1": 0.1, "1 000": 1000.0, "1,5": 1.5, "0": 0.0,
}  # fmt: skip
EPOCHS = {
    "12": 12,
    "1e3": 1000,
    "1 000": 1000,
    "1,000": 1000,
    "1.000": 1000,
    "9'999": 9999,
    "7.0": 7,
}
REFUSED = {
    "999999": (9999, "Epochs must be at most 9,999, got 999999."),
    "0": (1, "Epochs must be at least 1, got 0."),
    "-3": (1, "Epochs must be at least 1, got -3."),
    "1E9": (9999, "Epochs must be at most 9,999, got 1E9."),
    "1e-3": (5, "“1e-3” is not a whole number."),
    "0,05": (5, "“0,05” is not a whole number."),
    "abc": (5, "“abc” is not a number."),
    "12x": (5, "“12x” is not a number."),
    "": (5, "“” is not a number."),
}


def _type(stepper: StepperSpinBox, text: str) -> None:
    field = stepper.field()
    field.selectAll()
    if text:
        QTest.keyClicks(field, text)
    else:
        QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def epochs(qtbot: QtBot, theme: Theme) -> StepperSpinBox:
    stepper = StepperSpinBox("Epochs", theme, 1, 9999, by_one)
    qtbot.addWidget(stepper)
    stepper.set_number(5)
    stepper.show()
    return stepper


@pytest.mark.parametrize(("text", "number"), RATES.items())
def test_a_learning_rate_is_read_as_it_is_typed(
    qtbot: QtBot, theme: Theme, text: str, number: float
) -> None:
    rate = StepperSpinBox("Learning rate", theme, 0, 1000, one_two_five, whole=False)
    qtbot.addWidget(rate)
    rate.set_number(0.01)
    _type(rate, text)
    assert rate.number == number


@pytest.mark.parametrize(("text", "number"), EPOCHS.items())
def test_a_whole_number_is_read_as_it_is_typed(
    epochs: StepperSpinBox, text: str, number: int
) -> None:
    _type(epochs, text)
    assert epochs.whole == number


@pytest.mark.parametrize(("text", "expected"), REFUSED.items())
def test_another_number_is_never_taken_in_silence(
    qtbot: QtBot, epochs: StepperSpinBox, text: str, expected: tuple[int, str]
) -> None:
    number, sentence = expected
    with qtbot.waitSignal(epochs.field().refused) as refused:
        _type(epochs, text)
    assert refused.args is not None
    assert str(refused.args[0]).startswith(sentence)
    assert epochs.whole == number
    assert epochs.field().text() == str(number)
    assert QToolTip.text().startswith(sentence)


def test_the_special_text_can_be_typed(qtbot: QtBot, theme: Theme) -> None:
    threads = StepperSpinBox("CPU threads", theme, 0, 1024, by_one)
    qtbot.addWidget(threads)
    threads.set_special("auto")
    threads.set_number(4)
    _type(threads, "auto")
    assert threads.whole == 0
    assert threads.field().text() == "auto"


def test_a_number_that_is_set_keeps_all_its_decimals(qtbot: QtBot, theme: Theme) -> None:
    rate = StepperSpinBox("Learning rate", theme, 0, 1000, one_two_five, whole=False)
    qtbot.addWidget(rate)
    rate.set_number(1.2345678912345e-7)
    assert rate.number == 1.2345678912345e-7


def test_a_whole_number_beyond_the_limit_of_typing_stays(qtbot: QtBot, theme: Theme) -> None:
    seed = StepperSpinBox("Seed", theme, 0, 2**31 - 1, by_one)
    qtbot.addWidget(seed)
    seed.set_number(2**40 + 1)
    assert seed.whole == 2**40 + 1
    assert seed.field().text() == str(2**40 + 1)


def test_a_double_click_selects_the_whole_number(qtbot: QtBot, theme: Theme) -> None:
    """Not the digits behind the point alone: 0.25 typed over them would be 0.0.25."""
    stepper = StepperSpinBox("Rate", theme, 0, 1, one_two_five, whole=False)
    qtbot.addWidget(stepper)
    stepper.set_number(0.5)
    stepper.resize(150, 32)
    stepper.show()
    QTest.mouseDClick(stepper.field().lineEdit(), Qt.MouseButton.LeftButton)
    assert stepper.field().lineEdit().selectedText() == "0.5"
    QTest.keyClicks(stepper.field(), "0.25")
    QTest.keyClick(stepper.field(), Qt.Key.Key_Tab)
    assert stepper.number == 0.25


def test_a_triple_click_selects_the_whole_number(epochs: StepperSpinBox) -> None:
    line, left = epochs.field().lineEdit(), Qt.MouseButton.LeftButton
    QTest.mouseClick(line, left)
    QTest.mouseDClick(line, left)
    QTest.mouseClick(line, left)
    QTest.keyClicks(line, "2")
    assert epochs.whole == 2
