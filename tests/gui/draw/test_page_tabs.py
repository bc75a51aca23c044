"""The panels on the right of the Draw page."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio.gui.draw.page import DrawTabs


def _create(names: list[str], name: str) -> QLabel:
    names.append(name)
    return QLabel(name)


def test_a_panel_is_create_when_it_is_first_shown(qtbot: QtBot) -> None:
    made: list[str] = []
    tabs = DrawTabs()
    qtbot.addWidget(tabs)
    tabs.add("answers", "Answers", lambda: _create(made, "answers"))
    tabs.add("why", "Why", lambda: _create(made, "why"))
    assert (made, tabs.current, tabs.panel("explanation")) == (["answers"], "answers", None)
    with qtbot.waitSignal(tabs.shown) as shown:
        tabs.switch.button("why").click()
    assert shown.args == ["why"]
    tabs.switch.button("answers").click()
    tabs.switch.button("why").click()
    assert (made, tabs.current, tabs.switch.choice) == (["answers", "why"], "why", "why")


def test_only_the_panel_that_is_shown_takes_room(qtbot: QtBot) -> None:
    tabs = DrawTabs()
    qtbot.addWidget(tabs)
    low, high = QLabel("low"), QLabel("high")
    high.setMinimumHeight(900)
    tabs.add("low", "Low", lambda: low)
    before = tabs.minimumSizeHint().height()
    tabs.add("high", "High", lambda: high)
    tabs.show_panel("high")
    assert tabs.minimumSizeHint().height() > 900
    tabs.show_panel("low")
    assert tabs.minimumSizeHint().height() == before
