"""``mnist-studio runs export`` and ``runs import``: runs as files for other computers."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from mnist_studio.cli import options, output
from mnist_studio.errors import UsageError
from mnist_studio.formatting import counted, listed, percent
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.logs.formats import FORMATS, parse_formats
from mnist_studio.prediction.export import SUFFIXES, export_by_name
from mnist_studio.prediction.weights_import import SUFFIXES as WEIGHTS
from mnist_studio.prediction.weights_import import import_weights
from mnist_studio.running.log_export import write_logs
from mnist_studio.running.run_files import (
    experiment_runs,
    export_experiment,
    export_runs,
    import_runs,
)
from mnist_studio.settings import TrainingLogs
from mnist_studio.spec import recipes
from mnist_studio.spec.datasets import check_dataset
from mnist_studio.spec.run import RunSpec, with_dataset
from mnist_studio.store.rows import Run
from mnist_studio.store.run_file import SUFFIX
from mnist_studio.store.run_import import Imported
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class ImportLine:
    """An imported file in JSON."""

    file: str
    runs: tuple[str, ...]
    known: tuple[str, ...]
    experiment: str


def add_actions(actions: "options.Actions[ArgumentParser]") -> None:
    """Adds the actions."""
    suffixes = listed(list(SUFFIXES.values()))
    export_ = actions.add_parser(
        "export",
        help=f"save the weights of a run, or whole runs as one {SUFFIX} file",
        description=f"{SUFFIX} saves runs with weights, checkpoint, and curves, to import them on "
        f"another computer. {suffixes} save the weights of one run for other programs.",
    )
    export_.add_argument(
        "run", nargs="?", metavar="ID", help="ID of a run, or its first characters"
    )
    export_.add_argument(
        "path", type=options.path, metavar="FILE",
        help=f"file to write: {listed([SUFFIX, *SUFFIXES.values()], 'or')}; with --log-format, "
        "a folder",
    )  # fmt: skip
    options.add_log_format(export_, tuple(FORMATS), "save logs for other tools instead", "none")
    export_.add_argument(
        "--experiment",
        metavar="ID",
        help=f"save an experiment with all its runs ({SUFFIX} or logs)",
    )
    options.add_filter(export_)
    import_ = actions.add_parser(
        "import",
        help=f"add the runs of {SUFFIX} files, or weights of another program as a run",
        description=f"Weights ({listed(WEIGHTS)}) need --recipe. They are tested at once.",
    )
    import_.add_argument(
        "files", nargs="+", type=options.path, metavar="FILE",
        help=f"{SUFFIX} file, or a file of weights",
    )  # fmt: skip
    import_.add_argument("--recipe", metavar="NAME", help="recipe that the weights belong to")
    import_.add_argument(
        "--framework", metavar="NAME", default="numpy",
        help="framework of the run with these weights (default: numpy)",
    )  # fmt: skip
    import_.add_argument(
        "--dataset", metavar="NAME", help="dataset to test the weights on (default: the recipe's)"
    )
    options.add_action_json(import_, "one file per line")


def execute(arguments: Namespace) -> bool:
    """Executes one of these actions; False if the action is another one."""
    if arguments.action == "export":
        _export(arguments)
    elif arguments.action == "import":
        for file in arguments.files:
            _import(file, arguments)
    else:
        return False
    return True


def _import(file: Path, arguments: Namespace) -> None:
    if file.suffix.lower() not in WEIGHTS:
        _say(file, import_runs(file), arguments.json)
        return
    if arguments.recipe is None:
        raise UsageError(f"{file.name} contains only weights.", "Name their recipe: --recipe NAME")
    done = import_weights(file, _spec(arguments))
    if arguments.json:
        output.json_line(ImportLine(str(file), (done.run,), (), ""))
        return
    output.line(done.run)
    output.note(f"Test accuracy {percent(done.accuracy)}. {' '.join(done.assumptions)}".strip())


def _spec(arguments: Namespace) -> RunSpec:
    """The run of imported weights."""
    framework = framework_entry(arguments.framework).name
    spec = recipes.run_spec(recipes.recipe(arguments.recipe))
    if arguments.dataset:
        check_dataset(arguments.dataset)
        spec = with_dataset(spec, arguments.dataset)
    return replace(spec, framework=framework, device="auto")


def _export(arguments: Namespace) -> None:
    given = (arguments.run, arguments.experiment, arguments.filter)
    if sum(one is not None for one in given) != 1:
        raise UsageError(
            "Name what to export.", "Name one run, or use --filter FILTER, or --experiment ID."
        )
    if arguments.log_format is not None:
        _export_logs(arguments)
        return
    if arguments.path.suffix == SUFFIX:
        _export_file(arguments)
        return
    if arguments.run is None:
        raise UsageError(
            f"Only a {SUFFIX} file holds several runs.", f"Choose a name that ends in {SUFFIX}."
        )
    if checked := export_by_name(_chosen(arguments.run), arguments.path):
        output.note(checked)


def _export_file(arguments: Namespace) -> None:
    if arguments.experiment is not None:
        number = export_experiment(arguments.experiment, arguments.path)
    elif arguments.run is not None:
        number = export_runs([arguments.run], arguments.path)
    else:
        number = export_runs(_found(arguments.filter), arguments.path)
    output.note(f"Saved {counted(number, 'run')} to {arguments.path}.")


def _export_logs(arguments: Namespace) -> None:
    """Writes the logs of the chosen runs into a folder."""
    logs = TrainingLogs(
        str(arguments.path.absolute()), parse_formats(arguments.log_format, live=False)
    )
    if arguments.experiment is not None:
        run_ids = experiment_runs(arguments.experiment)
    elif arguments.run is not None:
        run_ids = (arguments.run,)
    else:
        run_ids = _found(arguments.filter)
    with RunStore() as store:
        for run_id in run_ids:
            run = store.run(run_id)
            output.line(str(write_logs(run, store.epochs(run.id), logs)))


def _chosen(run_id: str) -> Run:
    with RunStore() as store:
        return store.run(run_id)


def _found(filter_text: str) -> Sequence[str]:
    """The ids of the ended runs that a filter finds.

    Raises:
        UsageError: there are none.
    """
    with RunStore() as store:
        runs = [run for run in options.filtered(store, filter_text) if run.status != "running"]
    if not runs:
        raise UsageError(f"No run matches the filter “{filter_text}”.")
    return [run.id for run in runs]


def _say(file: Path, imported: Imported, json: bool) -> None:
    if json:
        line = ImportLine(str(file), imported.runs, imported.known, imported.experiment)
        output.json_line(line)
        return
    for run in imported.runs:
        output.line(run)
    if imported.known:
        output.note(f"Already in your store: {counted(len(imported.known), 'run')} of {file.name}.")
    if imported.runs:
        output.note(f"Imported {counted(len(imported.runs), 'run')} from {file.name}.")
