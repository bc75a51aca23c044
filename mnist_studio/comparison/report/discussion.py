"""What measurements show about frameworks: overhead, strengths, weaknesses, accuracy.

Frameworks are compared with the same settings only: runs that differ only in framework, device and
seed are one *family*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis import ranking
from mnist_studio.analysis.groups import Group
from mnist_studio.analysis.seeds import MIN_SEEDS, SeedComparison
from mnist_studio.analysis.time_breakdown import EXCLUDED, INCLUDED, PARTS, Part
from mnist_studio.analysis.view import Unit
from mnist_studio.analysis.view_text import cell_text
from mnist_studio.comparison import measures, seed_pairs
from mnist_studio.comparison.measures import Measure
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.seed_pairs import SeedPair
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import counted, duration, listed, percentage_points, word
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.spec.run import FrameworkName, RunSpec, Style


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
        name: of the metric.
        best: what the best framework does, as a verb phrase.
        best_of_several: the same for several frameworks.
    """

    measure: Measure
    unit: Unit
    higher_is_better: bool
    name: str
    best: str
    best_of_several: str

    def best_of(self, number: int) -> str:
        """The verb phrase for this number of frameworks."""
        return self.best if number == 1 else self.best_of_several


_QUANTITIES = (
    _Quantity(
        measures.training_time, "seconds", False,
        "training time", "trains fastest", "train fastest",
    ),
    _Quantity(
        measures.latency_ms, "milliseconds", False,
        "latency", "has the lowest latency", "have the lowest latency",
    ),
    _Quantity(
        measures.throughput, "per second", True,
        "throughput", "has the highest throughput", "have the highest throughput",
    ),
    _Quantity(
        measures.peak_memory, "bytes", False,
        "peak memory", "uses the least memory", "use the least memory",
    ),
)  # fmt: skip

Family = Mapping[FrameworkName, Group]


