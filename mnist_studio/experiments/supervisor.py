"""Runs an experiment from any thread's point of view: events out, wishes in."""

from collections.abc import Generator, Sequence
from queue import SimpleQueue

from mnist_studio.codegen import native_script
from mnist_studio.errors import SpecError
from mnist_studio.experiments import cells as ledger
from mnist_studio.experiments.events import AnyExperimentEvent
from mnist_studio.experiments.executors import Executor, Local
from mnist_studio.experiments.messages import Command, Drop, Inbox, Move
from mnist_studio.experiments.runner import ExperimentSession
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore


class Supervisor:
    """Trains what is left of an experiment.

    ``events`` is for one thread; everything else is for any and returns at once.
    """

    def __init__(self, experiment: ExperimentSpec, executor: Executor | None = None) -> None:
        """Prepares a session; nothing starts before ``events`` is iterated.

        Args:
            experiment: what to run. One that is kept already goes on where it was.
            executor: where; this machine, one training at a time, if not given.
        """
        self._spec = experiment
        self._executor: Executor = executor or Local()
        self._inbox: Inbox = SimpleQueue()

    def pause(self) -> None:
        """Pauses what is trained, where that is possible, and begins nothing."""
        self._inbox.put(Command("pause"))

    def resume(self) -> None:
        """Goes on after a pause."""
        self._inbox.put(Command("resume"))

    def stop(self) -> None:
        """Ends the session; what is being trained keeps what it learnt and can go on."""
        self._inbox.put(Command("stop"))

    def cancel(self) -> None:
        """Ends the session at once; what is being trained is lost, what is finished is not."""
        self._inbox.put(Command("cancel"))

    def move(self, cell: int, place: int) -> None:
        """Moves a waiting cell to a place in the queue, from 0; the others keep their order."""
        self._inbox.put(Move(cell, place))

    def drop(self, cell: int) -> None:
        """Takes a waiting cell out, or cancels it if it is trained; the next session has it."""
        self._inbox.put(Drop(cell))

    def events(self) -> Generator[AnyExperimentEvent, None, None]:
        """Trains what is left of the experiment; the last event is ``Ended``.

        Everything is kept in the store. A cell that failed is tried once more. Closing the
        iterator early stops the session.

        Raises:
            SpecError: the experiment, or one of its runs as written, cannot work.
            StudioError: it is being run already, or its executor or its digits are missing.
        """
        with self._executor, RunStore() as store:
            experiment = store.experiments.keep(self._spec)
            store.experiments.hold(experiment)
            # What a supervisor that died has left is told before it is asked for.
            store.recover()
            cells = ledger.cells(store, experiment)
            self._check([cell.spec for cell in cells if cell.state != "finished"])
            session = ExperimentSession(store, experiment, cells, self._executor, self._inbox)
            try:
                yield from session.events()
            finally:
                session.end_all()

    def _check(self, left: Sequence[RunSpec]) -> None:
        """Refuses before anything is trained what could never be."""
        self._executor.check(left)
        for spec in left:
            for problem in native_script.problems(spec) if spec.style == "native" else ():
                raise SpecError(f"{spec.recipe} cannot be written for {spec.framework}.", problem)
