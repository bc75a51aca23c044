"""Parity checks for scripts and notebooks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from mnist_studio.api import html
from mnist_studio.api.datasets import folder_of
from mnist_studio.api.home import load_yours
from mnist_studio.api.trainings import changes_of
from mnist_studio.formatting import counted, duration
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.parity import check as checking
from mnist_studio.parity.report import Check, ParityReport
from mnist_studio.parity.request import (
    requested_frameworks,
    requested_precisions,
    requested_run,
)
from mnist_studio.parity.sentences import (
    check_sentence,
    divergence_sentence,
    format_difference,
    result_word,
    verdict,
)
from mnist_studio.running.run_request import known
from mnist_studio.spec.change_values import Value
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import DeviceName


@dataclass(frozen=True)
class ParityResult:
    """The result of a parity check.

    Attributes:
        report: with all its values.
    """

    report: ParityReport

    @property
    def passed(self) -> bool:
        """Whether no check failed, and at least one of each framework passed."""
        return self.report.passed

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks with their differences and tolerances."""
        return self.report.checks

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict, where frameworks diverge, and what the check leaves out."""
        diverged = map(divergence_sentence, self.report.divergences)
        return (verdict(self.report), *diverged, *self.report.notes)

    def __repr__(self) -> str:
        """The verdict."""
        return f"<Parity of {self.report.run.recipe}: {verdict(self.report)}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                framework_title(check.framework), check.precision, check.quantity,
                format_difference(check.value, check.unit),
                format_difference(check.tolerance, check.unit), result_word(check),
            )
            for check in self.checks
        ]  # fmt: skip
        header = ("NumPy and", "Precision", "Quantity", "Difference", "Tolerance", "Result")
        facts = [
            ("Dataset", self.report.dataset),
            ("Checks", counted(len(rows), "check")),
            ("Time", duration(self.report.seconds)),
        ]
        body = html.text_table(header, rows)
        title = f"Framework parity: {recipe_title(self.report.run.recipe)}"
        return html.card(title, facts, body, " ".join(self.sentences))


def parity(
    recipe: str,
    frameworks: Sequence[str] = (),
    *,
    precision: str | None = None,
    device: str = "cpu",
    dataset: str | None = None,
    data: str | Path | None = None,
    known_bugs: Sequence[str] = (),
    source_bugs: bool = False,
    changes: Mapping[str, Value] | None = None,
    show: Callable[[str], object] = lambda line: None,
) -> ParityResult:
    """Checks that frameworks train a recipe as NumPy does. Takes up to a minute.

    Args:
        recipe: its name.
        frameworks: to compare with NumPy; all that are installed if not given.
        precision: ``float64`` or ``float32``; both if not given.
        device: of the frameworks other than NumPy.
        dataset: its name; MNIST if it is on this computer, and else the built-in dataset.
        data: folder with the MNIST files.
        known_bugs: names of known bugs to turn on.
        source_bugs: whether to turn on all known bugs of the recipe's source.
        changes: of any settings, such as ``{"layers.2.units": 256}``.
        show: takes a sentence after every check, such as ``print``.

    Raises:
        UnknownName: a name that does not exist; suggests the nearest.
        SpecError: a setting that cannot work.
        UsageError: there is nothing to compare.
        FrameworkMissing: a framework is not installed.
        DataError: the dataset is missing or damaged.
        JobError: a framework cannot compute the run.
    """
    load_yours()
    folder = folder_of(data)
    spec = requested_run(
        recipe, dataset, folder, known_bugs, source_bugs, changes_of(changes)
    )  # fmt: skip

    def on_check(check: Check) -> None:
        show(check_sentence(check))

    report = checking.check_parity(
        spec,
        requested_frameworks(frameworks),
        on_check=on_check,
        precisions=requested_precisions(precision),
        data=folder,
        device=known("device", device, get_args(DeviceName)),
    )
    return ParityResult(report)