def discussion(run_data: RunData, options: ViewOptions) -> tuple[Paragraph, ...]:
    """Paragraphs with their numbers. Missing measurements are left out."""
    families = _families(run_data)
    if not families:
        groups = run_data.all_groups
        names = dict.fromkeys(framework_entry(group.framework).title for group in groups)
        sentence = (
            "No two frameworks were trained with the same settings, so they cannot be compared. "
            f"These runs were trained by {listed(list(names))}."
        )
        return (Paragraph("Frameworks", (sentence,)),)
    found = (
        Paragraph("What the training time contains", (f"{INCLUDED} {EXCLUDED}",)),
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
    """The time outside training, by framework and loop."""
    for name, style in dict.fromkeys((g.framework, g.spec.style) for g in run_data.groups):
        members = [
            run for run in run_data.counted if (run.spec.framework, run.spec.style) == (name, style)
        ]
        every = [measures.breakdown_of(run) for run in members]
        known = [one for one in every if one and one.busy > 0]
        if not known:
            continue
        mean: Mapping[Part, float] = {
            part: fmean(dict(one.parts)[part] for one in known) for part, _ in PARTS
        }
        busy = fmean(one.busy for one in known)
        before = mean["start-up"] + mean["build"]
        yield (
            f"{notes.in_loop(name, style)} needs {duration(before)} before the first step "
            f"({duration(mean['start-up'])} to start and import, {duration(mean['build'])} to "
            f"build and compile). That is {_share(before, busy)} of a run of {duration(busy)}. "
            f"Training steps take {_share(mean['train'], busy)}, evaluation "
            f"{_share(mean['evaluate'], busy)}, and data {_share(mean['data'], busy)} "
            f"(mean of {counted(len(known), 'run')})."
        )


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"


def _strengths(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """The best framework by each metric, in how many families, and by how much.

    Several frameworks are named if they are best equally often. A family in which they share the
    best value counts for each of them.
    """
    for quantity in _QUANTITIES:
        rankings = _rankings(run_data, families, quantity)
        apart = [one for one in rankings if not one.tied]
        if rankings and not apart:
            yield (
                f"The frameworks have the same {quantity.name} in {_part_of_all(rankings)} that "
                "were trained in several frameworks."
            )
        if not apart:
            continue
        wins = {
            winner: sum(winner in one.winners for one in apart)
            for winner in dict.fromkeys(winner for one in apart for winner in one.winners)
        }
        best = ranking.best(wins, "count")
        example = next(one for one in apart if best[0] in one.winners)
        each = " each" if len(best) > 1 else ""
        yield (
            f"{_in_loops(best)}{each} {quantity.best_of(len(best))} in "
            f"{_part(wins[best[0]], len(rankings))} that were trained in several frameworks. "
            f"For {example.settings}, the value is "
            f"{cell_text(example.best_value, quantity.unit)} for {_titles(example.best)}, "
            f"compared with {cell_text(example.worst_value, quantity.unit)} for "
            f"{_titles(example.worst)}."
        )


def _in_loops(found: Sequence[tuple[FrameworkName, Style]]) -> str:
    """Frameworks with their loop: ``NumPy and Keras in the shared loop``."""
    *others, (last, style) = found
    if all(other == style for _, other in others):
        return listed([*(framework_entry(name).title for name, _ in others),
                       notes.in_loop(last, style)])  # fmt: skip
    return listed([notes.in_loop(name, of) for name, of in found])


def _titles(names: Sequence[FrameworkName]) -> str:
    return listed([framework_entry(name).title for name in names])


def _part_of_all(rankings: Sequence["_Ranking"]) -> str:
    return _part(len(rankings), len(rankings))


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
    """The best and the worst frameworks of a family by one metric.

    Attributes:
        best: several if their values look equal.
        settings: what the family has in common.
        best_value: of the first of them.
        worst: several if their values look equal; the same as the best if all do.
        worst_value: of the first of them.
        style: the loop of the family.
    """

    best: tuple[FrameworkName, ...]
    settings: str
    best_value: float
    worst: tuple[FrameworkName, ...]
    worst_value: float
    style: Style

    @property
    def winners(self) -> tuple[tuple[FrameworkName, Style], ...]:
        """The best frameworks with their loop."""
        return tuple((name, self.style) for name in self.best)

    @property
    def tied(self) -> bool:
        """Whether all frameworks of the family have the same value."""
        return self.best == self.worst


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
    best = ranking.best(means, quantity.unit, quantity.higher_is_better)
    worst = ranking.best(means, quantity.unit, not quantity.higher_is_better)
    style = next(iter(family.values())).spec.style
    return _Ranking(best, _settings(family), means[best[0]], worst, means[worst[0]], style)


def _settings(family: Family) -> str:
    """What a family has in common: the title of a group without its framework."""
    name, group = next(iter(family.items()))
    return group.title.replace(f" · {framework_entry(name).title}", "", 1)


def _weaknesses(run_data: RunData, families: Sequence[Family]) -> Iterator[str]:
    """For each framework, the metric by which it is furthest behind the best."""
    furthest: dict[FrameworkName, tuple[float, str]] = {}
    for quantity in _QUANTITIES:
        for one in _rankings(run_data, families, quantity):
            if one.tied or not one.best_value or not one.worst_value:
                continue
            low, high = sorted((one.best_value, one.worst_value))
            for name in one.worst:
                sentence = _weakness(name, one, quantity, high / low)
                furthest[name] = max(furthest.get(name, (0.0, "")), (high / low, sentence))
    yield from (sentence for _, sentence in furthest.values())


def _weakness(name: FrameworkName, of: _Ranking, quantity: _Quantity, factor: float) -> str:
    others = [other for other in of.worst if other != name]
    like = f", like {_titles(others)}," if others else ""
    return (
        f"{notes.in_loop(name, of.style)}{like} has its largest deficit with {of.settings}, where "
        f"{_titles(of.best)} {quantity.best_of(len(of.best))}: "
        f"{cell_text(of.best_value, quantity.unit)} compared with "
        f"{cell_text(of.worst_value, quantity.unit)}, a factor of {factor:.1f}."
    )


def _accuracy(run_data: RunData, families: Sequence[Family], options: ViewOptions) -> Iterator[str]:
    """The largest difference in accuracy between frameworks with the same settings and seeds.

    Its interval and verdict are those of the view across seeds, where all pairs hold together: the
    largest of many differences would look certain on its own.
    """
    found = _of_families(seed_pairs.compared(run_data, options.threshold).pairs, families)
    if not found:
        return
    sizes = {at: abs(one.difference.value) for at, one in found.items() if one.difference}
    largest = ranking.best(sizes, "fraction")
    text = _difference_sentence(found[largest[0]])
    total = f"{counted(len(sizes), 'difference')} between frameworks with the same settings"
    if len(sizes) == 1:
        yield text
    elif len(largest) == 1:
        yield f"The largest of {total}: {text}"
    elif len(largest) == len(sizes):
        yield f"All {total} are equally large. One of them: {text}"
    else:
        yield f"{word(len(largest)).capitalize()} of {total} are the largest. One of them: {text}"


def _of_families(
    pairs: Sequence[SeedPair], families: Sequence[Family]
) -> Mapping[int, SeedComparison]:
    """The comparisons with a seed in common whose two groups are of one family, numbered."""
    family = {group.key: number for number, of in enumerate(families) for group in of.values()}
    return {
        at: pair.comparison
        for at, pair in enumerate(pairs)
        if pair.comparison.difference and family.get(pair.a.key, -1) == family.get(pair.b.key, -2)
    }


def _difference_sentence(found: SeedComparison) -> str:
    assert found.difference is not None
    if len(found.seeds) >= MIN_SEEDS:
        return found.verdict.sentence
    return (
        f"{found.a} - {found.b}: {percentage_points(found.difference.value, signed=True)} over "
        f"{counted(len(found.seeds), 'seed')}. These are too few seeds for a verdict."
    )
