"""What measurements show about frameworks: overhead, strengths, weaknesses, accuracy.

Frameworks are compared with the same settings only: runs that differ only in framework, device and
seed are one *family*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis.groups import Group, by_seed
from mnist_studio.analysis.seeds import MIN_SEEDS, SeedComparison, compare
from mnist_studio.analysis.time_breakdown import PARTS, Part
from mnist_studio.analysis.view import Unit, cell_text
from mnist_studio.comparison import measures
from mnist_studio.comparison.measures import Measure
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import counted, duration, listed, percentage_points, word
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.spec.run import FrameworkName, RunSpec


@dataclass(frozen=True)
class Paragraph:
    """Sentences under a heading."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Quantity:
    """A metric by which frameworks are ranked.

    Attributes:
        measure: of a run.
        unit: of the metric.
        higher_is_better: else lower is better.
        best: what the best framework does, as a verb phrase.
    """

    measure: Measure
    unit: Unit
    higher_is_better: bool
    best: str


_QUANTITIES = (
    _Quantity(measures.train_seconds, "seconds", False, "trains fastest"),
    _Quantity(measures.latency_ms, "milliseconds", False, "has the lowest latency"),
    _Quantity(measures.throughput, "per second", True, "has the highest throughput"),
    _Quantity(measures.peak_memory, "bytes", False, "uses the least memory"),
)

Family = Mapping[FrameworkName, Group]


def discussion(run_data: RunData, options: ViewOptions) -> tuple[Paragraph, ...]:
    """Paragraphs with their numbers. Missing measurements are left out."""
    families = _families(run_data)
    if not families:
        names = dict.fromkeys(framework_entry(group.framework).title for group in run_data.groups)
        sentence = (
            "No two frameworks were trained with the same settings, so they cannot be compared. "
            f"These runs were trained by {listed(list(names))}."
        )
        return (Paragraph("Frameworks", (sentence,)),)
    found = (
        Paragraph("Reliability of the timing", notes.of_timing(run_data)),
        Paragraph("Framework overhead", tuple(_overhead(run_data))),
        Paragraph("Strengths", tuple(_strengths(run_data, families))),
        Paragraph("Weaknesses", tuple(_weaknesses(run_data, families))),
        Paragraph("Accuracy", tuple(_accuracy(run_data, families, options))),
    )
    return tuple(paragraph for paragraph in found if paragraph.sentences)


def _families(run_data: RunData) -> tuple[Family, ...]:
    """Groups that differ only in their framework, for at least two frameworks."""
    found: dict[RunSpec, dict[FrameworkName, Group]] = {}
    for group in run_data.groups:
        training = replace(group.spec.training, seed=0)
        common = replace(group.spec, training=training, framework="numpy", device="auto")
        found.setdefault(common, {})[group.framework] = group
    return tuple(family for family in found.values() if len(family) > 1)


def _overhead(run_data: RunData) -> Iterator[str]:
    """The time outside training, by framework."""
    for name in dict.fromkeys(group.framework for group in run_data.groups):
        every = [measures.breakdown_of(run) for run in run_data.runs if run.spec.framework == name]
        known = [one for one in every if one and one.busy > 0]
        if not known:
            continue
        mean: Mapping[Part, float] = {
            part: fmean(dict(one.parts)[part] for one in known) for part, _ in PARTS
        }
        busy = fmean(one.busy for one in known)
        before = mean["start-up"] + mean["build"]
        yield (
            f"{framework_entry(name).title} needs {duration(before)} before the first step "
            f"({duration(mean['start-up'])} to start and import, {duration(mean['build'])} to "
            f"build and compile). That is {_share(before, busy)} of a run of {duration(busy)}. "
            f"Training takes {_share(mean['train'], busy)}, evaluation "
            f"{_share(mean['evaluate'], busy)}, and waiting for data {_share(mean['data'], busy)} "
            f"(mean of {counted(len(known), 'run')})."
        )


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"


