"""Jobs in threads: what they tell comes to the inbox, and none is left behind."""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event
from typing import Any, cast

import pytest

from mnist_studio.errors import MnistStudioError
from mnist_studio.events import AnyEvent, Failed, Log
from mnist_studio.experiments.executors import CellJob, Executor
from mnist_studio.experiments.job_pool import JobPool
from mnist_studio.experiments.messages import Heard, Over, What

EVENT = Log(run="1", framework="numpy", level="info", text="It begins.")
TROUBLE = MnistStudioError("It is broken.", "Mend it.")
TICKET = cast(CellJob, None)


class FakeJob:
    """Tells one event and waits to be ended."""

    def __init__(self, error: Exception | None) -> None:
        self.heard: list[What] = []
        self._error, self._ended = error, Event()

    def events(self) -> Iterator[AnyEvent]:
        yield EVENT
        if self._error:
            raise self._error
        self._ended.wait()

    def pause(self) -> None:
        self.heard.append("pause")

    def stop(self) -> None:
        self.heard.append("stop")
        self._ended.set()

    def cancel(self) -> None:
        self.heard.append("cancel")
        self._ended.set()


class Made:
    """A crew over jobs that are known."""

    def __init__(self, *errors: Exception | None) -> None:
        self.inbox: SimpleQueue[Any] = SimpleQueue()
        self.jobs = [FakeJob(error) for error in errors]
        left = iter(self.jobs)
        self.crew = JobPool(cast(Executor, self), self.inbox)
        self.job = lambda ticket: next(left)
        for number in range(len(errors)):
            self.crew.begin(number, TICKET)

    def heard(self, count: int) -> list[object]:
        return [self.inbox.get(timeout=10) for _ in range(count)]


def test_every_event_and_the_end_of_a_job_come_to_the_inbox() -> None:
    made = Made(None)
    assert made.heard(1) == [Heard(0, EVENT)]
    assert (len(made.crew), 0 in made.crew) == (1, True)
    made.crew.cancel(0)
    assert made.heard(1) == [Over(0, None)]
    failed = Failed(run="1", framework="numpy", reason="No room.")
    made.crew.keep(0, failed)
    assert made.crew.over(0) is failed
    assert (len(made.crew), 0 in made.crew) == (0, False)


@pytest.mark.parametrize("error", [TROUBLE, ValueError("a slip")])
def test_what_a_job_raises_comes_to_the_inbox_too(error: Exception) -> None:
    made = Made(error)
    assert made.heard(2) == [Heard(0, EVENT), Over(0, error)]
    assert made.crew.over(0) is None


def test_all_jobs_obey_and_none_is_left_behind() -> None:
    made = Made(None, None)
    made.crew.obey("pause")
    made.crew.end_all()
    assert [job.heard for job in made.jobs] == [["pause", "stop"]] * 2
    assert {one for one in made.heard(4) if isinstance(one, Over)} == {Over(0, None), Over(1, None)}
