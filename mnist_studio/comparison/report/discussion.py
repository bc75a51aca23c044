"""What measured figures say of frameworks: overhead, advantages, challenges.

Frameworks are compared on the same settings only: runs that differ in nothing but framework, device
and seed are one *family*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis.groups import Group, by_seed
from mnist_studio.analysis.seeds import MIN_SEEDS, compare
from mnist_studio.analysis.time_breakdown import PARTS, Part
from mnist_studio.analysis.view import Unit, cell_text
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measure
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import counted, duration, listed, percentage_points, word
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.run import FrameworkName, RunSpec


@dataclass(frozen=True)
class Paragraph:
    """Sentences under a heading."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Quantity:
    """A figure by which frameworks are told apart.

    Attributes:
        measure: of a run.
        unit: of it.
        most: the more the better.
        good: what the best one does.
    """

    measure: Measure
    unit: Unit
    most: bool
    good: str


_QUANTITIES = (
    _Quantity(measures.train_seconds, "seconds", False, "trains fastest"),
    _Quantity(measures.latency_ms, "milliseconds", False, "answers a single image soonest"),
    _Quantity(measures.throughput, "per second", True, "answers most images a second in batches"),
    _Quantity(measures.peak_memory, "bytes", False, "takes least memory"),
)

Family = Mapping[FrameworkName, Group]


def discussion(run_data: RunData, options: ViewOptions) -> tuple[Paragraph, ...]:
    """Paragraphs with their figures; what was not measured is not told."""
    families = _families(run_data)
    if not families:
        names = dict.fromkeys(framework_title(group.framework) for group in run_data.groups)
        alone = (
            f"No two frameworks trained the same settings here, all is of {listed(list(names))}, "
            "so that nothing can be said about frameworks.",
        )
        return (Paragraph("Frameworks", alone),)
    found = (
        Paragraph("How far to trust these seconds", notes.of_timing(run_data)),
        Paragraph("Framework overhead", tuple(_overhead(run_data))),
        Paragraph("Advantages", tuple(_advantages(run_data, families))),
        Paragraph("Challenges", tuple(_challenges(run_data, families))),
        Paragraph("Accuracy", tuple(_accuracy(run_data, families, options))),
    )
    return tuple(paragraph for paragraph in found if paragraph.sentences)


def _families(run_data: RunData) -> tuple[Family, ...]:
    """Groups that differ in their framework alone, where there are two frameworks or more."""
    found: dict[RunSpec, dict[FrameworkName, Group]] = {}
    for group in run_data.groups:
        training = replace(group.spec.training, seed=0)
        common = replace(group.spec, training=training, framework="numpy", device="auto")
        found.setdefault(common, {})[group.framework] = group
    return tuple(family for family in found.values() if len(family) > 1)


def _overhead(run_data: RunData) -> Iterator[str]:
    """Seconds before and beside training, by framework."""
    for name in dict.fromkeys(group.framework for group in run_data.groups):
        clocks = [measures.breakdown_of(run) for run in run_data.runs if run.spec.framework == name]
        known = [clock for clock in clocks if clock and clock.busy > 0]
        if not known:
            continue
        mean: Mapping[Part, float] = {
            part: fmean(dict(clock.parts)[part] for clock in known) for part, _ in PARTS
        }
        busy = fmean(clock.busy for clock in known)
        before = mean["start-up"] + mean["build"]
        yield (
            f"{framework_title(name)}, mean of {counted(len(known), 'run')}: "
            f"{duration(before)} before "
            f"the first step ({duration(mean['start-up'])} to start and import, "
            f"{duration(mean['build'])} to build and compile), {100 * before / busy:.0f} % of the "
            f"{duration(busy)} that a run takes; {100 * mean['train'] / busy:.0f} % of it is "
            f"training, {100 * mean['evaluate'] / busy:.0f} % evaluation, "
            f"{100 * mean['data'] / busy:.0f} % waiting for data."
        )


