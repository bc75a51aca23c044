"""The views that say whether a difference is real. ``significance`` loads SciPy's statistics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mnist_studio.analysis import seeds, significance
from mnist_studio.analysis.groups import Group, by_seed
from mnist_studio.analysis.paired import PairTest, SeveralTest
from mnist_studio.analysis.seeds import MIN_SEEDS, SeedComparison
from mnist_studio.analysis.verdict import Verdict, verdict
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, View
from mnist_studio.comparison import measures
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.comparison.views.choice import some
from mnist_studio.formatting import counted, percentage_points

Titles = Mapping[str, str]
"""Of runs, by their ids."""

WORDS = {
    "different": "different",
    "equal": "equal in practice",
    "undecided": "undecided",
    "none": "no verdict",
}
MOST_MODELS = 6
MOST_ALL_PAIRS = 6
"""Of more groups only those pairs are judged that have a recipe or a framework in common."""
MOST_SENTENCES = 6


def paired_models(run_data: RunData, options: ViewOptions) -> View:
    """Every two models on the same digits: difference, interval, exact McNemar, verdict."""
    chosen = some(run_data, MOST_MODELS)
    if len(chosen.runs) < 2:
        raise NotComparable(
            "Of these runs fewer than two have predictions.", "Choose two models or more."
        )
    models, labels = run_data.predictions(chosen.runs)
    found = significance.compare(models, labels)
    level = "95 % CI" if len(found.pairs) == 1 else f"95 % CI over {len(found.pairs)} pairs"
    titles = chosen.titles
    judged = [(test, _judged(titles, test, options.threshold, level)) for test in found.pairs]
    several = _several(found.several)
    short = [
        _Judged(titles[test.pair.a], titles[test.pair.b], test.pair.difference.value, one)
        for test, one in judged
    ]
    return View(
        "significance", title_of("significance"),
        " ".join(filter(None, (_summary(short), several))),
        (_chart([_pair_bar(titles, test) for test, _ in judged]),),
        Table(_PAIR_COLUMNS, tuple(_pair_row(titles, test, one) for test, one in judged)),
        ("These models, on these digits: what another seed would give, the view over seeds says.",
         *chosen.notes, *notes.of_all(run_data)),
    )  # fmt: skip


_PAIR_COLUMNS = (
    Column("First"), Column("Second"), Column("Verdict"), Column("Difference, points", "points"),
    Column("From", "points"), Column("To", "points"), Column("Only the first right", "count"),
    Column("Only the second right", "count"), Column("McNemar, exact p"), Column("Holm"),
    Column("In words"),
)  # fmt: skip


def _judged(titles: Titles, test: PairTest, threshold: float, level: str) -> Verdict:
    pair = test.pair
    return verdict(titles[pair.a], titles[pair.b], pair.difference, threshold, level)


def _pair_bar(titles: Titles, test: PairTest) -> Bar:
    pair, interval = test.pair, test.pair.difference.interval
    ends = (100 * interval.low, 100 * interval.high) if interval else (None, None)
    title = f"{titles[pair.a]} less {titles[pair.b]}"
    return Bar(pair.a, title, 100 * pair.difference.value, *ends)


def _pair_row(titles: Titles, test: PairTest, judged: Verdict) -> Row:
    pair, bar = test.pair, _pair_bar(titles, test)
    return Row(
        pair.a,
        (titles[pair.a], titles[pair.b], WORDS[judged.kind], bar.value, bar.low,
         bar.high, pair.agreement.only_a, pair.agreement.only_b, test.p, test.holm,
         judged.sentence),
    )  # fmt: skip


def _several(test: SeveralTest | None) -> str:
    if test is None:
        return ""
    return (
        f"Over all models together, Cochran's Q is {test.statistic:.2f} with {test.degrees} "
        f"degrees of freedom (p {_p(test.p)})."
    )


def _p(value: float) -> str:
    return "below .0001" if value < 1e-4 else f"{value:.4f}"


def over_seeds(run_data: RunData, options: ViewOptions) -> View:
    """Every two recipes or frameworks over the seeds that both have."""
    values = measures.of_all(run_data, measures.accuracy)
    pairs = _pairs(run_data.groups)
    if not pairs:
        raise NotComparable(
            "These runs are all of the same settings.", "Choose runs of two recipes or frameworks."
        )
    judged = [
        (a, seeds.compare((a.title, b.title), by_seed(a, values), by_seed(b, values),
                          options.threshold))
        for a, b in pairs
    ]  # fmt: skip
    short = [
        _Judged(one.a, one.b, one.difference.value if one.difference else 0.0, one.verdict)
        for _, one in judged
    ]
    bars = [_seed_bar(a, one) for a, one in judged if one.difference]
    return View(
        "over-seeds", title_of("over-seeds"),
        _summary(short), (_chart(bars),) if bars else (),
        Table(_SEED_COLUMNS, tuple(_seed_row(a, one) for a, one in judged)),
        (f"Paired by seed; no verdict below {MIN_SEEDS} seeds. A difference of "
         f"{percentage_points(options.threshold)} or less does not matter in practice.",
         *_left_out(run_data.groups, pairs), *notes.of_all(run_data)),
    )  # fmt: skip


_SEED_COLUMNS = (
    Column("First"), Column("Second"), Column("Verdict"), Column("Seeds", "count"),
    Column("Mean difference, points", "points"), Column("From", "points"), Column("To", "points"),
    Column("Probability that the first is better", "fraction"),
    Column("that they are equal in practice", "fraction"),
    Column("that the second is better", "fraction"), Column("In words"),
)  # fmt: skip


def _pairs(groups: Sequence[Group]) -> list[tuple[Group, Group]]:
    """Of the same digits; of many groups those that have a recipe or a framework in common."""
    every = [(a, b) for a, b in combinations(groups, 2) if a.spec.dataset == b.spec.dataset]
    if len(groups) <= MOST_ALL_PAIRS:
        return every
    return [(a, b) for a, b in every if _nearly(a, b)]


def _nearly(a: Group, b: Group) -> bool:
    """Whether one thing parts them: recipe, framework, or another setting."""
    batch = a.spec.training.batch_size == b.spec.training.batch_size
    style = (a.spec.style, a.spec.known_bugs) == (b.spec.style, b.spec.known_bugs)
    return (a.recipe == b.recipe) + (a.framework == b.framework) + batch + style == 3


def _left_out(groups: Sequence[Group], pairs: Sequence[object]) -> tuple[str, ...]:
    every = len(groups) * (len(groups) - 1) // 2
    if len(pairs) == every:
        return ()
    return (f"Of {every} pairs those {len(pairs)} are judged that one thing parts.",)


def _seed_bar(a: Group, one: SeedComparison) -> Bar:
    assert one.difference is not None
    interval = one.difference.interval
    ends = (100 * interval.low, 100 * interval.high) if interval else (None, None)
    return Bar(a.key, f"{one.a} less {one.b}", 100 * one.difference.value, *ends)


def _seed_row(a: Group, one: SeedComparison) -> Row:
    bar = _seed_bar(a, one) if one.difference else Bar(a.key, "", None)
    chances = one.probabilities
    likely = (chances.a, chances.equal, chances.b) if chances else (None, None, None)
    return Row(
        a.key,
        (one.a, one.b, WORDS[one.verdict.kind], len(one.seeds), bar.value, bar.low, bar.high,
         *likely, one.verdict.sentence),
    )  # fmt: skip


def _chart(bars: Sequence[Bar]) -> Bars:
    return Bars(AxisSpec("Difference of test accuracies, percentage points", "points"), tuple(bars))


@dataclass(frozen=True)
class _Judged:
    """Two titles, the difference of the first less the second, and the verdict on it."""

    a: str
    b: str
    value: float
    verdict: Verdict

    @property
    def words(self) -> str:
        """The verdict without the figures behind it, which the table has."""
        match self.verdict.kind:
            case "different":
                first, second = (self.a, self.b) if self.value > 0 else (self.b, self.a)
                return f"{first} is better than {second} by {percentage_points(abs(self.value))}."
            case "equal":
                return f"{self.a} and {self.b} are equal in practice."
            case "undecided":
                return f"It is undecided whether {self.a} and {self.b} differ."
            case _:
                return ""


def _summary(judged: Sequence[_Judged]) -> str:
    """One verdict with its figures, some in short words, many by their kinds."""
    if len(judged) == 1:
        return judged[0].verdict.sentence
    kinds = [one.verdict.kind for one in judged]
    if len(judged) <= MOST_SENTENCES or set(kinds) == {"none"}:
        told = [one.words for one in judged if one.words]
        none = kinds.count("none")
        few = f"No verdict on {counted(none, 'pair')}: fewer than {MIN_SEEDS} seeds in common."
        return " ".join([*told, few] if none else told)
    counts = (f"{kinds.count(kind)} {words}" for kind, words in WORDS.items() if kind in kinds)
    return f"Of {len(judged)} pairs: {', '.join(counts)}."
