"""What a run typically reaches, and how long it takes here, with where each figure is from. No Qt.

A figure is from the user's own runs; else the accuracy is from the results that come with MNIST
Studio, and the time from a measured speed. Else it is unknown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis.time_breakdown import BUSY
from mnist_studio.events import Finished
from mnist_studio.experiments import estimates
from mnist_studio.formatting import counted, listed, moment, percent, rough_duration
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.train.bug_costs import bundled_results
from mnist_studio.running import speed
from mnist_studio.running.speed import TrainingSpeed
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.recipe_results import RecipeResult
from mnist_studio.store.rows import BUNDLED, Run

UNKNOWN = "not yet known"


@dataclass(frozen=True)
class Figure:
    """A figure as text.

    Attributes:
        text: with its unit, or that it is unknown.
        source: where it is from, in a few words; empty if it is unknown.
        explanation: the same in sentences.
        exact: whether all of it is from the user's own runs.
        length: ``with three epochs``, if it is that of runs with other epochs.
    """

    text: str
    source: str
    explanation: str
    exact: bool = False
    length: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return bool(self.source)


@dataclass(frozen=True)
class Evidence:
    """What the figures are computed from.

    Attributes:
        runs: the stored runs.
        memberships: of runs that belong to experiments, by their ids.
        speeds: measured on this computer, by ``running.speed.kind``.
    """

    runs: Sequence[Run] = ()
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    speeds: Mapping[RunSpec, TrainingSpeed] = field(default_factory=dict)

    def of(self, recipe: str) -> Sequence[Run]:
        """The user's finished runs of a recipe."""
        return self._by_recipe.get(recipe, ())

    @cached_property
    def _by_recipe(self) -> Mapping[str, Sequence[Run]]:
        found: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            if isinstance(run.terminal, Finished) and not run.id.startswith(BUNDLED):
                found[run.spec.recipe].append(run)
        return found


def accuracy(specs: Sequence[RunSpec], evidence: Evidence) -> Figure:
    """The mean test accuracy of runs with these settings, each seed of a framework once.

    Args:
        specs: the same settings in each selected framework; at least one.
        evidence: what is known.
    """
    wanted = {_neutral(spec) for spec in specs}
    ends = [
        run.terminal.test_accuracy
        for run in _each_seed_once(evidence.of(specs[0].recipe))
        if isinstance(run.terminal, Finished) and _neutral(run.spec) in wanted
    ]
    if ends:
        what = _your_runs(len(ends))
        return Figure(
            percent(fmean(ends)),
            what,
            f"{'Mean test' if len(ends) > 1 else 'Test'} accuracy of {what} with these settings.",
            exact=True,
        )
    found = _bundled_accuracy(specs)
    return found if found.known else _other_length(specs, evidence) or found


def _each_seed_once(runs: Sequence[Run]) -> Sequence[Run]:
    """The first of the runs with the same settings and seed, as in every view."""
    first: dict[RunSpec, Run] = {}
    for run in runs:
        first.setdefault(replace(run.spec, device="auto", threads=0), run)
    return tuple(first.values())


def _other_length(specs: Sequence[RunSpec], evidence: Evidence) -> Figure | None:
    """That of the user's runs with another number of epochs, those with the most; None if none."""
    wanted = {_any_length(spec) for spec in specs}
    ends = [
        (run.spec.training.epochs, run.terminal.test_accuracy)
        for run in _each_seed_once(evidence.of(specs[0].recipe))
        if isinstance(run.terminal, Finished) and _any_length(run.spec) in wanted
    ]
    if not ends:
        return None
    epochs = max(count for count, _ in ends)
    values = [value for count, value in ends if count == epochs]
    what, length = _your_runs(len(values)), f"with {counted(epochs, 'epoch')}"
    return Figure(
        percent(fmean(values)),
        f"{what} {length}",
        f"{'Mean test' if len(values) > 1 else 'Test'} accuracy of {what} {length}.",
        length=length,
    )


def _bundled_accuracy(specs: Sequence[RunSpec]) -> Figure:
    """That of the results with as many epochs, else of those with the most."""
    fitting = [row for row in bundled_results() if _describes(row, specs[0])]
    if not fitting:
        return Figure(UNKNOWN, "", _why_unknown(specs[0]))
    wanted = specs[0].training.epochs
    known = {row.epochs for row in fitting}
    epochs = wanted if wanted in known else max(known)
    fitting = [row for row in fitting if row.epochs == epochs]
    frameworks = {spec.framework for spec in specs}
    rows = [row for row in fitting if row.framework in frameworks] or fitting
    values = [value for row in rows for value in row.accuracies.values()]
    where = "MNIST" if rows[0].dataset == "mnist" else "the built-in digits"
    names = listed([framework_title(row.framework) for row in rows])
    length = "" if epochs == wanted else f"with {counted(epochs, 'epoch')}"
    explanation = (
        f"{'Mean test' if len(values) > 1 else 'Test'} accuracy of {counted(len(values), 'run')} "
        f"in {names} on {where}{f', {length}' if length else ''}. The results come with MNIST "
        "Studio: see docs/recipes.md."
    )
    return Figure(percent(fmean(values)), length or "bundled results", explanation, length=length)