def _strengths(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """The best framework by each metric, in how many families, and by how much."""
    for quantity in _QUANTITIES:
        rankings = _rankings(run_data, families, quantity)
        if not rankings:
            continue
        winners = [one.best for one in rankings]
        best = max(dict.fromkeys(winners), key=winners.count)
        example = next(one for one in rankings if one.best == best)
        yield (
            f"{framework_entry(best).title} {quantity.best} in "
            f"{_part(winners.count(best), len(rankings))} that were trained in several frameworks. "
            f"For {example.settings}, the value is {cell_text(example.best_value, quantity.unit)}, "
            f"compared with {cell_text(example.worst_value, quantity.unit)} for "
            f"{framework_entry(example.worst).title}."
        )


def _part(number: int, total: int) -> str:
    """``all four settings``, ``both settings``, ``three of four settings``, ``the one setting``."""
    if total == 1:
        return "the one setting"
    if number == total == 2:
        return "both settings"
    settings = counted(total, "setting")
    return f"all {settings}" if number == total else f"{word(number)} of {settings}"


@dataclass(frozen=True)
class _Ranking:
    """The best and the worst framework of a family by one metric."""

    best: FrameworkName
    settings: str
    best_value: float
    worst: FrameworkName
    worst_value: float


def _rankings(
    run_data: RunData, families: Sequence[Family], quantity: _Quantity
) -> tuple[_Ranking, ...]:
    values = measures.of_all(run_data, quantity.measure)
    return tuple(filter(None, (_ranking(family, values, quantity) for family in families)))


def _ranking(family: Family, values: Mapping[str, float], quantity: _Quantity) -> _Ranking | None:
    means = {
        name: fmean(known)
        for name, group in family.items()
        if (known := measures.of_group(group, values))
    }
    if len(means) < 2:
        return None
    order = sorted(means, key=means.__getitem__, reverse=quantity.higher_is_better)
    best, worst = order[0], order[-1]
    return _Ranking(best, _settings(family), means[best], worst, means[worst])


def _settings(family: Family) -> str:
    """What a family has in common: the title of a group without its framework."""
    name, group = next(iter(family.items()))
    return group.title.replace(f" · {framework_entry(name).title}", "", 1)


def _weaknesses(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """For each framework, the metric by which it is furthest behind the best."""
    furthest: dict[FrameworkName, tuple[float, str]] = {}
    for quantity in _QUANTITIES:
        for one in _rankings(run_data, families, quantity):
            if not one.best_value or not one.worst_value:
                continue
            low, high = sorted((one.best_value, one.worst_value))
            sentence = (
                f"{framework_entry(one.worst).title} has its largest deficit with {one.settings}, "
                f"where {framework_entry(one.best).title} {quantity.best}: "
                f"{cell_text(one.best_value, quantity.unit)} compared with "
                f"{cell_text(one.worst_value, quantity.unit)}, a factor of {high / low:.1f}."
            )
            furthest[one.worst] = max(furthest.get(one.worst, (0.0, "")), (high / low, sentence))
    yield from (sentence for _, sentence in furthest.values())


def _accuracy(run_data: RunData, families: Sequence[Family], options: ViewOptions) -> Iterator[str]:
    """The largest difference in accuracy between frameworks with the same settings and seeds."""
    values = measures.of_all(run_data, measures.accuracy)
    largest: tuple[float, str] = (-1.0, "")
    for family in families:
        groups = list(family.values())
        for at, a in enumerate(groups):
            for b in groups[at + 1 :]:
                titles = a.title, b.title
                found = compare(titles, by_seed(a, values), by_seed(b, values), options.threshold)
                if found.difference:
                    size = abs(found.difference.value)
                    largest = max(largest, (size, _difference_sentence(found)))
    if largest[1]:
        yield f"The largest difference between frameworks with the same settings: {largest[1]}"


def _difference_sentence(found: SeedComparison) -> str:
    assert found.difference is not None
    if len(found.seeds) >= MIN_SEEDS:
        return found.verdict.sentence
    return (
        f"{found.a} - {found.b}: {percentage_points(found.difference.value, signed=True)} over "
        f"{counted(len(found.seeds), 'seed')}. These are too few seeds for a verdict."
    )
