"""Segments and toggles: where they are, and what is switched on."""

from itertools import pairwise

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.basics import column, holder, row
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.theme.theme import Theme

CHOICES = (("accuracy", "Accuracy"), ("loss", "Loss"), ("speed", "Training speed"))


def test_segments_never_lie_over_each_other(qtbot: QtBot, theme: Theme, qapp: QApplication) -> None:
    parts = Segmented("Measure", CHOICES)
    around = holder(row(parts, 1))
    qtbot.addWidget(around)
    around.resize(420, 60)
    around.show()
    buttons = [parts.button(key) for key, _ in CHOICES]
    for scale in (1.0, 1.5):
        theme.set_scale(scale)
        # At once, before the layout has moved anything, and afterwards.
        for _ in range(2):
            places = [button.geometry() for button in buttons]
            for left, right in pairwise(places):
                assert left.right() < right.left()
            qapp.processEvents()
        for button in buttons:
            button.click()
            qapp.processEvents()
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
    theme.set_scale(1.0)
    around.hide()


def test_any_number_of_toggles_is_on(qtbot: QtBot) -> None:
    toggles = Toggles("Train in", [(key, text, "") for key, text in CHOICES], ("loss",))
    qtbot.addWidget(toggles)
    toggles.choose(("accuracy", "speed"))
    assert toggles.chosen == {"accuracy", "speed"}
    toggles.enable("speed", "It is not installed.")
    assert not toggles.enabled("speed")
    assert toggles.button("speed").toolTip() == "It is not installed."
    with qtbot.waitSignal(toggles.changed):
        toggles.button("loss").click()
    assert toggles.chosen == {"accuracy", "loss", "speed"}


def test_choices_continue_in_another_line_where_there_is_no_room(
    qtbot: QtBot, theme: Theme
) -> None:
    choices = tuple((str(number), f"Choice {number}") for number in range(6))
    around = QWidget()
    qtbot.addWidget(around)
    made = Segmented("Many", choices, wrap=True)
    around.setLayout(column(made, 1))
    around.resize(260, 300)
    around.show()
    qtbot.waitUntil(lambda: made.button("5").y() > made.button("0").y())
    assert all(made.button(key).geometry().right() < made.width() for key, _ in choices)