def _advantages(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """Who is best in what, in how many families, and by how much."""
    for quantity in _QUANTITIES:
        ranked = _ranked(run_data, families, quantity)
        if not ranked:
            continue
        wins = [best for best, *_ in ranked]
        best = max(dict.fromkeys(wins), key=wins.count)
        title, value, other, behind = next(one for one in ranked if one[0] == best)[1:]
        yield (
            f"{framework_title(best)} {quantity.good} in "
            f"{_part(wins.count(best), len(ranked))} that "
            f"several frameworks trained; with {title} it is "
            f"{cell_text(value, quantity.unit)} against {cell_text(behind, quantity.unit)} of "
            f"{framework_title(other)}."
        )


def _part(some: int, all_of_them: int) -> str:
    """``all four settings``, ``three of four settings``, ``the one setting``."""
    if all_of_them == 1:
        return "the one setting"
    settings = counted(all_of_them, "setting")
    return f"all {settings}" if some == all_of_them else f"{word(some)} of {settings}"


_Rank = tuple[FrameworkName, str, float, FrameworkName, float]
"""The best, the settings, its figure, the worst, its figure."""


def _ranked(
    run_data: RunData, families: Sequence[Family], quantity: _Quantity
) -> tuple[_Rank, ...]:
    values = measures.of_all(run_data, quantity.measure)
    return tuple(filter(None, (_rank(family, values, quantity) for family in families)))


def _rank(family: Family, values: Mapping[str, float], quantity: _Quantity) -> _Rank | None:
    means = {
        name: found.value
        for name, group in family.items()
        if (found := measures.estimate(group, values))
    }
    if len(means) < 2:
        return None
    order = sorted(means, key=means.__getitem__, reverse=quantity.most)
    best, worst = order[0], order[-1]
    return best, _settings(family), means[best], worst, means[worst]


def _settings(family: Family) -> str:
    """What a family has in common: the title of a group without its framework."""
    name, group = next(iter(family.items()))
    return group.title.replace(f" · {framework_title(name)}", "", 1)


def _challenges(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """Where each framework is furthest behind the best."""
    behind: dict[FrameworkName, tuple[float, str]] = {}
    for quantity in _QUANTITIES:
        for best, title, value, worst, figure in _ranked(run_data, families, quantity):
            if not value or not figure:
                continue
            times = value / figure if quantity.most else figure / value
            told = (
                f"{framework_title(worst)} is furthest behind with {title}: "
                f"{framework_title(best)} "
                f"{quantity.good}, {cell_text(value, quantity.unit)} against "
                f"{cell_text(figure, quantity.unit)}, a factor of {times:.1f}."
            )
            behind[worst] = max(behind.get(worst, (0.0, "")), (times, told))
    yield from (told for _, told in behind.values())


def _accuracy(run_data: RunData, families: Sequence[Family], options: ViewOptions) -> Iterator[str]:
    """How far frameworks differ in accuracy on the same settings and seeds."""
    values = measures.of_all(run_data, measures.accuracy)
    largest: tuple[float, str] = (-1.0, "")
    for family in families:
        groups = list(family.values())
        for place, a in enumerate(groups):
            for b in groups[place + 1 :]:
                titles = a.title, b.title
                found = compare(titles, by_seed(a, values), by_seed(b, values), options.threshold)
                if found.difference:
                    told = _told(
                        found.verdict.sentence, found.difference.value, titles, found.seeds
                    )
                    largest = max(largest, (abs(found.difference.value), told))
    if largest[1]:
        yield f"The largest difference between frameworks that trained the same: {largest[1]}"


def _told(sentence: str, value: float, titles: tuple[str, str], seeds: Sequence[int]) -> str:
    if len(seeds) >= MIN_SEEDS:
        return sentence
    first, second = titles
    return (
        f"{first} less {second}, {percentage_points(value, signed=True)} over "
        f"{counted(len(seeds), 'seed')}; too few seeds for a verdict."
    )
