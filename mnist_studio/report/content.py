"""What a report says, before it is HTML or PDF."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mnist_studio.analysis.numbers import counted
from mnist_studio.analysis.pairing import listed
from mnist_studio.analysis.view import View
from mnist_studio.errors import SpecError, StudioError
from mnist_studio.frameworks.registry import entry as framework
from mnist_studio.report import machine
from mnist_studio.report.discussion import Paragraph, discussion
from mnist_studio.report.marks import Mark, families, marks
from mnist_studio.spec import files
from mnist_studio.studies.views import catalogue, notes
from mnist_studio.studies.views.choice import some
from mnist_studio.studies.views.chosen import Chosen
from mnist_studio.studies.views.gather import Gathered
from mnist_studio.studies.views.messages import Refused
from mnist_studio.studies.views.options import Options

TITLE = "A comparison of runs"
QUESTION = "Which is better, which is faster, and is the difference real?"

ANSWERS = (
    "final-accuracy", "over-seeds", "significance", "time-to-accuracy", "networks-and-frameworks",
)  # fmt: skip
"""Views whose sentences answer the question."""

ONE_MODEL = ("confusion", "wrong")
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
        source: the study's file or the runs' settings.
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
    refused: tuple[Refused, ...]
    discussion: tuple[Paragraph, ...]
    how: str
    source: str
    marks: dict[str, Mark]


def report(
    gathered: Gathered, names: Sequence[str], options: Options, told: Callable[[float], None]
) -> Report:
    """Computes all that a report says.

    Args:
        gathered: the runs.
        names: of the views, in the order in which they come.
        options: of the views.
        told: gets the fraction of the views that is done.
    """
    chosen = gathered.chosen
    views, refused = _views(gathered, names, options, told)
    how, source = _again(chosen)
    return Report(
        title=chosen.title or TITLE,
        question=chosen.question or QUESTION,
        made=f"{datetime.now():%Y-%m-%d %H:%M}",
        subject=_subject(gathered),
        answers=tuple(
            (view.title, view.sentence)
            for name in ANSWERS for view in views if view.name == name and view.sentence
        ),
        warnings=(*notes.of_all(gathered), *notes.of_clocks(gathered)),
        facts=machine.facts(chosen),
        views=views,
        refused=refused,
        discussion=discussion(gathered, options),
        how=how,
        source=source,
        marks=dict(marks(families(chosen))),
    )  # fmt: skip


def _views(
    gathered: Gathered, names: Sequence[str], options: Options, told: Callable[[float], None]
) -> tuple[tuple[View, ...], tuple[Refused, ...]]:
    made: list[View] = []
    refused: list[Refused] = []
    for number, name in enumerate(names):
        try:
            made.extend(_of_name(gathered, name, options))
        except StudioError as error:
            entry = catalogue.entry(name)
            refused.append(Refused(name, entry.title, error.problem, error.remedy))
        told((number + 1) / len(names))
    return tuple(made), tuple(refused)


def _of_name(gathered: Gathered, name: str, options: Options) -> Iterator[View]:
    if name not in ONE_MODEL or options.model:
        yield catalogue.compute(name, gathered, options)
        return
    for run in some(gathered, MOST_MODELS).runs:
        yield catalogue.compute(name, gathered, replace(options, model=run))


def _subject(gathered: Gathered) -> str:
    recipes = list(dict.fromkeys(group.recipe for group in gathered.groups))
    names = list(dict.fromkeys(framework(group.framework).title for group in gathered.groups))
    seeds = {seed for group in gathered.groups for seed in group.seeds}
    words = (
        f"{counted(len(gathered.runs), 'run')} of {counted(len(gathered.groups), 'model')} and "
        f"{counted(len(seeds), 'seed')}: {listed(recipes)} in {listed(names)}."
    )
    return words[:1].upper() + words[1:]


def _again(chosen: Chosen) -> tuple[str, str]:
    """How to run it again, and the file that it takes."""
    if chosen.text:
        return "Save this as study.toml and say: mnist-studio study study.toml", chosen.text
    fresh = [run.spec for run in chosen.runs if run.spec.handover is None]
    try:
        text = files.write(fresh) if fresh else ""
    except SpecError as error:
        return str(error), ""
    left = len(chosen.runs) - len(fresh)
    without = f" ({counted(left, 'run')} that went on from another one left out)" if left else ""
    return f"Save this as runs.toml and say: mnist-studio train runs.toml{without}", text
