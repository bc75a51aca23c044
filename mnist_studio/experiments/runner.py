"""One session of an experiment: starts cells, listens to their jobs, obeys the user."""

import time
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty
from typing import Literal

from mnist_studio.errors import MnistStudioError, UnknownName
from mnist_studio.events import AnyEvent, Cancelled, Crashed, Failed, Finished, Stopped, Terminal
from mnist_studio.experiments import cells as ledger
from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    Begun,
    CellEvent,
    Changed,
    Ended,
    ExperimentCell,
    Outcome,
    Overall,
    State,
)
from mnist_studio.experiments.executors import CellJob, Executor
from mnist_studio.experiments.job_pool import JobPool
from mnist_studio.experiments.messages import Command, Drop, Heard, Inbox, Message, Move, Over, What
from mnist_studio.experiments.progress import ExperimentProgress
from mnist_studio.store.experiments import Experiment, Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

OVERALL_SECONDS = 0.5
"""So often is told how far the experiment is, and whenever a cell's state changes."""

POLL_SECONDS = 0.5
"""So often is looked whether there are more places; on Windows Ctrl+C waits so long too."""


class ExperimentSession:
    """An experiment that is held by this process. For the thread of its store."""

    def __init__(
        self,
        store: RunStore,
        experiment: Experiment,
        cells: tuple[ExperimentCell, ...],
        executor: Executor,
        inbox: Inbox,
    ) -> None:
        """Takes what it works with.

        Args:
            store: that holds the experiment.
            experiment: to run.
            cells: of it, as they are kept.
            executor: that is open.
            inbox: where jobs and users put their messages.
        """
        self._store = store
        self._experiment = experiment
        self._executor = executor
        self._inbox = inbox
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
        self._board = ExperimentProgress(cells, known)
        self._crew = JobPool(executor, inbox)
        self._paused = False
        self._ending: Literal["stopped", "cancelled"] | None = None
        self._overall_told = 0.0

    def events(self) -> Iterator[AnyExperimentEvent]:
        """Trains what is left; see ``Supervisor.events``."""
        yield self._begun()
        yield self._board.queued
        yield self._overall()
        # What was wished before it began.
        yield from self._take_all(0.0)
        while True:
            yield from self._begin_some()
            if not self._crew and (self._ending or not self._board.queued.order):
                break
            yield from self._take_all(POLL_SECONDS)
            if time.monotonic() - self._overall_told >= OVERALL_SECONDS:
                yield self._overall()
        yield Ended(self._outcome(), self._board.count("finished"), len(self._board.cells))

    def end_all(self) -> None:
        """Lets nothing run behind a session that is left early; what was learnt is kept."""
        self._crew.end_all()

    def _begun(self) -> Begun:
        cells = tuple(self._board.cells.values())
        membership = self._membership()
        return Begun(
            self._experiment.id,
            self._experiment.title,
            cells,
            membership.concurrency,
            membership.host,
        )

    def _membership(self) -> Membership:
        """Of the runs that are begun now."""
        return Membership(self._experiment.id, max(1, self._executor.jobs), self._executor.host)

    def _overall(self) -> Overall:
        self._overall_told = time.monotonic()
        return self._board.overall(self._membership())

    def _outcome(self) -> Outcome:
        if self._board.count("finished") == len(self._board.cells):
            return "complete"
        return self._ending or "incomplete"

    def _take_all(self, seconds: float) -> Iterator[AnyExperimentEvent]:
        """All messages that have come; waits so long at most for the first."""
        with suppress(Empty):
            yield from self._take(self._inbox.get(timeout=seconds))
            while True:
                yield from self._take(self._inbox.get_nowait())

    def _begin_some(self) -> Iterator[AnyExperimentEvent]:
        """Begins as many cells as there are places for."""
        while not (self._paused or self._ending) and len(self._crew) < self._executor.jobs:
            number = self._board.take()
            if number is None:
                return
            cell = self._board.cells[number]
            resume = self._kept_run(cell)
            self._crew.begin(number, CellJob(cell.spec, self._membership(), resume))
            yield Changed(number, "running", resume)
            yield self._board.queued

    def _kept_run(self, cell: ExperimentCell) -> str:
        """The run of a cell that can go on; one that cannot makes room for another."""
        run = self._run(cell.run)
        if run is None:
            return ""
        # One that is trained elsewhere is refused by the job, in words.
        if run.resumable or run.status == "running":
            return run.id
        self._store.delete(run.id)
        return ""

    def _run(self, run_id: str) -> Run | None:
        """A run that may have been deleted by the user."""
        try:
            return self._store.run(run_id)
        except UnknownName:
            return None

    def _take(self, message: Message) -> Iterator[AnyExperimentEvent]:
        match message:
            case Heard(number, event):
                return self._hear(number, event)
            case Over(number, error):
                return self._over(number, error)
            case Move(number, place):
                return iter((self._board.queued,) if self._board.move(number, place) else ())
            case Drop(number):
                return self._drop(number)
            case Command(what):
                self._obey(what)
                return iter(())

    def _hear(self, number: int, event: AnyEvent) -> Iterator[AnyExperimentEvent]:
        if self._board.hear(number, event):
            yield Changed(number, "running", event.run)
        if isinstance(event, Terminal):
            self._crew.keep(number, event)
        yield CellEvent(number, event)

    def _over(self, number: int, error: Exception | None) -> Iterator[AnyExperimentEvent]:
        """A job has ended, in one way or another."""
        terminal = self._crew.over(number)
        if error is not None and not isinstance(error, MnistStudioError):
            raise error
        state, reason = _ending(terminal, error)
        run = self._run(self._board.cells[number].run)
        if run is not None and state == "finished":
            self._board.estimates.add(run, self._store.experiments.memberships()[run.id])
        kept = ledger.fraction(self._store, run) if run else 0.0
        self._board.end(number, state, reason, kept)
        yield from self._changed(number)

    def _drop(self, number: int) -> Iterator[AnyExperimentEvent]:
        if number in self._crew:
            self._crew.cancel(number)
        elif self._board.drop(number):
            yield from self._changed(number)

    def _changed(self, number: int) -> Iterator[AnyExperimentEvent]:
        """A cell has another state, and so has the whole."""
        cell = self._board.cells[number]
        yield Changed(number, cell.state, cell.run, cell.reason)
        yield self._board.queued
        yield self._overall()

    def _obey(self, what: What) -> None:
        match what:
            case "pause":
                self._paused = True
                self._board.stopwatch.pause()
            case "resume":
                self._paused = False
                self._board.stopwatch.resume()
            case "stop":
                self._ending = self._ending or "stopped"
            case "cancel":
                self._ending = "cancelled"
        self._crew.obey(what)


def _ending(terminal: Terminal | None, error: Exception | None) -> tuple[State, str]:
    """The state of a cell whose job has ended so, and the reason."""
    match terminal:
        case Finished():
            return "finished", ""
        case Stopped():
            return "stopped", ""
        case Cancelled(reason=reason):
            return "cancelled", reason
        case Failed(reason=reason) | Crashed(reason=reason):
            return "failed", reason
        case None:
            return "failed", str(error)
