"""Work in steps between which the event loop runs."""

from collections.abc import Iterator
from time import sleep

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from mnist_studio.gui.services.background import IdleScheduler


def test_the_event_loop_runs_between_slow_steps(qtbot: QtBot) -> None:
    seen: list[str] = []
    owner = QObject()

    def steps() -> Iterator[None]:
        for name in "abc":
            seen.append(name)
            sleep(0.01)
            yield

    turns = IdleScheduler(steps(), owner)
    ticks = QTimer(owner)
    ticks.timeout.connect(lambda: seen.append("-"))
    ticks.start(0)
    with qtbot.waitSignal(turns.done):
        turns.start()
    words = "".join(seen)
    assert words.replace("-", "") == "abc"
    assert "a-" in words
    assert "b-" in words
    owner.deleteLater()
