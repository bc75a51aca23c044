"""The content of a report, before it becomes HTML or PDF."""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import time

import psutil

from mnist_studio import __version__
from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_picture import NetworkLayout
from mnist_studio.analysis.view import View
from mnist_studio.comparison.messages import ViewOptions, ViewUnavailable
from mnist_studio.comparison.report.discussion import Paragraph, discussion
from mnist_studio.comparison.report.image_maps import ReportMaps, image_maps
from mnist_studio.comparison.report.marks import PrintMark, families, marks
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog, notes
from mnist_studio.comparison.views.choice import some, without_common_labels
from mnist_studio.errors import MnistStudioError, SpecError
from mnist_studio.formatting import counted, listed, moment
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import framework_entry as framework
from mnist_studio.spec import files
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import recipe_title

_PROCESSORS = Path("/proc/cpuinfo")


def facts(selection: Selection) -> tuple[tuple[str, str], ...]:
    """Names and values; the versions are those installed when the report is created."""
    frameworks = dict.fromkeys(("numpy", *(run.spec.framework for run in selection.runs)))
    devices = dict.fromkeys(run.ended.device for run in selection.runs if run.ended)
    rows = [
        ("MNIST Studio", __version__),
        ("Python", platform.python_version()),
        *((framework(name).title, _version(name)) for name in frameworks),
        ("System", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Processor", f"{_processor()}, {os.cpu_count()} logical processors"),
        ("Memory", f"{psutil.virtual_memory().total / 2**30:.1f} GiB"),
    ]  # fmt: skip
    if devices:
        rows.append(("Trained on", listed(list(devices))))
    return tuple(rows)


def _version(name: str) -> str:
    return registry.version(name) or "not installed"


def _processor() -> str:
    """Its name, or its architecture if the system does not report a name."""
    try:
        lines = _PROCESSORS.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


TITLE = "Comparison of runs"
QUESTION = "Which is better, which is faster, and is the difference real?"

ANSWERS = (
    "final-accuracy", "over-seeds", "significance", "time-to-accuracy", "networks-and-frameworks",
)  # fmt: skip
"""Views whose sentences form the summary."""

ONE_MODEL = ("confusion", "confident-errors")
"""Views of one run. A report has one for every model, up to ``MAX_MODELS``."""

MAX_MODELS = 6


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        title: of the report.
        question: that it answers.
        made: date and time.
        subject: what is compared.
        answers: the summary: titles of views and their sentences.
        warnings: caveats about all of it.
        networks: every network once, with its title.
        maps: of test images, one for each network.
        facts: machine and versions.
        views: with charts and tables.
        refused: views that these runs lack the data for.
        discussion: what the measurements show about frameworks.
        how: how to repeat the runs.
        source: the file of the experiment, or the settings of the runs.
        marks: how each run is drawn.
    """

    title: str
    question: str
    made: str
    subject: str
    answers: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    networks: tuple[tuple[str, NetworkLayout], ...]
    maps: ReportMaps
    facts: tuple[tuple[str, str], ...]
    views: tuple[View, ...]
    refused: tuple[ViewUnavailable, ...]
    discussion: tuple[Paragraph, ...]
    how: str
    source: str
    marks: dict[str, PrintMark]


NETWORK_PAGE = 1000.0
"""The width at which the lines of a picture of a network end."""


def networks(selection: Selection) -> tuple[tuple[str, NetworkLayout], ...]:
    """Every network of the runs once, with the titles of its recipes."""
    titles: dict[ModelSpec, list[str]] = {}
    for run in selection.runs:
        title = recipe_title(run.spec.recipe)
        known = titles.setdefault(run.spec.model, [])
        if title not in known:
            known.append(title)
    return tuple(
        (listed(names), network_layout(model, NETWORK_PAGE)) for model, names in titles.items()
    )


def report(
    run_data: RunData,
    names: Sequence[str],
    options: ViewOptions,
    on_progress: Callable[[float], None],
) -> Report:
    """Computes the content of a report.

    Args:
        run_data: the runs.
        names: of the views, in their order.
        options: of the views.
        on_progress: called with the fraction of the views that is done.
    """
    run_data, common = _shortened(run_data)
    selection = run_data.selection
    views, refused = _views(run_data, names, options, on_progress)
    how, source = _again(selection)
    return Report(
        title=selection.title or TITLE,
        question=selection.question or QUESTION,
        made=moment(time()),
        subject=_subject(run_data, common),
        answers=tuple(
            (view.title, view.sentence)
            for name in ANSWERS for view in views if view.name == name and view.sentence
        ),
        warnings=(*notes.of_all(run_data), *notes.of_timing(run_data)),
        networks=networks(selection),
        maps=image_maps(run_data),
        facts=facts(selection),
        views=views,
        refused=refused,
        discussion=discussion(run_data, options),
        how=how,
        source=source,
        marks=dict(marks(families(selection))),
    )  # fmt: skip


def _views(
    run_data: RunData,
    names: Sequence[str],
    options: ViewOptions,
    on_progress: Callable[[float], None],
) -> tuple[tuple[View, ...], tuple[ViewUnavailable, ...]]:
    made: list[View] = []
    refused: list[ViewUnavailable] = []
    for number, name in enumerate(names):
        try:
            made.extend(_of_name(run_data, name, options))
        except MnistStudioError as error:
            entry = catalog.view_entry(name)
            refused.append(ViewUnavailable(name, entry.title, error.problem, error.remedy))
        on_progress((number + 1) / len(names))
    return tuple(made), tuple(refused)


def _of_name(run_data: RunData, name: str, options: ViewOptions) -> Iterator[View]:
    if name not in ONE_MODEL or options.model:
        yield catalog.compute(name, run_data, options)
        return
    for run in some(run_data, MAX_MODELS).runs:
        yield catalog.compute(name, run_data, replace(options, model=run))


def _shortened(run_data: RunData) -> tuple[RunData, tuple[str, ...]]:
    """The runs with titles without the labels that all of them have, and these labels.

    Repeated in every row, they would take half of the pages. The title of an unfinished run ends
    in how far it came, so that nothing is left out where there is one.
    """
    titles, common = without_common_labels(run_data)
    if not common or not all(run.finished for run in run_data.runs):
        return run_data, ()
    runs = tuple(replace(run, title=titles[run.id]) for run in run_data.runs)
    return RunData(replace(run_data.selection, runs=runs), run_data.data), common


def _subject(run_data: RunData, common: Sequence[str]) -> str:
    groups = run_data.all_groups
    recipes = list(dict.fromkeys(recipe_title(group.recipe) for group in groups))
    names = list(dict.fromkeys(framework(group.framework).title for group in groups))
    seeds = {seed for group in groups for seed in group.seeds}
    text = (
        f"{counted(len(run_data.runs), 'run')} of {counted(len(groups), 'model')} with "
        f"{counted(len(seeds), 'seed')}: {listed(recipes)} in {listed(names)}."
    )
    shared = f" All runs have {listed(common)}." if common else ""
    return f"{text[:1].upper()}{text[1:]}{shared}"


def _again(selection: Selection) -> tuple[str, str]:
    """How to repeat the runs, and the file for it."""
    if selection.text:
        return (
            "Save this as experiment.toml and run: mnist-studio experiment experiment.toml",
            selection.text,
        )
    fresh = [run.spec for run in selection.runs if run.spec.continued_from is None]
    try:
        text = files.write(fresh) if fresh else ""
    except SpecError as error:
        return str(error), ""
    left = len(selection.runs) - len(fresh)
    continued = f"{counted(left, 'run')} that continued another run"
    without = f" (without {continued})" if left else ""
    return f"Save this as runs.toml and run: mnist-studio train runs.toml{without}", text