def _why_unknown(spec: RunSpec) -> str:
    recipe = RECIPES.get(spec.recipe)
    if recipe and spec.dataset != "mnist" and _neutral(_plain(spec)) == _neutral(spec):
        return (
            "MNIST Studio has no result of this network on the built-in digits. Train once to see "
            "its accuracy."
        )
    return "No run with these settings has finished. Train once to see its accuracy."


def _plain(spec: RunSpec) -> RunSpec:
    """The run of a recipe with the dataset and framework of a run."""
    recipe = RECIPES[spec.recipe]
    return replace(run_spec(recipe), dataset=spec.dataset, framework=spec.framework)


def _describes(row: RecipeResult, spec: RunSpec) -> bool:
    """Whether a result is that of a run, whatever its framework, seed, and epochs."""
    if row.recipe != spec.recipe or row.recipe not in RECIPES:
        return False
    plain = run_spec(RECIPES[row.recipe])
    measured = replace(
        plain,
        dataset=row.dataset,
        framework=spec.framework,
        known_bugs=row.known_bugs,
        training=replace(plain.training, epochs=spec.training.epochs),
    )
    return _neutral(measured) == _neutral(spec)


def _neutral(spec: RunSpec) -> RunSpec:
    """A run without what changes its accuracy by chance only."""
    return replace(spec, training=replace(spec.training, seed=0), device="auto", threads=0)


def _any_length(spec: RunSpec) -> RunSpec:
    """The same for any number of epochs."""
    neutral = _neutral(spec)
    return replace(neutral, training=replace(neutral.training, epochs=1))


def duration(specs: Sequence[RunSpec], evidence: Evidence) -> Figure:
    """How long these runs take on this computer, one after the other.

    Args:
        specs: the same settings in each selected framework; at least one.
        evidence: what is known.
    """
    own = estimates.of_runs(evidence.of(specs[0].recipe), evidence.memberships)
    known = [own.of(spec) for spec in specs]
    speeds = [evidence.speeds.get(speed.kind(spec)) for spec in specs]
    if any(one is None and found is None for one, found in zip(known, speeds, strict=True)):
        return Figure(UNKNOWN, "", _HOW)
    total, measured = 0.0, []
    for spec, seconds, found in zip(specs, known, speeds, strict=True):
        if seconds is not None:
            total += seconds
        elif found is not None:
            measured.append(found)
            total += speed.seconds(spec, found)
    source, explanation = _time_source(sum(map(own.count, specs)), measured)
    return Figure(rough_duration(total), source, explanation, exact=not measured)


_HOW = (
    "Click Measure, or train once. Measuring trains every network for a moment, in the background."
)


def both(accuracy: Figure, time: Figure) -> str:
    """Both figures in one line: ``97.51 % · 12 s``."""
    if not (accuracy.known or time.known):
        return UNKNOWN
    parts = (
        f"{accuracy.text} {accuracy.length}".rstrip() if accuracy.known else f"accuracy {UNKNOWN}",
        time.text if time.known else f"time {UNKNOWN}",
    )
    return " · ".join(parts)


def _your_runs(count: int) -> str:
    return "your run" if count == 1 else f"your {counted(count, 'run')}"


def _time_source(runs: int, measured: Sequence[TrainingSpeed]) -> tuple[str, str]:
    """In a few words, and in sentences."""
    sources, sentences = [], []
    if runs:
        what = _your_runs(runs)
        sources.append(what)
        sentences.append(f"{'Median time' if runs > 1 else 'Time'} of {what} with these settings.")
    if measured:
        sources.append("measured")
        when = moment(min(one.measured for one in measured))
        sentences.append(
            f"Estimated from a few training steps on this computer, measured on {when}."
        )
    busy = [one for one in measured if one.others > BUSY * one.processors]
    if busy:
        worst = max(busy, key=lambda one: one.others)
        sources[-1] = "while busy"
        sentences.append(
            f"Other programs used {worst.others:.1f} of {worst.processors} processors meanwhile, "
            "so it may be faster."
        )
    return ", ".join(sources), " ".join(sentences)
