"""``mnist-studio runs``: the history, and what one can do with a run."""

from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.known_bugs import titled
from mnist_studio.cli import output
from mnist_studio.cli.training import train_all
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.events import Finished, Stopped, Terminal
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.prediction.export import SUFFIXES, Kind, export
from mnist_studio.running.continuation import continue_run
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import files
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class RunLine:
    """A run as JSON tells it."""

    run: str
    title: str
    status: str
    created: float
    folder: str
    spec: RunSpec
    terminal: Terminal | None


def run(arguments: Namespace) -> int:
    """Lists the runs or acts on one."""
    with RunStore() as store:
        store.recover()
        if arguments.action in (None, "list"):
            return _list(store, arguments.json)
        chosen = store.run(arguments.run)
        if arguments.action == "rename":
            store.rename(chosen.id, arguments.title)
        elif arguments.action == "show":
            _show(chosen, arguments.json)
        elif arguments.action == "settings":
            _settings(chosen, arguments.output)
        elif arguments.action == "delete":
            store.delete(chosen.id)
    if arguments.action == "export":
        export(chosen, _kind(arguments), arguments.path)
    elif arguments.action == "continue":
        return _continue(chosen, arguments)
    return 0


def _list(store: RunStore, json: bool) -> int:
    runs = store.runs()
    if json:
        for one in runs:
            output.json_line(_line(one))
    elif runs:
        columns = ("Run", "Title", "State", "Test accuracy", "Trained", "When")
        output.table(columns, [_row(one) for one in runs], right=(3, 4))
    else:
        output.note("No runs yet. Start with: mnist-studio train compact-cnn")
    return 0


def _line(one: Run) -> RunLine:
    return RunLine(
        one.id, one.title, one.status, one.created, str(one.folder), one.spec, one.terminal
    )


def _show(one: Run, json: bool) -> None:
    """A run with its clocks and its other figures."""
    if json:
        output.json_line(_line(one))
        return
    title = titled(one.title, one.spec)
    rows = [("run", one.id), ("title", title), ("state", one.status)]
    if isinstance(one.terminal, Finished | Stopped):
        rows.append(("test accuracy", output.percent(one.terminal.test_accuracy)))
        rows += time_breakdown.lines(one.terminal)
    for name, value in rows:
        output.line(f"{name:16}{value}")


def _row(one: Run) -> tuple[str, ...]:
    when = datetime.fromtimestamp(one.created).astimezone().strftime("%Y-%m-%d %H:%M")
    title, end = titled(one.title, one.spec), one.terminal
    if isinstance(end, Finished | Stopped):
        trained = f"{end.seconds.get('train', 0.0):.1f} s"
        return (one.id, title, one.status, output.percent(end.test_accuracy), trained, when)
    return (one.id, title, one.status, "–", "–", when)


def _settings(chosen: Run, path: Path | None) -> None:
    text = files.write([chosen.spec])
    if path is None:
        output.line(text.rstrip("\n"))
    else:
        write_bytes(path, text.encode())


def _kind(arguments: Namespace) -> Kind:
    for kind, suffix in SUFFIXES.items():
        if arguments.path.suffix == suffix:
            return kind
    raise UsageError(
        f"{arguments.path.name} does not say which format is wanted.",
        f"End it in one of {', '.join(SUFFIXES.values())}.",
    )


def _continue(chosen: Run, arguments: Namespace) -> int:
    """Goes on with a run, or begins another one where it ended."""
    resume, spec = chosen.id, chosen.spec
    if arguments.framework or arguments.epochs is not None:
        name = cast(FrameworkName, framework_entry(arguments.framework or spec.framework).name)
        resume, spec = "", continue_run(chosen, name, arguments.epochs)
    elif not chosen.resumable:
        lacks = "" if chosen.checkpoint else " and has no checkpoint"
        raise StoreError(
            f"This run is {chosen.status}{lacks}.",
            "Only runs that ended early can go on; others as a new run, with --epochs.",
        )
    return train_all([TrainingJob(spec, arguments.data, resume)], [spec], arguments.json)
