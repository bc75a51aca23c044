"""Where the cells of an experiment are trained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from mnist_studio.data.datasets import sources
from mnist_studio.errors import DataError
from mnist_studio.events import AnyEvent
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership


@dataclass(frozen=True)
class CellJob:
    """A cell to be trained.

    Attributes:
        spec: what to train.
        membership: of its run.
        resume: id of its run that shall go on from its checkpoint; empty for a new one.
    """

    spec: RunSpec
    membership: Membership
    resume: str = ""


class Job(Protocol):
    """One training: ``running.job.TrainingJob``, or one that is made elsewhere."""

    def events(self) -> Iterator[AnyEvent]:
        """Trains, keeps everything in the store, and ends after the one terminal event.

        For one thread; the rest is for any.
        """

    def pause(self) -> None:
        """Keeps everything as it is, where that is possible."""

    def resume(self) -> None:
        """Goes on after a pause."""

    def stop(self) -> None:
        """Ends soon and keeps what was learnt, where that is possible."""

    def cancel(self) -> None:
        """Ends at once and keeps nothing."""


class Executor(Protocol):
    """Trains cells; a context manager, open while its jobs run.

    Attributes:
        host: where, for people; empty for this machine.
    """

    host: str

    @property
    def jobs(self) -> int:
        """How many it can train at a time, now."""

    def __enter__(self) -> Self:
        """Makes ready.

        Raises:
            StudioError: it cannot train anything; says why.
        """

    def __exit__(self, *_: object) -> None:
        """Lets everything go."""

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Refuses before anything is trained what cannot be trained there at all.

        Raises:
            StudioError: says what is missing.
        """

    def job(self, ticket: CellJob) -> Job:
        """A job that nobody has begun."""


class Local:
    """This machine: one training at a time, or several, whose clocks are not honest then."""

    host = ""

    def __init__(self, jobs: int = 1, data: Path | None = None) -> None:
        """Takes its settings.

        Args:
            jobs: trainings at a time.
            data: folder of digits named by the user.
        """
        self._jobs = jobs
        self._data = data

    @property
    def jobs(self) -> int:
        """As it was told."""
        return self._jobs

    def __enter__(self) -> Self:
        """Nothing has to be made ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing has to be let go."""

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Refuses MNIST where it is not.

        Raises:
            DataError: it is not on this computer.
        """
        wanted = any(spec.dataset == "mnist" for spec in specs)
        if wanted and not sources.has_mnist(self._data):
            raise DataError(
                f"The experiment needs MNIST, which is not in {sources.place(self._data)}.",
                "Import or download it in the window, name a folder that has it, or write "
                'datasets = ["builtin"] into the experiment.',
            )

    def job(self, ticket: CellJob) -> TrainingJob:
        """See ``Executor.job``."""
        return TrainingJob(ticket.spec, self._data, ticket.resume, ticket.membership)
