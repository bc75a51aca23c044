"""``mnist-studio parity``: the proof that the frameworks learn alike, and what is pinned for it."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, get_args

from msgspec.structs import replace

from mnist_studio.cli import output
from mnist_studio.data.datasets import sources
from mnist_studio.errors import UsageError
from mnist_studio.frameworks.differences import DIFFERENCES
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity import check as parity
from mnist_studio.parity.report import ParityReport
from mnist_studio.parity.sentences import figure, sentence, where
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.run import DeviceName, FrameworkName, KnownBugName, Precision, RunSpec, check


def run(arguments: Namespace) -> int:
    """Proves; 1 if a bar was missed. Or lists what differs by default."""
    if arguments.differences:
        return _differences(arguments.json)
    report = parity.check_parity(
        run_spec(arguments),
        _frameworks(arguments.framework),
        told=lambda made: output.note(sentence(made)),
        precisions=_precisions(arguments.precision),
        data=arguments.data,
        device=_known("device", arguments.device, get_args(DeviceName)),
    )
    if arguments.json:
        output.json_line(report)
    else:
        _tell(report)
    return 0 if report.passed else 1


def run_spec(arguments: Namespace) -> RunSpec:
    """The run that the arguments name, checked.

    Raises:
        UsageError: no recipe was named.
        UnknownName: a recipe or fault that does not exist.
        SpecError: a fault that makes no sense there.
    """
    if arguments.recipe is None:
        raise UsageError("No recipe was named.", "See: mnist-studio recipes.")
    recipe = recipes.recipe(arguments.recipe)
    published = recipe.known_bugs if arguments.with_source_bugs else ()
    asked = [_known("fault", name, get_args(KnownBugName)) for name in arguments.known_bug]
    spec = replace(
        recipes.run_spec(recipe),
        dataset="mnist" if arguments.data else sources.default_dataset(),
        known_bugs=(*published, *(name for name in asked if name not in published)),
    )
    check(spec)
    known_bugs.check(spec)
    return spec


def _tell(report: ParityReport) -> None:
    rows = [
        (
            framework_title(made.framework),
            made.precision,
            made.what,
            figure(made.value, made.unit),
            figure(made.bar, made.unit),
            "passed" if made.passed else "MISSED",
            made.detail,
        )
        for made in report.checks
    ]
    output.table(
        ("Against NumPy", "Precision", "What", "Difference", "Bar", "Verdict", "Where"),
        rows,
        right=(3, 4),
    )
    for parting in report.partings:
        output.line(where(parting))
    for text in report.notes:
        output.line(text)
    missed = sum(not made.passed for made in report.checks)
    output.line(
        f"{len(rows)} checks on {report.digits} ({report.device}), {missed} bars missed,"
        f" {report.seconds:.0f} s."
    )


def _differences(json: bool) -> int:
    if json:
        for difference in DIFFERENCES:
            output.json_line(difference)
    else:
        rows = [(each.topic, each.pytorch, each.keras, each.setting) for each in DIFFERENCES]
        output.table(
            ("Topic", framework_title("pytorch"), framework_title("keras"), "The studio"), rows
        )
    return 0


def _frameworks(names: Sequence[str]) -> Sequence[FrameworkName]:
    known = (*get_args(FrameworkName), "all")
    chosen = [_known("framework", name, known) for name in names]
    return parity.installed() if not chosen or "all" in chosen else chosen


def _precisions(name: str | None) -> Sequence[Precision]:
    return parity.PRECISIONS if name is None else (_known("precision", name, parity.PRECISIONS),)


def _known(what: str, name: str, known: tuple[Any, ...]) -> Any:
    """The name, whose type is one of the literals in ``known``."""
    if name not in known:
        raise recipes.unknown(what, name, known)
    return name
