"""Runs an experiment: starts its cells, follows their jobs, and obeys the user's commands."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Literal

from mnist_studio.codegen import native_script
from mnist_studio.errors import MnistStudioError, SpecError, UnknownName
from mnist_studio.events import (
    AnyEvent,
    Cancelled,
    Crashed,
    Epoch,
    Failed,
    Finished,
    Stopped,
    Terminal,
)
from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    BestChanged,
    CellAdded,
    CellChanged,
    CellEvent,
    ExperimentCell,
    ExperimentEnded,
    ExperimentStarted,
    Outcome,
    ProgressChanged,
    State,
)
from mnist_studio.experiments.executors import CellJob, Executor, Local
from mnist_studio.experiments.job_pool import (
    CommandName,
    ExperimentCommand,
    Inbox,
    JobEnded,
    JobEvent,
    JobPool,
    Message,
    MoveCell,
    PutBackCell,
    RemoveCell,
)
from mnist_studio.experiments.progress import ExperimentProgress
from mnist_studio.experiments.search_driver import SearchDriver, require_optuna
from mnist_studio.experiments.search_result import check_validation, result_sentences
from mnist_studio.experiments.stored_cells import settled_state, stored_cells, trained_fraction
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.spec import recipes
from mnist_studio.spec.experiment import ExperimentSpec, complete, trial_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Experiment, Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

PROGRESS_SECONDS = 0.5
"""The progress is reported at least this often, and whenever the state of a cell changes."""

POLL_SECONDS = 0.5
"""How often the number of jobs of the executor is checked. On Windows, Ctrl+C waits as long."""


class ExperimentRunner:
    """Trains what is left of an experiment.

    ``events`` is for one thread. Everything else is for any thread and returns at once.
    """

    def __init__(self, experiment: ExperimentSpec, executor: Executor | None = None) -> None:
        """Starts nothing before ``events`` is iterated.

        Args:
            experiment: what to run. One that is in the store is resumed.
            executor: where to train; on this machine, one run at a time, if not given.
        """
        self._spec = complete(experiment)
        # Cells are named by what differs from their recipe, also if it was deleted.
        recipes.lend(self._spec.own_recipes)
        self._executor: Executor = executor or Local()
        self._inbox: Inbox = SimpleQueue()

    def pause(self) -> None:
        """Pauses the running cells, where that is possible, and starts no others."""
        self._inbox.put(ExperimentCommand("pause"))

    def resume(self) -> None:
        """Continues after a pause."""
        self._inbox.put(ExperimentCommand("resume"))

    def stop(self) -> None:
        """Ends the session. Running cells save their weights and can be resumed."""
        self._inbox.put(ExperimentCommand("stop"))

    def cancel(self) -> None:
        """Ends the session at once. Running cells are lost, finished ones are not."""
        self._inbox.put(ExperimentCommand("cancel"))

    def move(self, cell: int, position: int) -> None:
        """Moves a waiting cell to a position in the queue, from 0."""
        self._inbox.put(MoveCell(cell, position))

    def remove(self, cell: int) -> None:
        """Removes a waiting cell, or cancels a running one. The next session trains it."""
        self._inbox.put(RemoveCell(cell))

    def put_back(self, cell: int, position: int) -> None:
        """Queues a removed cell again, at a position from 0."""
        self._inbox.put(PutBackCell(cell, position))

    def events(self) -> Generator[AnyExperimentEvent, None, None]:
        """Trains what is left of the experiment. The last event is ``ExperimentEnded``.

        Everything is stored. A cell that failed is tried again once. Closing the iterator early
        stops the session.

        Raises:
            SpecError: the experiment, or one of its native scripts, is not valid.
            MnistStudioError: it is running already, or its executor or dataset is missing.
        """
        if self._spec.search:
            check_validation(self._spec)
            require_optuna()
        with self._executor, RunStore() as store:
            experiment = store.experiments.add(self._spec)
            store.experiments.hold(experiment)
            # Runs of a process that died must be marked as crashed before the cells are read.
            store.recover()
            cells = stored_cells(store, experiment)
            self._check(_left(self._spec, cells))
            session = _Session(store, experiment, cells, self._executor, self._inbox)
            try:
                yield from session.events()
            finally:
                session.stop_all()

    def _check(self, left: Sequence[RunSpec]) -> None:
        """Fails before anything is trained if a cell could never be."""
        self._executor.check(left)
        for spec in left:
            for problem in native_script.problems(spec) if spec.style == "native" else ():
                framework = framework_entry(spec.framework).title
                raise SpecError(f"{spec.recipe} has no native script for {framework}.", problem)


def _left(experiment: ExperimentSpec, cells: Sequence[ExperimentCell]) -> list[RunSpec]:
    """What is going to be trained: of a search, one run in place of all that it may choose."""
    left = [cell.spec for cell in cells if cell.state not in ("finished", "pruned")]
    return [*left, trial_spec(experiment, {})] if experiment.search else left


class _Session:
    """An experiment whose lock this process holds. For the thread of its store."""

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
            store: that holds the lock of the experiment.
            experiment: to run.
            cells: of the experiment, as they are stored.
            executor: that is open.
            inbox: with the messages of jobs and the user.
        """
        self._store = store
        self._experiment = experiment
        self._executor = executor
        self._inbox = inbox
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
        self._progress = ExperimentProgress(cells, known)
        self._pool = JobPool(executor, inbox)
        self._search = _driver(store, experiment.spec, cells)
        self._found: tuple[str, ...] = ()
        self._plan()
        self._paused = False
        self._ending: Literal["stopped", "cancelled"] | None = None
        self._reported_at = 0.0

    def events(self) -> Iterator[AnyExperimentEvent]:
        """Trains what is left; see ``ExperimentRunner.events``."""
        yield self._started()
        yield self._progress.queue
        yield self._overall()
        yield from self._best()
        # Commands that came before the start.
        yield from self._handle_all(0.0)
        while True:
            yield from self._start_cells()
            if not self._pool and (self._ending or not self._has_more):
                break
            yield from self._handle_all(POLL_SECONDS)
            if time.monotonic() - self._reported_at >= PROGRESS_SECONDS:
                yield self._overall()
        self._plan()
        yield ExperimentEnded(self._outcome(), self._progress.done, self._progress.planned)

    @property
    def _has_more(self) -> bool:
        """Whether cells wait. While it is paused, a search may always have more."""
        return bool(self._progress.queue.order) or (self._search is not None and self._paused)

    def stop_all(self) -> None:
        """Leaves no job running if the session is closed early; weights are saved."""
        self._pool.stop_all()
        if self._search:
            self._search.close()

    def _started(self) -> ExperimentStarted:
        membership = self._membership()
        return ExperimentStarted(
            self._experiment.id,
            self._experiment.title,
            tuple(self._progress.cells.values()),
            membership.concurrency,
            membership.host,
            self._progress.planned,
        )

    def _membership(self) -> Membership:
        """Of the runs that are started now."""
        return Membership(self._experiment.id, max(1, self._executor.jobs), self._executor.host)

    def _overall(self) -> ProgressChanged:
        self._reported_at = time.monotonic()
        return self._progress.overall(self._membership())

    def _outcome(self) -> Outcome:
        if self._progress.done == self._progress.planned:
            return "complete"
        return self._ending or "incomplete"

    def _handle_all(self, seconds: float) -> Iterator[AnyExperimentEvent]:
        """Handles all messages that have come; waits at most so long for the first."""
        with suppress(Empty):
            yield from self._handle(self._inbox.get(timeout=seconds))
            while True:
                yield from self._handle(self._inbox.get_nowait())

    def _start_cells(self) -> Iterator[AnyExperimentEvent]:
        """Starts as many cells as the executor can run."""
        while not (self._paused or self._ending) and len(self._pool) < self._executor.jobs:
            yield from self._add_cell()
            number = self._progress.start_next()
            if number is None:
                return
            cell = self._progress.cells[number]
            resume = self._resumable_run(cell)
            self._pool.start(number, CellJob(cell.spec, self._membership(), resume))
            yield CellChanged(number, "running", resume)
            yield self._progress.queue

    def _add_cell(self) -> Iterator[AnyExperimentEvent]:
        """Lets a search choose another cell if none is waiting."""
        if self._search is None or self._progress.queue.order:
            return
        spec = self._search.next_spec(self._cells)
        self._plan()
        if spec is not None:
            cell = ExperimentCell(max(self._progress.cells, default=-1) + 1, spec)
            self._progress.add(cell)
            yield CellAdded(cell, self._progress.planned)

    @property
    def _cells(self) -> tuple[ExperimentCell, ...]:
        return tuple(self._progress.cells.values())

    def _plan(self) -> None:
        """Updates how many cells a search is going to have."""
        if self._search:
            self._progress.plan(self._search.planned(self._cells))

    def _best(self) -> Iterator[AnyExperimentEvent]:
        """What a search has found, if that is new."""
        result = self._search.result(self._cells) if self._search else None
        found = result_sentences(result) if result else ()
        if found != self._found:
            self._found = found
            yield BestChanged(found)

    def _resumable_run(self, cell: ExperimentCell) -> str:
        """The run of a cell if it can be resumed; one that cannot is deleted."""
        run = self._run(cell.run)
        if run is None:
            return ""
        # A run that another process trains is refused by its job, with a reason.
        if run.resumable or run.status == "running":
            return run.id
        self._store.delete(run.id)
        return ""

    def _run(self, run_id: str) -> Run | None:
        """A run; None if the user has deleted it."""
        try:
            return self._store.run(run_id)
        except UnknownName:
            return None

    def _handle(self, message: Message) -> Iterator[AnyExperimentEvent]:
        match message:
            case JobEvent(number, event):
                return self._job_event(number, event)
            case JobEnded(number, error):
                return self._job_ended(number, error)
            case MoveCell(number, position):
                moved = self._progress.move(number, position)
                return iter((self._progress.queue,) if moved else ())
            case RemoveCell(number):
                return self._remove(number)
            case PutBackCell(number, position):
                back = self._progress.put_back(number, position)
                return self._changed(number) if back else iter(())
            case ExperimentCommand(name):
                self._command(name)
                return iter(())

    def _job_event(self, number: int, event: AnyEvent) -> Iterator[AnyExperimentEvent]:
        if self._progress.update(number, event):
            yield CellChanged(number, "running", event.run)
        if isinstance(event, Terminal):
            self._pool.set_terminal(number, event)
        yield CellEvent(number, event)
        if self._search and isinstance(event, Epoch):
            self._search.report(number, event)
            if reason := self._search.prune_reason(self._cells, number):
                self._pool.prune(number, reason)

    def _job_ended(self, number: int, error: Exception | None) -> Iterator[AnyExperimentEvent]:
        terminal = self._pool.release(number)
        if error is not None and not isinstance(error, MnistStudioError):
            raise error
        state, reason = _ending(terminal, error)
        if self._search:
            state = settled_state(state, reason)
        run = self._run(self._progress.cells[number].run)
        if run is not None and state == "finished":
            self._progress.estimates.add(run, self._store.experiments.memberships()[run.id])
        fraction = trained_fraction(self._store, run) if run else 0.0
        self._progress.end(number, state, reason, fraction)
        yield from self._changed(number)
        yield from self._best()

    def _remove(self, number: int) -> Iterator[AnyExperimentEvent]:
        if number in self._pool:
            self._pool.cancel(number)
        elif self._progress.remove(number):
            yield from self._changed(number)

    def _changed(self, number: int) -> Iterator[AnyExperimentEvent]:
        """Events after the state of a cell has changed."""
        cell = self._progress.cells[number]
        yield CellChanged(number, cell.state, cell.run, cell.reason)
        yield self._progress.queue
        yield self._overall()

    def _command(self, name: CommandName) -> None:
        match name:
            case "pause":
                self._paused = True
                self._progress.stopwatch.pause()
            case "resume":
                self._paused = False
                self._progress.stopwatch.resume()
            case "stop":
                self._ending = self._ending or "stopped"
            case "cancel":
                self._ending = "cancelled"
        self._pool.command(name)


def _driver(
    store: RunStore, experiment: ExperimentSpec, cells: Sequence[ExperimentCell]
) -> SearchDriver | None:
    """What chooses the cells of a search; None for any other experiment."""
    if experiment.search is None:
        return None
    driver = SearchDriver(experiment, experiment.search)
    driver.read(store, cells)
    return driver


def _ending(terminal: Terminal | None, error: Exception | None) -> tuple[State, str]:
    """The state of a cell after its job has ended, and the reason."""
    match terminal:
        case Finished():
            return "finished", ""
        case Stopped(reason=reason):
            return "stopped", reason
        case Cancelled(reason=reason):
            return "cancelled", reason
        case Failed(reason=reason) | Crashed(reason=reason):
            return "failed", reason
        case None:
            return "failed", str(error)
