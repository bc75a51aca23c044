"""``mnist-studio runs``: the runs, and what can be done with one."""

import re
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from mnist_studio.analysis import time_breakdown
from mnist_studio.cli import options, output, run_files, run_organizing
from mnist_studio.cli.training_progress import train_all
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import StoreError, UsageError
from mnist_studio.events import Epoch, Finished, Stopped, Terminal, ending, is_imported, reason_of
from mnist_studio.formatting import NOTHING, count, counted, duration, moment, percent
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.running.continuation import continue_run
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec import files
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


@dataclass(frozen=True)
class RunLine:
    """A run in JSON."""

    run: str
    title: str
    status: str
    created: float
    folder: str
    spec: RunSpec
    terminal: Terminal | None
    tags: tuple[str, ...]
    note: str
    archived: bool
    timing_marks: tuple[str, ...]


@dataclass(frozen=True)
class DetailedRunLine(RunLine):
    """A run in JSON with its epochs, whose events are those of the training."""

    epochs: tuple[Epoch, ...]


class FilterOrAction(options.ActionsOrWord):
    """The actions of this command; words with a condition are a filter of the list."""

    def accepts(self, word: str) -> bool:
        """Whether a word is part of a filter, and not a mistyped action."""
        return bool(_CONDITION.search(word))

    def replaced(self, values: Sequence[str]) -> Sequence[str]:
        """The action ``list`` with all words up to the first option as its filter."""
        at = next((n for n, word in enumerate(values) if word.startswith("--")), len(values))
        return ("list", f"--filter={' '.join(values[:at])}", *values[at:])


_CONDITION = re.compile(r"[:<>=#\s]")


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command and its actions."""
    options.add_json(parser, "one run per line")
    _add_list_options(parser)
    parser.epilog = (
        "With a filter instead of an action, such as 'recipe:cnn lr<0.01 acc>99', this command "
        "lists the runs that it finds (see docs/runs.md)."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION|FILTER", action=FilterOrAction)
    list_ = actions.add_parser("list", help="list the runs (the default)")
    options.add_action_json(list_, "one run per line")
    _add_list_options(list_, SUPPRESS)
    show = _add_action(actions, "show", "show the accuracy and the time breakdown of a run")
    options.add_action_json(show, "one line")
    _add_training(actions)
    rename = _add_action(actions, "rename", "change the title of a run")
    rename.add_argument("title", metavar="TITLE", help="the new title")
    settings = _add_action(actions, "settings", "print or save the settings of a run")
    settings.add_argument(
        "--output",
        type=options.path,
        metavar="FILE",
        help=".toml file to save them to (default: print)",
    )
    run_files.add_actions(actions)
    run_organizing.add_actions(actions)


def _add_list_options(parser: ArgumentParser, default: str | None = None) -> None:
    """Adds what chooses the listed runs; the default must not undo an option before the action."""
    options.add_filter(parser, default)
    parser.add_argument(
        "--trash", action="store_true", default=default or False,
        help="list the runs in the trash instead",
    )  # fmt: skip


def _add_training(actions: "options.Actions[ArgumentParser]") -> None:
    resume = _add_action(actions, "resume", "resume the same run from its last checkpoint")
    continue_ = _add_action(actions, "continue", "start a new run from the last checkpoint")
    continue_.add_argument(
        "--framework",
        metavar="NAME",
        help="framework of the new run: numpy, pytorch, or keras (default: the same)",
    )
    continue_.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help="total epochs, including those of the first run (default: the same)",
    )
    for action in (resume, continue_):
        options.add_data(action)
        options.add_logs(action)
        options.add_action_json(action, "one event per line")


def _add_action(
    actions: "options.Actions[ArgumentParser]", name: str, help_text: str
) -> ArgumentParser:
    """Adds an action on one run."""
    return options.add_run(actions.add_parser(name, help=help_text))


def run(arguments: Namespace) -> int:
    """Lists the runs or acts on one."""
    if run_files.execute(arguments):
        return 0
    with RunStore() as store:
        store.recover()
        if arguments.action in (None, "list"):
            return _list(store, arguments)
        if run_organizing.execute(store, arguments):
            return 0
        chosen = store.run(arguments.run)
        if arguments.action == "rename":
            store.rename(chosen.id, arguments.title)
        elif arguments.action == "show":
            _show(chosen, store.epochs(chosen.id), arguments.json)
        elif arguments.action == "settings":
            _write_settings(chosen, arguments.output)
    # These take long, and need the store to be closed.
    if arguments.action == "resume":
        return _resume(chosen, arguments)
    if arguments.action == "continue":
        return _continue(chosen, arguments)
    return 0


def _list(store: RunStore, arguments: Namespace) -> int:
    if arguments.trash and arguments.filter is not None:
        raise UsageError("The trash is listed without a filter.", "Leave out --filter.")
    runs = store.trash.runs() if arguments.trash else options.filtered(store, arguments.filter)
    if arguments.json:
        for each in runs:
            output.json_line(_json(each))
    elif runs:
        columns = (
            "Run",
            "Title",
            "Tags",
            "Status",
            "Test accuracy",
            time_breakdown.TRAINING_TIME,
            "Created",
        )
        output.table(columns, [_row(each) for each in runs], right=(4, 5))
    else:
        output.note(_none(arguments))
    if not arguments.trash:
        _note_hidden(store, runs)
    return 0


def _none(arguments: Namespace) -> str:
    """Why no run is listed."""
    if arguments.trash:
        return "The trash is empty."
    if arguments.filter is not None:
        return f"No run matches the filter “{arguments.filter}”."
    return "No runs yet. Train one: mnist-studio train compact-cnn"


def _note_hidden(store: RunStore, listed_runs: Sequence[Run]) -> None:
    """Notes runs that the list leaves out without being told to."""
    shown = {run.id for run in listed_runs}
    archived = [r for r in store.runs() if r.annotations.archived and r.id not in shown]
    if archived:
        count_ = counted(len(archived), "archived run")
        output.note(f"{count_.capitalize()} not listed: mnist-studio runs --filter is:archived")


def _json(run: Run) -> RunLine:
    notes = run.annotations
    return RunLine(
        run.id, run.title, run.status, run.created, str(run.folder), run.spec, run.terminal,
        notes.tags, notes.note, notes.archived, time_breakdown.timing_marks(run.terminal),
    )  # fmt: skip


def _show(run: Run, epochs: Sequence[Epoch], json: bool) -> None:
    """Writes a run's accuracy, its time breakdown and its other measurements, or why it failed."""
    if json:
        line = _json(run)
        values = {field.name: getattr(line, field.name) for field in fields(line)}
        output.json_line(DetailedRunLine(**values, epochs=tuple(epochs)))
        return
    rows = [("run", run.id), ("title", run.name), ("status", run.state.lower())]
    if run.annotations.tags:
        rows.append(("tags", ", ".join(run.annotations.tags)))
    rows += [("note", line) for line in run.annotations.note.splitlines()]
    if isinstance(run.terminal, Finished | Stopped):
        rows.append(("test accuracy", percent(run.terminal.test_accuracy)))
        if special := ending(run.terminal):
            rows.append(("ending", special))
        if is_imported(run.terminal):
            rows.append(("source", reason_of(run.terminal)))
        else:
            rows += time_breakdown.lines(run.terminal)
    elif run.terminal:
        rows.append(("reason", run.terminal.reason))
        rows += _reached(epochs)
    for name, value in rows:
        output.line(f"{name:15} {value}")


