"""What a report says, before it is HTML or PDF.

The machine and the versions that a report tells of.
"""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path

import psutil

from mnist_studio import __version__
from mnist_studio.analysis.view import View
from mnist_studio.comparison.messages import ViewUnavailable
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.report.discussion import Paragraph, discussion
from mnist_studio.comparison.report.marks import PrintMark, families, marks
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog, notes
from mnist_studio.comparison.views.choice import some
from mnist_studio.errors import MnistStudioError, SpecError
from mnist_studio.formatting import counted, listed
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import framework_entry as framework
from mnist_studio.spec import files

_LIBRARIES = ("scipy", "matplotlib")
_PROCESSORS = Path("/proc/cpuinfo")


def facts(chosen: Selection) -> tuple[tuple[str, str], ...]:
    """What and which, a row each; versions are those installed when the report is made."""
    frameworks = dict.fromkeys(("numpy", *(run.spec.framework for run in chosen.runs)))
    devices = dict.fromkeys(run.ended.device for run in chosen.runs if run.ended)
    rows = [
        ("MNIST Studio", __version__),
        ("Python", platform.python_version()),
        *((_title(name), registry.version(name) or "not installed") for name in frameworks),
        *((name, metadata.version(name)) for name in _LIBRARIES),
        ("System", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Processor", f"{_processor()}, {os.cpu_count()} logical"),
        ("Memory", f"{psutil.virtual_memory().total / 2**30:.1f} GiB"),
    ]  # fmt: skip
    if devices:
        rows.append(("Trained on", listed(list(devices))))
    return tuple(rows)


def _title(name: str) -> str:
    """Of a framework, with the package that has the version."""
    known = registry.framework_entry(name)
    return known.title if known.package == name else f"{known.title} ({known.package})"


def _processor() -> str:
    """Its name; only the kind where the system tells no more."""
    try:
        lines = _PROCESSORS.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


TITLE = "A comparison of runs"
QUESTION = "Which is better, which is faster, and is the difference real?"

ANSWERS = (
    "final-accuracy", "over-seeds", "significance", "time-to-accuracy", "networks-and-frameworks",
)  # fmt: skip
"""Views whose sentences answer the question."""

ONE_MODEL = ("confusion", "confident-errors")
"""Views of one run: a report has one for every model, as far as they are few."""

MOST_MODELS = 6


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        title: of it.
        question: that it answers.
        made: when, in words.
        subject: what was compared, in words.
        answers: verdicts in words, with the views that they are from.
        warnings: what a reader must know of all of it.
        facts: machine and versions.
        views: with charts and tables.
        refused: views that these runs do not have.
        discussion: what the figures say of frameworks.
        how: how to run it all again.
        source: the experiment's file or the runs' settings.
        marks: how each run is drawn.
    """

    title: str
    question: str
    made: str
    subject: str
    answers: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    views: tuple[View, ...]
    refused: tuple[ViewUnavailable, ...]
    discussion: tuple[Paragraph, ...]
    how: str
    source: str
    marks: dict[str, PrintMark]


def report(
    run_data: RunData, names: Sequence[str], options: ViewOptions, told: Callable[[float], None]
) -> Report:
    """Computes all that a report says.

    Args:
        run_data: the runs.
        names: of the views, in the order in which they come.
        options: of the views.
        told: gets the fraction of the views that is done.
    """
    chosen = run_data.selection
    views, refused = _views(run_data, names, options, told)
    how, source = _again(chosen)
    return Report(
        title=chosen.title or TITLE,
        question=chosen.question or QUESTION,
        made=f"{datetime.now():%Y-%m-%d %H:%M}",
        subject=_subject(run_data),
        answers=tuple(
            (view.title, view.sentence)
            for name in ANSWERS for view in views if view.name == name and view.sentence
        ),
        warnings=(*notes.of_all(run_data), *notes.of_timing(run_data)),
        facts=facts(chosen),
        views=views,
        refused=refused,
        discussion=discussion(run_data, options),
        how=how,
        source=source,
        marks=dict(marks(families(chosen))),
    )  # fmt: skip


def _views(
    run_data: RunData, names: Sequence[str], options: ViewOptions, told: Callable[[float], None]
) -> tuple[tuple[View, ...], tuple[ViewUnavailable, ...]]:
    made: list[View] = []
    refused: list[ViewUnavailable] = []
    for number, name in enumerate(names):
        try:
            made.extend(_of_name(run_data, name, options))
        except MnistStudioError as error:
            entry = catalog.view_entry(name)
            refused.append(ViewUnavailable(name, entry.title, error.problem, error.remedy))
        told((number + 1) / len(names))
    return tuple(made), tuple(refused)


def _of_name(run_data: RunData, name: str, options: ViewOptions) -> Iterator[View]:
    if name not in ONE_MODEL or options.model:
        yield catalog.compute(name, run_data, options)
        return
    for run in some(run_data, MOST_MODELS).runs:
        yield catalog.compute(name, run_data, replace(options, model=run))


def _subject(run_data: RunData) -> str:
    recipes = list(dict.fromkeys(group.recipe for group in run_data.groups))
    names = list(dict.fromkeys(framework(group.framework).title for group in run_data.groups))
    seeds = {seed for group in run_data.groups for seed in group.seeds}
    words = (
        f"{counted(len(run_data.runs), 'run')} of {counted(len(run_data.groups), 'model')} and "
        f"{counted(len(seeds), 'seed')}: {listed(recipes)} in {listed(names)}."
    )
    return words[:1].upper() + words[1:]


def _again(chosen: Selection) -> tuple[str, str]:
    """How to run it again, and the file that it takes."""
    if chosen.text:
        return (
            "Save this as experiment.toml and say: mnist-studio experiment experiment.toml",
            chosen.text,
        )
    fresh = [run.spec for run in chosen.runs if run.spec.continued_from is None]
    try:
        text = files.write(fresh) if fresh else ""
    except SpecError as error:
        return str(error), ""
    left = len(chosen.runs) - len(fresh)
    without = f" ({counted(left, 'run')} that went on from another one left out)" if left else ""
    return f"Save this as runs.toml and say: mnist-studio train runs.toml{without}", text
