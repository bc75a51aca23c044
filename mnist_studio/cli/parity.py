"""``mnist-studio parity``: the check that the frameworks learn the same, and the fixed settings."""

from argparse import ArgumentParser, Namespace
from typing import get_args

from mnist_studio.cli import options, output
from mnist_studio.errors import UsageError
from mnist_studio.formatting import counted, duration
from mnist_studio.frameworks.differences import DIFFERENCES
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity import check as parity
from mnist_studio.parity.report import ParityReport
from mnist_studio.parity.request import (
    requested_frameworks,
    requested_precisions,
    requested_run,
)
from mnist_studio.parity.sentences import (
    check_sentence,
    divergence_sentence,
    format_difference,
    not_informative,
    result_word,
)
from mnist_studio.running.run_request import known
from mnist_studio.spec import changes
from mnist_studio.spec.run import DeviceName, RunSpec


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of this command."""
    parser.add_argument(
        "recipe", nargs="?", metavar="RECIPE", help="recipe to check (see: recipes)"
    )
    parser.add_argument(
        "--differences",
        action="store_true",
        help="list the defaults that differ between frameworks, and the fixed settings used "
        "instead",
    )
    parser.add_argument(
        "--framework",
        action="append",
        default=[],
        metavar="NAME",
        help="pytorch or keras, to compare with numpy (can be repeated, default: all installed)",
    )
    parser.add_argument("--precision", metavar="NAME", help="float64 or float32 (default: both)")
    parser.add_argument(
        "--device",
        metavar="NAME",
        default="cpu",
        help="device of the frameworks, except NumPy, which uses the CPU (default: cpu)",
    )
    options.add_changes(parser)
    dataset = parser.add_mutually_exclusive_group()
    options.add_data(dataset)
    dataset.add_argument(
        "--dataset",
        metavar="NAME",
        help="name of a dataset, see: datasets (default: mnist if it is on this computer)",
    )
    options.add_known_bugs(parser)
    options.add_json(parser, "one report")


def run(arguments: Namespace) -> int:
    """Runs the checks, or lists the differences; 1 if the checks do not pass."""
    if arguments.differences:
        return _differences(arguments.json)
    report = parity.check_parity(
        run_spec(arguments),
        requested_frameworks(arguments.framework),
        on_check=lambda check: output.note(check_sentence(check)),
        precisions=requested_precisions(arguments.precision),
        data=arguments.data,
        device=known("device", arguments.device, get_args(DeviceName)),
    )
    if arguments.json:
        output.json_line(report)
    else:
        _write(report)
    return 0 if report.passed else 1


def run_spec(arguments: Namespace) -> RunSpec:
    """The run that the arguments describe, checked.

    Raises:
        UsageError: no recipe was named.
        UnknownName: a recipe or known bug that does not exist.
        SpecError: a known bug that does not apply to the recipe.
    """
    if arguments.recipe is None:
        raise UsageError("No recipe was specified.", "List recipes with: mnist-studio recipes")
    return requested_run(
        arguments.recipe,
        arguments.dataset,
        arguments.data,
        arguments.known_bug,
        arguments.with_source_bugs,
        [changes.parse(text) for text in arguments.set],
    )


def _write(report: ParityReport) -> None:
    rows = [
        (
            framework_title(check.framework),
            check.precision,
            check.quantity,
            format_difference(check.value, check.unit),
            format_difference(check.tolerance, check.unit),
            result_word(check),
            check.detail,
        )
        for check in report.checks
    ]
    output.table(
        ("NumPy and", "Precision", "Quantity", "Difference", "Tolerance", "Result", "Location"),
        rows,
        right=(3, 4),
    )
    for divergence in report.divergences:
        output.line(divergence_sentence(divergence))
    for note in report.notes:
        output.line(note)
    results = [check.result for check in report.checks]
    if aside := not_informative(results.count("not informative")):
        output.line(aside)
    output.line(
        f"{counted(len(rows), 'check').capitalize()} on {report.dataset} ({report.device}), "
        f"{results.count('failed')} failed, {duration(report.seconds)}."
    )


def _differences(json: bool) -> int:
    if json:
        for difference in DIFFERENCES:
            output.json_line(difference)
    else:
        rows = [(each.topic, each.pytorch, each.keras, each.setting) for each in DIFFERENCES]
        titles = (framework_title("pytorch"), framework_title("keras"))
        output.table(("Topic", *titles, "Fixed setting"), rows)
    return 0
