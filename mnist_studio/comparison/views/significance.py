"""Views that show whether differences are real. ``paired_models`` loads SciPy's statistics."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from mnist_studio.analysis import seeds, significance
from mnist_studio.analysis.groups import Group, by_seed
from mnist_studio.analysis.paired import PairTest, SeveralTest
from mnist_studio.analysis.seeds import MIN_SEEDS, SeedComparison
from mnist_studio.analysis.verdict import Verdict, verdict
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, ViewContent
from mnist_studio.comparison import measures
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.comparison.views.choice import some
from mnist_studio.formatting import counted, percentage_points, word

Titles = Mapping[str, str]
"""Of runs, by their ids."""

KINDS = {
    "different": "different",
    "equal": "equal in practice",
    "undecided": "undecided",
    "none": "no verdict",
}
MAX_MODELS = 6
MAX_GROUPS_FOR_ALL_PAIRS = 6
"""With more groups, only pairs that differ in one respect are compared."""
MAX_SENTENCES = 6

_DIFFERENCE = AxisSpec("Difference in test accuracy", "points")


def paired_models(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Every pair of models on the same images: difference, CI, exact McNemar test, verdict."""
    shown = some(run_data, MAX_MODELS)
    if len(shown.runs) < 2:
        raise NotComparable(
            "Fewer than two of these runs have predictions.", "Select two models or more."
        )
    models, labels = run_data.predictions(shown.runs)
    tests = significance.compare(models, labels)
    pairs = len(tests.pairs)
    interval = "95 % CI" if pairs == 1 else f"simultaneous 95 % CI of {word(pairs)} pairs"
    verdicts = [
        verdict(*_titles(shown.titles, test), test.pair.difference, options.threshold, interval)
        for test in tests.pairs
    ]
    rows = zip(tests.pairs, verdicts, strict=True)
    return ViewContent(
        " ".join(filter(None, (_summary(verdicts), _several(tests.several)))),
        (Bars(_DIFFERENCE, tuple(_pair_bar(shown.titles, test) for test in tests.pairs)),),
        Table(_PAIR_COLUMNS, tuple(_pair_row(shown.titles, test, one) for test, one in rows)),
        ("This compares trained models on one test set. The view "
         f"“{title_of('over-seeds')}” shows whether the result holds for other seeds.",
         *shown.notes, *notes.of_all(run_data)),
    )  # fmt: skip


_PAIR_COLUMNS = (
    Column("First"), Column("Second"), Column("Verdict"), Column("Difference (pp)", "points"),
    Column("95 % CI low (pp)", "points"), Column("95 % CI high (pp)", "points"),
    Column("Only first correct", "count"), Column("Only second correct", "count"),
    Column("McNemar's exact p"), Column("p after Holm"), Column("Explanation"),
)  # fmt: skip


def _titles(titles: Titles, test: PairTest) -> tuple[str, str]:
    return titles[test.pair.a], titles[test.pair.b]


def _pair_bar(titles: Titles, test: PairTest) -> Bar:
    pair, interval = test.pair, test.pair.difference.interval
    ends = (100 * interval.low, 100 * interval.high) if interval else (None, None)
    return Bar(pair.a, " - ".join(_titles(titles, test)), 100 * pair.difference.value, *ends)


def _pair_row(titles: Titles, test: PairTest, found: Verdict) -> Row:
    pair, bar = test.pair, _pair_bar(titles, test)
    return Row(
        pair.a,
        (titles[pair.a], titles[pair.b], KINDS[found.kind], bar.value, bar.low, bar.high,
         pair.agreement.only_a, pair.agreement.only_b, test.p, test.holm, found.sentence),
    )  # fmt: skip


def _several(test: SeveralTest | None) -> str:
    if test is None:
        return ""
    p = "p < 0.0001" if test.p < 1e-4 else f"p = {test.p:.4f}"
    degrees = counted(test.degrees, "degree")
    return (
        f"Cochran's Q test of all models: Q = {test.statistic:.2f} with {degrees} of freedom, {p}."
    )


