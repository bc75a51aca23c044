"""The cells that are being trained, each by a job in a thread of its own."""

from dataclasses import dataclass
from threading import Thread

from mnist_studio.events import Terminal
from mnist_studio.experiments.executors import CellJob, Executor, Job
from mnist_studio.experiments.messages import Heard, Inbox, Over, What


@dataclass
class _Running:
    """A cell that is being trained."""

    job: Job
    thread: Thread
    terminal: Terminal | None = None


class JobPool:
    """Trains cells and puts what their jobs tell into an inbox. For the thread of a session."""

    def __init__(self, executor: Executor, inbox: Inbox) -> None:
        """Trains nothing yet.

        Args:
            executor: that is open.
            inbox: gets every event, and one ``Over`` when a job has ended in whatever way.
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

    def begin(self, number: int, ticket: CellJob) -> None:
        """Begins to train a cell."""
        job = self._executor.job(ticket)
        thread = Thread(target=self._work, args=(number, job), name=f"cell {number}", daemon=True)
        self._running[number] = _Running(job, thread)
        thread.start()

    def keep(self, number: int, terminal: Terminal) -> None:
        """Remembers how the run of a cell ended, until its job is over."""
        self._running[number].terminal = terminal

    def over(self, number: int) -> Terminal | None:
        """Lets a cell go whose job has ended; gives how its run ended, if it told."""
        ended = self._running.pop(number)
        ended.thread.join()
        return ended.terminal

    def cancel(self, number: int) -> None:
        """Cancels the job of one cell."""
        self._running[number].job.cancel()

    def obey(self, what: What) -> None:
        """Hands a wish of the user to every job."""
        for running in self._running.values():
            getattr(running.job, what)()

    def end_all(self) -> None:
        """Lets nothing run behind a session that is left early; what was learnt is kept."""
        self.obey("stop")
        for running in self._running.values():
            running.thread.join()

    def _work(self, number: int, job: Job) -> None:
        """Passes on what a job tells; in a thread of its own."""
        try:
            for event in job.events():
                self._inbox.put(Heard(number, event))
        except Exception as error:  # noqa: BLE001 - told, or raised again, by the session
            self._inbox.put(Over(number, error))
        else:
            self._inbox.put(Over(number, None))
