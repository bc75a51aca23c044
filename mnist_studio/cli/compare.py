"""``mnist-studio compare``: views of runs as tables, a report, pictures and spreadsheets."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from mnist_studio.analysis import known_bugs
from mnist_studio.analysis.view import Table, View
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.cli import options, output, own_images
from mnist_studio.comparison.messages import AXES, ViewOptions, ViewOutcome, ViewResult
from mnist_studio.comparison.report import files as writing
from mnist_studio.comparison.report.marks import families
from mnist_studio.comparison.report.tables import numeric_columns, sentence_columns, without_columns
from mnist_studio.comparison.selection import Selection, select_experiment, select_runs
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.errors import UsageError
from mnist_studio.experiments.request import stored_experiment
from mnist_studio.formatting import listed
from mnist_studio.store.runs import RunStore

ALL = "all"


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.epilog = "Without --view: accuracy, time breakdown, and the significance of differences."
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help="ID of a run, or its first characters"
    )
    parser.add_argument(
        "--experiment",
        metavar="NAME",
        help="all runs of an experiment: its ready-made name, title, or ID",
    )
    options.add_filter(parser)
    _add_view_options(parser)
    options.add_own_images(parser, "use your images instead of the test set in prediction views")
    parser.add_argument(
        "--question", default="", metavar="TEXT", help="question to print at the top of the report"
    )
    parser.add_argument(
        "--report",
        type=options.path,
        metavar="FILE",
        help=".html or .pdf file for a report with all views",
    )
    parser.add_argument(
        "--export",
        type=options.path,
        metavar="FOLDER",
        help="folder to save every view to, as PNG, SVG, and CSV",
    )
    options.add_data(parser)
    options.add_json(parser, "one view per line")


def _add_view_options(parser: ArgumentParser) -> None:
    plain = ViewOptions()
    parser.add_argument(
        "--view",
        action="append",
        default=[],
        metavar="NAME",
        help="name of a view, or all (can be repeated)",
    )
    parser.add_argument(
        "--axis",
        default=plain.axis,
        metavar="NAME",
        help=f"x-axis of curves: epochs, steps, or seconds (default: {plain.axis})",
    )
    parser.add_argument(
        "--target",
        type=float,
        metavar="X",
        help=f"accuracy to reach, as a fraction (default: {plain.target})",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="X",
        help="smallest relevant difference in accuracy, as a fraction "
        f"(default: {plain.threshold})",
    )


def run(arguments: Namespace) -> int:
    """Prints views and writes files; 1 if a view that was named could not be computed.

    Raises:
        UsageError: no run was named, or an option cannot work.
        UnknownName: there is no such run, experiment or view.
    """
    chosen = _chosen(arguments)
    view_options = _options(arguments, chosen)
    names = _names(arguments.view)
    if arguments.report:
        _report(arguments, chosen, view_options)
    with ViewWorker(arguments.data) as worker:
        wanted = tuple(catalog.VIEWS) if arguments.export and not arguments.view else names
        replies = worker.compute(chosen, wanted, view_options)
    for reply in replies:
        name = reply.view.name if isinstance(reply, ViewResult) else reply.name
        if name in names:
            _write(reply, arguments.json)
    if not arguments.json and not arguments.view:
        _write_bug_costs(chosen)
    if arguments.export:
        _export(arguments, chosen, replies)
    succeeded = all(isinstance(reply, ViewResult) for reply in replies)
    # Views that were not named need not apply to these runs.
    return 0 if succeeded or not arguments.view or ALL in arguments.view else 1


def _report(arguments: Namespace, chosen: Selection, options: ViewOptions) -> None:
    names = _names(arguments.view) if arguments.view else ()
    writing.write_report(chosen, arguments.report, names, options, arguments.data)
    output.note(f"Report saved to {arguments.report}.")


def _export(arguments: Namespace, chosen: Selection, replies: Sequence[ViewOutcome]) -> None:
    views = [reply.view for reply in replies if isinstance(reply, ViewResult)]
    files = writing.export(views, families(chosen), arguments.export)
    output.note(f"{len(files)} files saved in {arguments.export}.")


def _chosen(arguments: Namespace) -> Selection:
    ways = (bool(arguments.runs), bool(arguments.experiment), arguments.filter is not None)
    if sum(ways) != 1:
        raise UsageError(
            "Specify either runs or an experiment, or a filter of runs.",
            "See: mnist-studio runs, mnist-studio experiment --list",
        )
    with RunStore() as store:
        if arguments.filter is not None:
            return _matching(store, arguments)
        if arguments.experiment:
            return select_experiment(store, stored_experiment(store, arguments.experiment))
        return select_runs(store, arguments.runs, arguments.question)


def _matching(store: RunStore, arguments: Namespace) -> Selection:
    found = [run.id for run in options.filtered(store, arguments.filter) if run.trained]
    if not found:
        raise UsageError(f"No trained run matches the filter “{arguments.filter}”.")
    return select_runs(store, found, arguments.question)


def _options(arguments: Namespace, chosen: Selection) -> ViewOptions:
    if arguments.axis not in AXES:
        raise UsageError(
            f"“{arguments.axis}” is not a valid axis.", f"Choose {listed(list(AXES), 'or')}."
        )
    plain = ViewOptions()
    return ViewOptions(
        axis=arguments.axis,
        target=plain.target if arguments.target is None else arguments.target,
        threshold=chosen.threshold if arguments.threshold is None else arguments.threshold,
        own=own_images.chosen_fingerprint(arguments),
    )


def _names(named: Sequence[str]) -> tuple[str, ...]:
    if ALL in named:
        return tuple(catalog.VIEWS)
    return tuple(dict.fromkeys(named)) or catalog.BRIEF


def _write(reply: ViewOutcome, json: bool) -> None:
    if json:
        output.json_line(reply.view if isinstance(reply, ViewResult) else reply)
    elif isinstance(reply, ViewResult):
        _write_view(reply.view)
    else:
        output.line(f"\n{reply.title}: {reply.problem} {reply.remedy}")


def _write_bug_costs(chosen: Selection) -> None:
    sentences = known_bugs.cost_sentences((run.spec, run.terminal) for run in chosen.runs)
    if sentences:
        output.line("\nEffect of known bugs")
    for sentence in sentences:
        output.line(sentence)


def _write_view(view: View) -> None:
    output.line(f"\n{view.title}")
    if view.sentence:
        output.line(view.sentence)
    words = sentence_columns(view.table)
    _write_table(without_columns(view.table, words))
    for row in view.table.rows:
        for place in words:
            if str(row.cells[place]) not in view.sentence:
                output.line(f"  {row.cells[place]}")
    for note in view.notes:
        output.line(f"  Note: {note}")


def _write_table(table: Table) -> None:
    units = [column.unit for column in table.columns]
    rows = (
        [cell_text(cell, unit) for cell, unit in zip(row.cells, units, strict=True)]
        for row in table.rows
    )
    right = [place for place, number in enumerate(numeric_columns(table)) if number]
    output.table([column.title for column in table.columns], rows, right)
