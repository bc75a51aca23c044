"""One question at a time in the background; the newest of those that wait comes next."""

from collections.abc import Iterator
from threading import Event, current_thread

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio.errors import CancelledByUser, MnistStudioError
from mnist_studio.gui.services.background import Background, IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner, LatestOnlyThread

TROUBLE = MnistStudioError("It is broken.", "Mend it.")


class Oracle:
    """Answers when it may, and hears what came of it."""

    def __init__(self, background: Background) -> None:
        self.may = Event()
        self.asked: list[str] = []
        self.replies: list[tuple[str, object]] = []
        self.busy: list[bool] = []
        self.newest: LatestOnlyRunner[str] = LatestOnlyRunner(background, self.answer, background)
        self.newest.done.connect(lambda request, answer: self.replies.append((request, answer)))
        self.newest.failed.connect(lambda request, error: self.replies.append((request, error)))
        self.newest.busy.connect(self.busy.append)

    def answer(self, request: str, is_cancelled: IsCancelled) -> str:
        self.asked.append(request)
        while not self.may.wait(0.005):
            if is_cancelled():
                raise CancelledByUser("It was given up.")
        if request == "trouble":
            raise TROUBLE
        return request.upper()


@pytest.fixture
def oracle(qtbot: QtBot) -> Iterator[Oracle]:
    background = Background()
    yield Oracle(background)
    background.close()
    background.deleteLater()


def test_of_waiting_requests_only_the_newest_is_handled(oracle: Oracle, qtbot: QtBot) -> None:
    for request in "abcd":
        oracle.newest.submit(request)
    assert (oracle.newest.working, oracle.newest.waiting) == ("a", "d")
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.busy == [True, True, False])
    assert oracle.replies == [("a", "A"), ("d", "D")]


def test_what_waits_is_dropped_where_the_present_one_is_wanted_again(
    oracle: Oracle, qtbot: QtBot
) -> None:
    oracle.newest.submit("a")
    oracle.newest.submit("b")
    oracle.newest.submit("a")
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.busy == [True, False])
    assert oracle.replies == [("a", "A")]


def test_what_reads_something_that_changes_reads_it_again(oracle: Oracle, qtbot: QtBot) -> None:
    background = oracle.newest.parent()
    assert isinstance(background, Background)
    replies: list[str] = []
    changing: LatestOnlyRunner[str] = LatestOnlyRunner(
        background, oracle.answer, background, changing=True
    )
    changing.done.connect(lambda request, answer: replies.append(answer))
    changing.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a"])
    changing.submit("a")
    oracle.may.set()
    qtbot.waitUntil(lambda: replies == ["A", "A"])


def test_an_error_comes_with_its_request_and_the_next_is_handled(
    oracle: Oracle, qtbot: QtBot
) -> None:
    oracle.may.set()
    oracle.newest.submit("trouble")
    oracle.newest.submit("b")
    qtbot.waitUntil(lambda: oracle.busy[-1:] == [False])
    assert oracle.replies == [("trouble", TROUBLE), ("b", "B")]


@pytest.mark.parametrize("patience", [0, 20])
def test_a_cancelled_request_is_handled_again(oracle: Oracle, qtbot: QtBot, patience: int) -> None:
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a"])
    oracle.newest.cancel(patience)
    qtbot.waitUntil(lambda: oracle.newest.working is None)
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a", "a"])
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.replies == [("a", "A")])
    assert oracle.asked == ["a", "a"]


def test_one_that_is_wanted_again_in_time_goes_on(oracle: Oracle, qtbot: QtBot) -> None:
    oracle.newest.submit("a")
    qtbot.waitUntil(lambda: oracle.asked == ["a"])
    oracle.newest.cancel(50)
    oracle.newest.submit("a")
    qtbot.wait(100)
    oracle.may.set()
    qtbot.waitUntil(lambda: oracle.replies == [("a", "A")])
    assert oracle.asked == ["a"]


def test_a_thread_waits_for_the_next_request_since_a_new_one_would_cost_the_gui_time() -> None:
    threads: list[int | None] = []
    handled = Event()

    def handle(request: str) -> None:
        threads.append(current_thread().ident)
        handled.set()

    newest = LatestOnlyThread[str]("test", handle)
    for request in "abc":
        newest.submit(request)
        assert handled.wait(10)
        handled.clear()
    newest.close()
    assert len(threads) == 3
    assert len(set(threads)) == 1
    newest.submit("d")
    assert len(threads) == 3
