"""The jobs of the cells that are being trained, each in a thread, and the inbox they report to."""

from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Literal

from mnist_studio.events import AnyEvent, Terminal
from mnist_studio.experiments.executors import CellJob, Executor, Job

CommandName = Literal["pause", "resume", "stop", "cancel"]


@dataclass(frozen=True)
class JobEvent:
    """An event of the job of a cell."""

    cell: int
    event: AnyEvent


@dataclass(frozen=True)
class JobEnded:
    """The job of a cell has ended; with ``error`` if it raised one."""

    cell: int
    error: Exception | None


@dataclass(frozen=True)
class ExperimentCommand:
    """A command of the user for the whole experiment."""

    name: CommandName


@dataclass(frozen=True)
class MoveCell:
    """Move a waiting cell to another position of the queue."""

    cell: int
    position: int


@dataclass(frozen=True)
class RemoveCell:
    """Do not train a cell in this session."""

    cell: int


@dataclass(frozen=True)
class PutBackCell:
    """A removed cell waits again, at a position of the queue."""

    cell: int
    position: int


Message = JobEvent | JobEnded | ExperimentCommand | MoveCell | RemoveCell | PutBackCell
Inbox = SimpleQueue[Message]


@dataclass
class _Running:
    """A cell that is being trained."""

    job: Job
    thread: Thread
    terminal: Terminal | None = None


class JobPool:
    """Trains cells and puts the events of their jobs into an inbox. For one thread."""

    def __init__(self, executor: Executor, inbox: Inbox) -> None:
        """Starts nothing yet.

        Args:
            executor: that is open.
            inbox: gets every event, and one ``JobEnded`` when a job has ended in any way.
        """
        self._executor = executor
        self._inbox = inbox
        self._running: dict[int, _Running] = {}

    def __len__(self) -> int:
        """How many cells are being trained."""
        return len(self._running)

    def __contains__(self, number: int) -> bool:
        """Whether a cell is being trained."""
        return number in self._running

    def start(self, number: int, cell: CellJob) -> None:
        """Starts to train a cell."""
        job = self._executor.job(cell)
        thread = Thread(target=self._run, args=(number, job), name=f"cell {number}", daemon=True)
        self._running[number] = _Running(job, thread)
        thread.start()

    def set_terminal(self, number: int, terminal: Terminal) -> None:
        """Remembers how the run of a cell ended, until its job has ended too."""
        self._running[number].terminal = terminal

    def release(self, number: int) -> Terminal | None:
        """Removes a cell whose job has ended; returns the terminal event of its run, if any."""
        ended = self._running.pop(number)
        ended.thread.join()
        return ended.terminal

    def cancel(self, number: int) -> None:
        """Cancels the job of one cell."""
        self._running[number].job.cancel()

    def prune(self, number: int, reason: str) -> None:
        """Stops the job of one cell for a reason other than the user's wish."""
        self._running[number].job.stop(reason)

    def command(self, name: CommandName) -> None:
        """Passes a command of the user to every job."""
        for running in self._running.values():
            getattr(running.job, name)()

    def stop_all(self) -> None:
        """Stops all jobs and waits for them; their weights are saved."""
        self.command("stop")
        for running in self._running.values():
            running.thread.join()

    def _run(self, number: int, job: Job) -> None:
        """Passes on the events of a job, in its thread."""
        try:
            for event in job.events():
                self._inbox.put(JobEvent(number, event))
        except Exception as error:  # noqa: BLE001 - the runner reports it or raises it again
            self._inbox.put(JobEnded(number, error))
        else:
            self._inbox.put(JobEnded(number, None))