def over_seeds(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Every pair of recipes or frameworks over the seeds that both have."""
    values = measures.of_all(run_data, measures.accuracy)
    pairs = _pairs(run_data.groups)
    if not pairs:
        raise NotComparable(
            "All of these runs have the same settings.", "Select runs of two recipes or frameworks."
        )
    compared = [
        (a, seeds.compare((a.title, b.title), by_seed(a, values), by_seed(b, values),
                          options.threshold))
        for a, b in pairs
    ]  # fmt: skip
    bars = [_seed_bar(a, one) for a, one in compared if one.difference]
    return ViewContent(
        _summary([one.verdict for _, one in compared]),
        (Bars(_DIFFERENCE, tuple(bars)),) if bars else (),
        Table(_SEED_COLUMNS, tuple(_seed_row(a, one) for a, one in compared)),
        (f"Runs are paired by seed. A verdict needs at least {word(MIN_SEEDS)} seeds. Differences "
         f"up to {percentage_points(options.threshold)} are treated as negligible.",
         *_left_out(run_data.groups, pairs), *notes.of_all(run_data)),
    )  # fmt: skip


_SEED_COLUMNS = (
    Column("First"), Column("Second"), Column("Verdict"), Column("Seeds", "count"),
    Column("Mean difference (pp)", "points"), Column("95 % CI low (pp)", "points"),
    Column("95 % CI high (pp)", "points"), Column("P(first better)", "fraction"),
    Column("P(equal in practice)", "fraction"), Column("P(second better)", "fraction"),
    Column("Explanation"),
)  # fmt: skip


def _pairs(groups: Sequence[Group]) -> list[tuple[Group, Group]]:
    """All pairs with the same dataset; of many groups only those that differ in one respect."""
    every = [(a, b) for a, b in combinations(groups, 2) if a.spec.dataset == b.spec.dataset]
    if len(groups) <= MAX_GROUPS_FOR_ALL_PAIRS:
        return every
    return [(a, b) for a, b in every if _differ_in_one_respect(a, b)]


def _differ_in_one_respect(a: Group, b: Group) -> bool:
    """Whether they differ in the recipe, the framework, or another setting, but only in one."""
    batch = a.spec.training.batch_size == b.spec.training.batch_size
    style = (a.spec.style, a.spec.known_bugs) == (b.spec.style, b.spec.known_bugs)
    return (a.recipe == b.recipe) + (a.framework == b.framework) + batch + style == 3


def _left_out(groups: Sequence[Group], pairs: Sequence[object]) -> tuple[str, ...]:
    every = len(groups) * (len(groups) - 1) // 2
    if len(pairs) == every:
        return ()
    return (f"Only the {len(pairs)} of {every} pairs that differ in one respect are compared.",)


def _seed_bar(a: Group, one: SeedComparison) -> Bar:
    assert one.difference is not None
    interval = one.difference.interval
    ends = (100 * interval.low, 100 * interval.high) if interval else (None, None)
    return Bar(a.key, f"{one.a} - {one.b}", 100 * one.difference.value, *ends)


def _seed_row(a: Group, one: SeedComparison) -> Row:
    bar = _seed_bar(a, one) if one.difference else Bar(a.key, "", None)
    of = one.probabilities
    probabilities = (of.a, of.equal, of.b) if of else (None, None, None)
    return Row(
        a.key,
        (one.a, one.b, KINDS[one.verdict.kind], len(one.seeds), bar.value, bar.low, bar.high,
         *probabilities, one.verdict.sentence),
    )  # fmt: skip


def _summary(verdicts: Sequence[Verdict]) -> str:
    """One verdict with its numbers, a few without them, many as counts."""
    if len(verdicts) == 1:
        return verdicts[0].sentence
    kinds = [one.kind for one in verdicts]
    if len(verdicts) <= MAX_SENTENCES or set(kinds) == {"none"}:
        sentences = [one.short for one in verdicts if one.short]
        if none := kinds.count("none"):
            few = f"fewer than {word(MIN_SEEDS)} seeds in common"
            sentences.append(f"No verdict on {counted(none, 'pair')}: {few}.")
        return " ".join(sentences)
    counts = (f"{kinds.count(kind)} {text}" for kind, text in KINDS.items() if kind in kinds)
    return f"Of {len(verdicts)} pairs: {', '.join(counts)}."
