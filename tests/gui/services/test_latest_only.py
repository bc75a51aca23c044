"""One question at a time in the background; the newest of those that wait comes next."""

from collections.abc import Iterator
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.errors import CancelledByUser, MnistStudioError
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner

TROUBLE = MnistStudioError("It is broken.", "Mend it.")


class Oracle:
    """Answers when it may, and hears what came of it."""

    def __init__(self, background: Background) -> None:
        self.may = Event()
        self.asked: list[str] = []
        self.told: list[tuple[str, object]] = []
        self.busy: list[bool] = []
        self.newest: LatestOnlyRunner[str] = LatestOnlyRunner(background, self.answer, background)
        self.newest.done.connect(lambda wish, answer: self.told.append((wish, answer)))
        self.newest.failed.connect(lambda wish, error: self.told.append((wish, error)))
        self.newest.busy.connect(self.busy.append)

    def answer(self, wish: str, is_cancelled: IsCancelled) -> str:
        self.asked.append(wish)
        while not self.may.wait(0.005):
            if is_cancelled():
                raise CancelledByUser("It was given up.")
        if wish == "trouble":
            raise TROUBLE
        return wish.upper()


@pytest.fixture
def oracle(qtbot: QtBot) -> Iterator[Oracle]:
    background = Background()
    yield Oracle(background)
    background.close()
    background.deleteLater()


def test_of_those_that_wait_only_the_newest_is_asked(oracle: Oracle, qtbot: QtBot) -> None:
    for wish in "abcd":
        oracle.newest.submit(wish)
    assert (oracle.newest.working, oracle.newest.waiting) == ("a", "d")
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.busy == [True, True, False])
    assert oracle.told == [("a", "A"), ("d", "D")]


def test_what_waits_is_dropped_where_the_present_one_is_wanted_again(
    oracle: Oracle, qtbot: QtBot
) -> None:
    oracle.newest.submit("a")
    oracle.newest.submit("b")
    oracle.newest.submit("a")
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.busy == [True, False])
    assert oracle.told == [("a", "A")]


def test_trouble_comes_with_its_wish_and_the_next_is_asked(oracle: Oracle, qtbot: QtBot) -> None:
    oracle.may.set()
    oracle.newest.submit("trouble")
    oracle.newest.submit("b")
    qtbot.waitUntil(lambda: oracle.busy[-1:] == [False])
    assert oracle.told == [("trouble", TROUBLE), ("b", "B")]


@pytest.mark.parametrize("patience", [0, 20])
def test_one_that_was_given_up_is_asked_anew(oracle: Oracle, qtbot: QtBot, patience: int) -> None:
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a"])
    oracle.newest.cancel(patience)
    qtbot.waitUntil(lambda: oracle.newest.working is None)
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a", "a"])
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.told == [("a", "A")])
    assert oracle.asked == ["a", "a"]


def test_one_that_is_wanted_again_in_time_goes_on(oracle: Oracle, qtbot: QtBot) -> None:
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a"])
    oracle.newest.cancel(50)
    oracle.newest.submit("a")
    qtbot.wait(100)
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.told == [("a", "A")])
    assert oracle.asked == ["a"]
