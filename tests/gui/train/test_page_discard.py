"""Stop and Discard say how much they end, and what waited can be queued again."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.gui.train.page import TrainPage
from tests.gui.compare.test_known_bug_costs import spec
from tests.store.example_events import epoch


@pytest.fixture
def page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> TrainPage:
    """The Train page with a run that trains and two that wait; nothing trains in truth."""
    window.go("train")
    made = window.page("train")
    assert isinstance(made, TrainPage)
    queue = window.studio.queue
    runs = tuple(LiveRun(spec(seed)) for seed in (1, 2, 3))
    runs[0].state = "running"
    runs[0].epochs.append(epoch("1"))
    queue._runs = runs
    return made


def answer(page: TrainPage, text: str) -> None:
    assert page.run_buttons.question
    (made,) = (
        one for one in page.run_buttons.question.findChildren(QPushButton) if one.text() == text
    )
    made.click()


def test_discard_asks_and_says_what_is_lost(
    page: TrainPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(page.studio.queue, "cancel", lambda: ended.append("discarded"))
    page.run_buttons.ask_to_discard()
    assert page.run_buttons.question
    assert page.run_buttons.question.windowTitle().startswith("Discard MLP 128")
    texts = " ".join(words.text() for words in page.run_buttons.question.findChildren(QLabel))
    assert "It has trained 1 of two epochs." in texts
    assert "Two waiting runs will not train." in texts
    answer(page, "Keep training")
    assert not ended
    page.run_buttons.ask_to_discard()
    answer(page, "Discard")
    assert ended == ["discarded"]


def test_stop_gives_the_waiting_runs_back(
    page: TrainPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = page.studio.queue
    waiting = queue.waiting
    put_back: list[object] = []
    monkeypatch.setattr(queue, "stop", lambda: waiting)
    monkeypatch.setattr(queue, "put_back", put_back.append)
    page.run_buttons.stop()
    bar = window.undo_bar
    assert bar
    assert bar.text == "Removed two waiting runs from the queue."
    bar.undo()
    assert put_back == [waiting]
