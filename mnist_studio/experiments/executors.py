"""Executors: where the cells of an experiment are trained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from mnist_studio.data.datasets import sources
from mnist_studio.errors import DataError
from mnist_studio.events import AnyEvent
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.memory import check_memory
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership


@dataclass(frozen=True)
class CellJob:
    """A cell to train.

    Attributes:
        spec: what to train.
        membership: of its run.
        resume: id of its run to resume from a checkpoint; empty for a new run.
    """

    spec: RunSpec
    membership: Membership
    resume: str = ""


class Job(Protocol):
    """One training: a ``running.job.TrainingJob``, or one on another machine."""

    def events(self) -> Iterator[AnyEvent]:
        """Trains and records everything in the store. The last event is the terminal one.

        For one thread; the other methods are for any thread.
        """

    def pause(self) -> None:
        """Pauses it, if that is possible."""

    def resume(self) -> None:
        """Continues after a pause."""

    def stop(self, reason: str = "") -> None:
        """Ends it soon and saves the weights, if that is possible.

        Args:
            reason: why, if not the user wants it; stored with the run.
        """

    def cancel(self) -> None:
        """Ends it at once and saves nothing."""


class Executor(Protocol):
    """Trains cells. A context manager that is open while its jobs run.

    Attributes:
        host: where it trains; empty for this machine.
    """

    host: str

    @property
    def jobs(self) -> int:
        """How many jobs it can run concurrently now."""

    def __enter__(self) -> Self:
        """Gets ready.

        Raises:
            MnistStudioError: it cannot train anything.
        """

    def __exit__(self, *_: object) -> None:
        """Releases everything."""

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Checks that these can be trained, before any of them is.

        Raises:
            MnistStudioError: something is missing.
        """

    def job(self, cell: CellJob) -> Job:
        """A job that has not started."""


class Local:
    """This machine. With several parallel runs, their timing is not comparable."""

    host = ""

    def __init__(
        self,
        jobs: int = 1,
        data: Path | None = None,
        observe: bool = False,
        logs: TrainingLogs = NO_LOGS,
    ) -> None:
        """Takes its settings.

        Args:
            jobs: number of parallel runs.
            data: data folder named by the user.
            observe: record after every epoch how the network looks. Native scripts record nothing.
            logs: of every run, for other tools.
        """
        self._jobs = jobs
        self._data = data
        self._observe = observe
        self._logs = logs

    @property
    def jobs(self) -> int:
        """The number of parallel runs."""
        return self._jobs

    def __enter__(self) -> Self:
        """Needs no preparation."""
        return self

    def __exit__(self, *_: object) -> None:
        """Has nothing to release."""

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Checks that MNIST is here if it is needed, and that each training can fit into memory.

        Raises:
            DataError: a dataset is not on this computer.
            SpecError: a training needs more memory than this computer has.
        """
        for spec in specs:
            check_memory(spec)
        needs_mnist = any(spec.dataset == "mnist" for spec in specs)
        if needs_mnist and not sources.has_mnist(self._data):
            raise DataError(
                f"The experiment needs MNIST, which is not in {sources.place(self._data)}.",
                "Download or import it on the Train page, specify a folder that has it, or write "
                'datasets = ["builtin"] into the experiment.',
            )
        for name in dict.fromkeys(spec.dataset for spec in specs):
            if name != "mnist":
                sources.require(name)

    def job(self, cell: CellJob) -> TrainingJob:
        """See ``Executor.job``."""
        observe = self._observe and cell.spec.style != "native"
        return TrainingJob(
            cell.spec, self._data, cell.resume, cell.membership, observe=observe, logs=self._logs
        )
