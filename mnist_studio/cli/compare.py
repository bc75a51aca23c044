"""``mnist-studio compare``: tables and verdicts, a report, pictures and spreadsheets."""

from argparse import Namespace
from collections.abc import Sequence

from mnist_studio.analysis import known_bugs
from mnist_studio.analysis.view import Table, View, cell_text
from mnist_studio.cli import digits, output
from mnist_studio.comparison.messages import ViewOutcome, ViewResult
from mnist_studio.comparison.options import AXES, ViewOptions
from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.report.marks import families
from mnist_studio.comparison.report.text_table import numbers, prose, without
from mnist_studio.comparison.selection import Selection, select_experiment, select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.errors import UnknownName, UsageError
from mnist_studio.spec.ready_made import EXPERIMENTS
from mnist_studio.store.runs import RunStore

ALL = "all"


def run(arguments: Namespace) -> int:
    """Prints views and writes files; 1 if a view that was asked for could not be made.

    Raises:
        UsageError: no run was named, or an option cannot work.
        UnknownName: there is no such run, experiment or view.
    """
    chosen = _chosen(arguments)
    options = _options(arguments, chosen)
    names = _names(arguments.view)
    if arguments.report:
        _report(arguments, chosen, options)
    with ViewWorker(arguments.data) as worker:
        wanted = tuple(catalog.VIEWS) if arguments.export and not arguments.view else names
        answers = worker.compute(chosen, wanted, options)
    for answer in answers:
        name = answer.view.name if isinstance(answer, ViewResult) else answer.name
        if name in names:
            _tell(answer, arguments.json)
    if not arguments.json and not arguments.view:
        _tell_faults(chosen)
    if arguments.export:
        _export(arguments, chosen, answers)
    good = all(isinstance(answer, ViewResult) for answer in answers)
    # Views that nobody asked for by name may not apply.
    return 0 if good or not arguments.view or ALL in arguments.view else 1


def _report(arguments: Namespace, chosen: Selection, options: ViewOptions) -> None:
    names = _names(arguments.view) if arguments.view else ()
    writing.write_report(chosen, arguments.report, names, options, arguments.data)
    output.note(f"Written to {arguments.report}.")


def _export(arguments: Namespace, chosen: Selection, answers: Sequence[ViewOutcome]) -> None:
    views = [answer.view for answer in answers if isinstance(answer, ViewResult)]
    files = writing.export(views, families(chosen), arguments.export)
    output.note(f"{len(files)} files written to {arguments.export}.")


def _chosen(arguments: Namespace) -> Selection:
    if bool(arguments.runs) == bool(arguments.experiment):
        raise UsageError(
            "Name runs or an experiment, one of both.",
            "See: mnist-studio runs, mnist-studio experiment.",
        )
    with RunStore() as store:
        if arguments.experiment:
            return select_experiment(store, _experiment_id(store, arguments.experiment))
        return select_runs(store, arguments.runs, arguments.question)


def _experiment_id(store: RunStore, name: str) -> str:
    """The experiment of that id, title, or ready-made name."""
    made = EXPERIMENTS[name].experiment if name in EXPERIMENTS else None
    known = store.experiments.all()
    titled = [one.id for one in known if one.title == name or one.spec == made]
    if made and not titled:
        raise UnknownName(
            f"The experiment “{name}” was not begun.", f"Say: mnist-studio experiment {name}"
        )
    if len(titled) > 1:
        raise UnknownName(
            f"{len(titled)} experiments have this title.", f"Say: {', '.join(titled)}."
        )
    return titled[0] if titled else name


def _options(arguments: Namespace, chosen: Selection) -> ViewOptions:
    if arguments.axis not in AXES:
        raise UsageError(f"“{arguments.axis}” is no axis.", f"Known: {', '.join(AXES)}.")
    plain = ViewOptions()
    return ViewOptions(
        axis=arguments.axis,
        target=plain.target if arguments.target is None else arguments.target,
        threshold=chosen.threshold if arguments.threshold is None else arguments.threshold,
        own=digits.own(arguments),
    )


def _names(asked: Sequence[str]) -> tuple[str, ...]:
    if ALL in asked:
        return tuple(catalog.VIEWS)
    return tuple(dict.fromkeys(asked)) or catalog.BRIEF


def _tell(answer: ViewOutcome, json: bool) -> None:
    if json:
        output.json_line(answer.view if isinstance(answer, ViewResult) else answer)
    elif isinstance(answer, ViewResult):
        _print(answer.view)
    else:
        output.line(f"\n{answer.title}: {answer.problem} {answer.remedy}")


def _tell_faults(chosen: Selection) -> None:
    told = known_bugs.cost_sentences((one.spec, one.terminal) for one in chosen.runs)
    if told:
        output.line("\nWhat the faults cost")
    for sentence in told:
        output.line(sentence)


def _print(view: View) -> None:
    output.line(f"\n{view.title}")
    if view.sentence:
        output.line(view.sentence)
    words = prose(view.table)
    _print_table(without(view.table, words))
    for row in view.table.rows:
        for place in words:
            if str(row.cells[place]) not in view.sentence:
                output.line(f"  {row.cells[place]}")
    for note in view.notes:
        output.line(f"  Note: {note}")


def _print_table(table: Table) -> None:
    units = [column.unit for column in table.columns]
    rows = (
        [cell_text(cell, unit) for cell, unit in zip(row.cells, units, strict=True)]
        for row in table.rows
    )
    right = [place for place, number in enumerate(numbers(table)) if number]
    output.table([column.title for column in table.columns], rows, right)
