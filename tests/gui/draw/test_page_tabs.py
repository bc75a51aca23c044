"""The panels on the right of the Draw page."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mnist_studio.gui.draw.page import DrawTabs


def _made(names: list[str], name: str) -> QLabel:
    names.append(name)
    return QLabel(name)


def test_a_panel_is_made_when_it_is_first_shown(qtbot: QtBot) -> None:
    made: list[str] = []
    tabs = DrawTabs()
    qtbot.addWidget(tabs)
    tabs.add("answers", "Answers", lambda: _made(made, "answers"))
    tabs.add("why", "Why", lambda: _made(made, "why"))
    assert (made, tabs.current, tabs.panel("why")) == (["answers"], "answers", None)
    with qtbot.waitSignal(tabs.shown) as told:
        tabs.switch.button("why").click()
    assert told.args == ["why"]
    tabs.switch.button("answers").click()
    tabs.switch.button("why").click()
    assert (made, tabs.current, tabs.switch.choice) == (["answers", "why"], "why", "why")
