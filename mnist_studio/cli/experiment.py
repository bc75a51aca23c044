"""``mnist-studio experiment``: runs a ready-made set of runs, or one from a file."""

import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from mnist_studio.cli import output
from mnist_studio.cli.experiment_progress import ExperimentPrinter, duration
from mnist_studio.data.files import read_text, write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import AnyExperimentEvent, Ended
from mnist_studio.experiments.executors import Executor, Local
from mnist_studio.experiments.supervisor import Supervisor
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import MANY_RUNS, ExperimentSpec, expand_cells
from mnist_studio.spec.ready_made import EXPERIMENTS, ready_made
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore

MOST_JOBS = 64
_DASK = "dask://"


@dataclass(frozen=True)
class ExperimentLine:
    """A ready-made experiment as JSON tells it."""

    experiment: str
    source: str
    runs: int
    spec: ExperimentSpec


def run(arguments: Namespace) -> int:
    """Runs an experiment, lists the ready-made ones, or writes one as a file.

    Raises:
        UsageError: no experiment was named, or the number of jobs cannot work.
        UnknownName: there is no such ready-made experiment.
        SpecError: the file is wrong; says where.
    """
    if arguments.list:
        return _list(arguments.json)
    if arguments.experiment is None:
        raise UsageError(
            "No experiment was named.", "Name a file, or see: mnist-studio experiment --list."
        )
    experiment = _experiment(arguments.experiment)
    if arguments.write:
        write_bytes(arguments.write, experiment_files.write(experiment).encode())
        output.note(f"Written to {arguments.write}.")
        return 0
    executor = _executor(arguments)
    _confirm(experiment, arguments.yes, executor)
    return _run(Supervisor(experiment, executor), arguments)


def _run(supervisor: Supervisor, arguments: Namespace) -> int:
    ended: AnyExperimentEvent | None = None
    with (
        _interrupts(supervisor) as interrupts,
        ExperimentPrinter(arguments.json) as lines,
        closing(supervisor.events()) as told,
    ):
        for ended in told:
            lines.tell(ended)
    if interrupts.count:
        output.note(f"To go on: {_again(arguments)}")
        return 130
    return 0 if isinstance(ended, Ended) and ended.outcome == "complete" else 1


def _list(json: bool) -> int:
    known = EXPERIMENTS.values()
    if json:
        for one in known:
            runs = len(expand_cells(one.experiment))
            output.json_line(ExperimentLine(one.name, one.source.name, runs, one.experiment))
        return 0
    rows = [
        (one.name, str(len(expand_cells(one.experiment))), one.experiment.title, one.source.name)
        for one in known
    ]
    output.table(("Experiment", "Runs", "Title", "Source"), rows, right=(1,))
    return 0


def _experiment(name: str) -> ExperimentSpec:
    """The experiment of a file or of a ready-made name."""
    path = Path(name)
    if path.suffix != experiment_files.SUFFIX:
        return ready_made(name).experiment
    return experiment_files.read(read_text(path, "experiment"))


def _executor(arguments: Namespace) -> Executor:
    jobs = arguments.jobs
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise UsageError(f"The number of jobs is {jobs}.", f"Choose one from 1 to {MOST_JOBS}.")
    if arguments.executor is None:
        return Local(jobs or 1, arguments.data)
    if not arguments.executor.startswith(_DASK):
        raise UsageError(
            f"“{arguments.executor}” is no executor.",
            "Write it as dask://HOST:PORT, the address of a Dask scheduler.",
        )
    if arguments.data:
        raise UsageError(
            "--data names a folder of this machine, which a cluster's workers do not see.",
            "Set MNIST_STUDIO_DATA where the workers are started.",
        )
    from mnist_studio.experiments.dask_executor import Dask

    return Dask(arguments.executor.removeprefix(_DASK), jobs)


def _confirm(experiment: ExperimentSpec, agreed: bool, executor: Executor) -> None:
    """Asks before a huge experiment is begun.

    Raises:
        UsageError: nobody can be asked, or the answer is no.
    """
    runs = expand_cells(experiment)
    if agreed or len(runs) <= MANY_RUNS:
        return
    concurrency = executor.jobs if isinstance(executor, Local) else 1
    with RunStore() as store:
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
    seconds = estimates.together(runs, known, Membership("", concurrency))
    if seconds is None:
        took = "no earlier run tells for how long"
    else:
        took = f"about {duration(seconds)}, judged by earlier runs"
    sentence = f"This experiment has {len(runs):,} runs; {took}."
    if not sys.stdin.isatty():
        raise UsageError(sentence, "Add --yes to run it all the same.")
    output.note(sentence)
    sys.stderr.write("Run it? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("The experiment was not begun.", "Give it fewer values, or answer y.")


def _again(arguments: Namespace) -> str:
    """The command that goes on."""
    words = ["mnist-studio", "experiment", str(arguments.experiment)]
    for name in ("jobs", "executor", "data"):
        value = getattr(arguments, name)
        words += [f"--{name}", str(value)] if value is not None else []
    return " ".join(f'"{word}"' if " " in word else word for word in words)


class _ExperimentInterrupts:
    """The first Ctrl+C stops the experiment and saves its running runs; the second cancels."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.count = 0
        self._supervisor = supervisor

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            self._supervisor.stop()
            output.note("Stopping; what was trained is kept. Once more to cancel.")
        else:
            self._supervisor.cancel()


@contextmanager
def _interrupts(supervisor: Supervisor) -> Iterator[_ExperimentInterrupts]:
    interrupts = _ExperimentInterrupts(supervisor)
    former = signal.signal(signal.SIGINT, interrupts)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, former)
