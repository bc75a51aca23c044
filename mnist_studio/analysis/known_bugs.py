"""Known bugs of runs as text, and what they cost: accuracy and loss with and without them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from msgspec.structs import replace

from mnist_studio.analysis.intervals import interval_name
from mnist_studio.analysis.seeds import MIN_SEEDS, mean_difference
from mnist_studio.analysis.verdict import Kind, verdict_kind
from mnist_studio.events import Finished, Terminal
from mnist_studio.formatting import counted, percentage_points, percentage_points_interval
from mnist_studio.frameworks.registry import framework_entry
from mnist_studio.spec.known_bugs import listed
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import KnownBugName, RunSpec


@dataclass(frozen=True)
class RunMetrics:
    """A run and its test metrics.

    Attributes:
        spec: what was trained.
        accuracy: at its end, a fraction.
        loss: at its end.
    """

    spec: RunSpec
    accuracy: float
    loss: float


@dataclass(frozen=True)
class KnownBugCost:
    """What a set of known bugs does to the result of a run.

    Attributes:
        spec: the run without them, with the first of its seeds.
        known_bugs: in alphabetical order.
        seeds: that both sides have, ascending; each is one pair.
        differences: accuracy with the bugs minus accuracy without, of each pair; fractions, below 0
            if the bugs cost accuracy.
        loss: the mean over the pairs of the same difference of the loss.
    """

    spec: RunSpec
    known_bugs: tuple[KnownBugName, ...]
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    loss: float

    @property
    def pairs(self) -> int:
        """Number of pairs of the same seed."""
        return len(self.seeds)

    @property
    def difference(self) -> float:
        """The mean of the differences."""
        return fmean(self.differences)


_Seeds = dict[int, list[RunMetrics]]


def costs(results: Sequence[RunMetrics]) -> tuple[KnownBugCost, ...]:
    """Pairs runs that differ only in known bugs, in the order in which sets of bugs first occur.

    Only runs of the same seed are paired: they have the same initialization and batches, so what
    remains of their difference is due to the bugs. Repeats of a seed are averaged.
    """
    sides: dict[tuple[RunSpec, tuple[KnownBugName, ...]], _Seeds] = {}
    for result in results:
        seeds = sides.setdefault((_common(result.spec), _names(result.spec)), {})
        seeds.setdefault(result.spec.training.seed, []).append(result)
    found = (
        _cost(common, bugs, with_bugs, sides.get((common, ()), {}))
        for (common, bugs), with_bugs in sides.items()
        if bugs
    )
    return tuple(cost for cost in found if cost is not None)


def _names(spec: RunSpec) -> tuple[KnownBugName, ...]:
    return tuple(sorted(spec.known_bugs))


def _common(spec: RunSpec) -> RunSpec:
    """What the two runs of a pair have in common, for every seed."""
    return replace(spec, known_bugs=(), training=replace(spec.training, seed=0))


def _cost(
    common: RunSpec, bugs: tuple[KnownBugName, ...], with_bugs: _Seeds, plain: _Seeds
) -> KnownBugCost | None:
    seeds = tuple(sorted(with_bugs.keys() & plain.keys()))
    if not seeds:
        return None
    spec = replace(common, training=replace(common.training, seed=seeds[0]))
    accuracies, losses = (
        tuple(measure(with_bugs[seed]) - measure(plain[seed]) for seed in seeds)
        for measure in (_accuracy, _loss)
    )
    return KnownBugCost(spec, bugs, seeds, accuracies, fmean(losses))


def _accuracy(repeats: Sequence[RunMetrics]) -> float:
    return fmean(result.accuracy for result in repeats)


def _loss(repeats: Sequence[RunMetrics]) -> float:
    return fmean(result.loss for result in repeats)


def cost_sentences(runs: Iterable[tuple[RunSpec, Terminal | None]]) -> list[str]:
    """What the known bugs of these runs cost, one sentence for each set of bugs.

    Only finished runs are paired: a run that ended early would look worse than its settings are.
    """
    results = [
        RunMetrics(spec, end.test_accuracy, end.test_loss)
        for spec, end in runs
        if isinstance(end, Finished)
    ]
    found = costs(results)
    together = sum(cost.pairs >= MIN_SEEDS for cost in found)
    return [sentence(cost, together) for cost in found]


def sentence(cost: KnownBugCost, comparisons: int = 1) -> str:
    """What the bugs cost, how certain that is, and on how many seeds it is based.

    Args:
        cost: of the bugs.
        comparisons: number of costs with an interval that are shown together.
    """
    framework = framework_entry(cost.spec.framework).title
    subject = f"{recipe_title(cost.spec.recipe)} in {framework}, {listed(cost.known_bugs)}"
    kind = _kind(cost.differences, comparisons)
    change = f"{_change(cost.difference, kind)}, {_loss_change(cost.loss)}"
    return f"{subject}: {change} ({certainty(cost.differences, comparisons)})."


def _kind(differences: tuple[float, ...], comparisons: int) -> Kind:
    """The verdict on a mean difference; ``none`` with too few seeds."""
    enough = len(differences) >= MIN_SEEDS
    return verdict_kind(mean_difference(differences, comparisons).interval if enough else None)


def certainty(differences: tuple[float, ...], comparisons: int = 1, with_level: bool = True) -> str:
    """What a mean difference is based on, and the verdict: ``three seeds, undecided``.

    Args:
        differences: of each seed, fractions.
        comparisons: number of means with an interval that are shown together.
        with_level: whether the text names the interval and its level, else only its ends.
    """
    seeds = counted(len(differences), "seed")
    if len(differences) < MIN_SEEDS:
        return f"{seeds}, undecided"
    interval = mean_difference(differences, comparisons).interval
    assert interval is not None
    numbers = percentage_points_interval(interval.low, interval.high)
    name = f"{interval_name(comparisons, 'cost')} " if with_level else ""
    return f"{seeds}, {name}{numbers}, {_VERDICTS[verdict_kind(interval)]}"


_VERDICTS = {
    "different": "a relevant difference",
    "equal": "equal in practice",
    "undecided": "undecided",
}


def _change(difference: float, kind: Kind) -> str:
    """A change is a cost or a gain only where it is real."""
    change = percentage_points(abs(difference))
    if change == "0.00 pp":
        return "changes test accuracy by less than 0.01 pp"
    if kind == "different":
        return f"{'costs' if difference < 0 else 'gains'} {change} of test accuracy"
    return f"test accuracy {change} {'lower' if difference < 0 else 'higher'}"


def _loss_change(difference: float) -> str:
    return f"test loss {difference:+.4f}".replace("-", "\N{MINUS SIGN}")
