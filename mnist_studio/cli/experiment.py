"""``mnist-studio experiment``: trains the runs of a ready-made experiment, or of one in a file.

A file can also describe a search, which chooses its runs one after the other.
"""

import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing
from dataclasses import dataclass

from mnist_studio.cli import options, output
from mnist_studio.cli.background_printer import BackgroundPrinter
from mnist_studio.cli.experiment_progress import ExperimentPrinter, estimate
from mnist_studio.cli.interrupts import interrupts
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.experiments import estimates
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    ExperimentEnded,
    is_progress,
)
from mnist_studio.experiments.executors import Executor, Local
from mnist_studio.experiments.request import requested_experiment, require_datasets
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.formatting import count
from mnist_studio.spec import changes, experiment_files
from mnist_studio.spec.experiment import (
    MANY_RUNS,
    ExperimentSpec,
    expand_cells,
    run_count,
)
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore

MOST_JOBS = 64
_DASK = "dask://"


@dataclass(frozen=True)
class ExperimentLine:
    """A ready-made experiment in JSON."""

    experiment: str
    source: str
    runs: int
    spec: ExperimentSpec


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = "Run the same command again to resume an experiment that was interrupted."
    parser.add_argument(
        "experiment",
        nargs="?",
        metavar="NAME|FILE",
        help="name of a ready-made experiment, or a .toml file",
    )
    parser.add_argument("--list", action="store_true", help="list the ready-made experiments")
    parser.add_argument(
        "--write",
        type=options.path,
        metavar="FILE",
        help="save the experiment to a file without training",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="parallel runs, whose times are not comparable if there is more than one (default: 1)",
    )
    parser.add_argument(
        "--executor",
        metavar="URL",
        help="Dask cluster to train on, as dask://HOST:PORT (default: this computer)",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="record kernels, norms, outputs, and errors of every run after every epoch, which "
        "Watch it learn shows; not on a Dask cluster and not of native scripts (default: off)",
    )
    options.add_logs(parser)
    options.add_changes(parser)
    options.add_data(parser)
    parser.add_argument(
        "--yes",
        action="store_true",
        help=f"start more than {count(MANY_RUNS)} runs without asking",
    )
    options.add_json(parser, "one event per line")


def run(arguments: Namespace) -> int:
    """Trains an experiment, lists the ready-made ones, or saves one as a file.

    Raises:
        UsageError: no experiment was named, or the number of jobs cannot work.
        UnknownName: there is no such ready-made experiment.
        SpecError: the file is wrong; says where.
        DataError: images are missing. No run has been created then.
    """
    if arguments.list:
        return _list(arguments.json)
    if arguments.experiment is None:
        raise UsageError(
            "No experiment was specified.",
            "Specify a file, or see: mnist-studio experiment --list",
        )
    chosen = [changes.parse(text) for text in arguments.set]
    experiment = requested_experiment(arguments.experiment, chosen)
    if arguments.write:
        write_bytes(arguments.write, experiment_files.write(experiment).encode())
        output.note(f"Saved to {arguments.write}.")
        return 0
    executor = _executor(arguments)
    require_datasets(experiment, arguments.data)
    _confirm(experiment, arguments.yes, executor)
    return _run(ExperimentRunner(experiment, executor), arguments)


def _run(supervisor: ExperimentRunner, arguments: Namespace) -> int:
    ended: AnyExperimentEvent | None = None
    with (
        interrupts(supervisor) as handler,
        BackgroundPrinter(ExperimentPrinter(arguments.json), is_progress, handler) as printer,
        closing(supervisor.events()) as events,
    ):
        for ended in events:
            printer.on_event(ended)
    complete = isinstance(ended, ExperimentEnded) and ended.outcome == "complete"
    if handler.count:
        output.note(f"To resume: {_resume_command(arguments)}")
        return handler.exit_code
    if printer.error:
        stopped = f"The experiment was stopped. To resume: {_resume_command(arguments)}"
        outcome = "The experiment is complete." if complete else stopped
        output.error(f"{printer.error.problem} {outcome}")
        return 1
    return 0 if complete else 1


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


def _executor(arguments: Namespace) -> Executor:
    jobs = arguments.jobs
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise UsageError(f"--jobs must be 1 to {MOST_JOBS}, got {jobs}.")
    if arguments.executor is None:
        return Local(jobs or 1, arguments.data, arguments.record, options.logs(arguments))
    if not arguments.executor.startswith(_DASK):
        raise UsageError(
            f"“{arguments.executor}” is not a valid executor.",
            "Write it as dask://HOST:PORT, the address of a Dask scheduler.",
        )
    if arguments.data:
        raise UsageError(
            "--data is a folder on this computer, which the workers of a cluster cannot read.",
            "Set MNIST_STUDIO_DATA where the workers are started.",
        )
    if arguments.record:
        raise UsageError(
            "--record cannot be combined with --executor: workers of a cluster record nothing.",
            "Leave out --record, or train on this computer.",
        )
    from mnist_studio.experiments.dask_executor import Dask

    return Dask(arguments.executor.removeprefix(_DASK), jobs, options.logs(arguments))


def _confirm(experiment: ExperimentSpec, confirmed: bool, executor: Executor) -> None:
    """Asks before a very large experiment starts.

    Raises:
        UsageError: there is nobody to ask, or the user refused.
    """
    runs, number = expand_cells(experiment), run_count(experiment)
    if confirmed or number <= MANY_RUNS:
        return
    concurrency = executor.jobs if isinstance(executor, Local) else 1
    with RunStore() as store:
        known = estimates.of_runs(store.runs(), store.experiments.memberships())
    seconds = estimates.together(runs, known, Membership("", concurrency)) if runs else None
    time = "" if seconds is None else f", which take about {estimate(seconds)} by earlier runs"
    sentence = f"This experiment has {count(number)} runs{time}."
    if not sys.stdin.isatty():
        raise UsageError(sentence, "Add --yes to train them.")
    output.note(sentence)
    sys.stderr.write("Train them? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("The experiment was not started.", "Use fewer values, or answer y.")


def _resume_command(arguments: Namespace) -> str:
    words = ["mnist-studio", "experiment", str(arguments.experiment)]
    for name in ("jobs", "executor", "data"):
        value = getattr(arguments, name)
        words += [f"--{name}", str(value)] if value is not None else []
    words += ["--record"] if arguments.record else []
    words += [word for change in arguments.set for word in ("--set", change)]
    return " ".join(f'"{word}"' if " " in word else word for word in words)
