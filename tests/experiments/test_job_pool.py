"""Jobs in threads: their events come to the inbox, and none is left running."""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event
from typing import Any, cast

import pytest

from mnist_studio.errors import MnistStudioError
from mnist_studio.events import AnyEvent, Failed, Log
from mnist_studio.experiments.executors import CellJob, Executor
from mnist_studio.experiments.job_pool import CommandName, JobEnded, JobEvent, JobPool

EVENT = Log(run="1", framework="numpy", level="info", text="It begins.")
TROUBLE = MnistStudioError("It is broken.", "Mend it.")
CELL = cast(CellJob, None)


class FakeJob:
    """Yields one event and waits until it is ended."""

    def __init__(self, error: Exception | None) -> None:
        self.commands: list[CommandName] = []
        self._error, self._ended = error, Event()

    def events(self) -> Iterator[AnyEvent]:
        yield EVENT
        if self._error:
            raise self._error
        self._ended.wait()

    def pause(self) -> None:
        self.commands.append("pause")

    def stop(self) -> None:
        self.commands.append("stop")
        self._ended.set()

    def cancel(self) -> None:
        self.commands.append("cancel")
        self._ended.set()


class FakePool:
    """A pool of fake jobs."""

    def __init__(self, *errors: Exception | None) -> None:
        self.inbox: SimpleQueue[Any] = SimpleQueue()
        self.jobs = [FakeJob(error) for error in errors]
        left = iter(self.jobs)
        self.pool = JobPool(cast(Executor, self), self.inbox)
        self.job = lambda cell: next(left)
        for number in range(len(errors)):
            self.pool.start(number, CELL)

    def messages(self, count: int) -> list[object]:
        return [self.inbox.get(timeout=10) for _ in range(count)]


def test_every_event_and_the_end_of_a_job_come_to_the_inbox() -> None:
    made = FakePool(None)
    assert made.messages(1) == [JobEvent(0, EVENT)]
    assert (len(made.pool), 0 in made.pool) == (1, True)
    made.pool.cancel(0)
    assert made.messages(1) == [JobEnded(0, None)]
    failed = Failed(run="1", framework="numpy", reason="No room.")
    made.pool.set_terminal(0, failed)
    assert made.pool.release(0) is failed
    assert (len(made.pool), 0 in made.pool) == (0, False)


@pytest.mark.parametrize("error", [TROUBLE, ValueError("a slip")])
def test_what_a_job_raises_comes_to_the_inbox_too(error: Exception) -> None:
    made = FakePool(error)
    assert made.messages(2) == [JobEvent(0, EVENT), JobEnded(0, error)]
    assert made.pool.release(0) is None


def test_all_jobs_get_commands_and_none_is_left_running() -> None:
    made = FakePool(None, None)
    made.pool.command("pause")
    made.pool.stop_all()
    assert [job.commands for job in made.jobs] == [["pause", "stop"]] * 2
    assert {one for one in made.messages(4) if isinstance(one, JobEnded)} == {
        JobEnded(0, None),
        JobEnded(1, None),
    }
