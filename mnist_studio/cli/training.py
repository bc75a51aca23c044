"""Trainings on the command line: one after the other, told as JSON or as progress bars."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from mnist_studio.cli import output
from mnist_studio.cli.progress import ProgressBars, ProgressPrinter
from mnist_studio.errors import MnistStudioError
from mnist_studio.events import Event, Finished, Stopped
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec


class _JsonLines:
    """Every event as a line of JSON."""

    def __enter__(self) -> "_JsonLines":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, event: Event) -> None:
        output.json_line(event)


class _Interrupts:
    """Ctrl+C stops the running training and keeps its weights; a second one cancels it."""

    def __init__(self) -> None:
        self.count = 0
        self.job: TrainingJob | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.job is None:
            raise KeyboardInterrupt
        if self.count == 1:
            self.job.stop()
            output.note("Stopping; what was trained is kept. Once more to cancel.")
        else:
            self.job.cancel()


def train_all(jobs: Sequence[TrainingJob], specs: Sequence[RunSpec], json: bool) -> int:
    """Runs trainings one after the other, so that their clocks are honest.

    Returns:
        0 if all were trained, 1 if any failed, 130 if it was interrupted.
    """
    succeeded = True
    teller: ProgressPrinter = _JsonLines() if json else ProgressBars()
    with _interrupts() as interrupts, teller:
        for job, spec in zip(jobs, specs, strict=True):
            interrupts.job = job
            succeeded &= _train(job, spec, teller)
            if interrupts.count:
                return 130
    return 0 if succeeded else 1


def _train(job: TrainingJob, spec: RunSpec, teller: ProgressPrinter) -> bool:
    """Whether a training ended with weights."""
    last: Event | None = None
    try:
        for last in job.events():
            teller.tell(last)
    except MnistStudioError as error:
        output.complain(f"{spec.framework}: {error}")
        return False
    return isinstance(last, Finished | Stopped)


@contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    interrupts = _Interrupts()
    former = signal.signal(signal.SIGINT, interrupts)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, former)