def _reached(epochs: Sequence[Epoch]) -> list[tuple[str, str]]:
    """How far a run came that did not end well."""
    if not epochs:
        return []
    last = epochs[-1]
    reached = f"{count(last.epoch)}, test accuracy {percent(last.test_accuracy)}"
    return [("last epoch", reached)]


def _row(run: Run) -> tuple[str, ...]:
    created = moment(run.created)
    title, state, end = run.name, run.state.lower(), run.terminal
    tags = ", ".join(run.annotations.tags)
    if isinstance(end, Finished | Stopped):
        seconds = None if is_imported(end) else time_breakdown.training_time(end)
        trained = time_breakdown.marked(duration(seconds), end)
        return (run.id, title, tags, state, percent(end.test_accuracy), trained, created)
    return (run.id, title, tags, state, NOTHING, NOTHING, created)


def _write_settings(chosen: Run, path: Path | None) -> None:
    text = files.write([chosen.spec])
    if path is None:
        output.document(text)
    else:
        write_bytes(path, text.encode())


def _resume(chosen: Run, arguments: Namespace) -> int:
    if not chosen.resumable:
        lacks = "" if chosen.checkpoint else " and has no checkpoint"
        raise StoreError(
            f"This run is {chosen.state.lower()}{lacks}, so it cannot be resumed.",
            "To train it longer, start a new run: "
            f"mnist-studio runs continue {chosen.id} --epochs N",
        )
    job = TrainingJob(chosen.spec, arguments.data, chosen.id, logs=options.logs(arguments))
    return train_all([job], [chosen.spec], arguments.data, arguments.json)


def _continue(chosen: Run, arguments: Namespace) -> int:
    framework = framework_entry(arguments.framework or chosen.spec.framework).name
    spec = continue_run(chosen, framework, arguments.epochs)
    job = TrainingJob(spec, arguments.data, logs=options.logs(arguments))
    return train_all([job], [spec], arguments.data, arguments.json)
