"""The question before the window closes says how much ends."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.app.close_guard import CloseGuard
from mnist_studio.gui.services.studio import Studio


@pytest.mark.parametrize(
    ("waiting", "text"),
    [(0, ""), (1, "One waiting run will not train."), (7, "Seven waiting runs will not train.")],
)
def test_waiting_runs_are_counted(
    waiting: int, text: str, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(studio.queue), "waiting", property(lambda queue: (None,) * waiting))
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    guard = CloseGuard(window, studio)
    guard.ask()
    assert guard.question is not None
    said = " ".join(one.text() for one in guard.question.findChildren(QLabel))
    assert text in said
    assert ("waiting" in said) == bool(text)
    buttons = guard.question.findChildren(QPushButton)
    next(one for one in buttons if one.text() == "Keep training").click()
    assert window.isVisible()
    window.close()
