"""Views that show whether differences are real."""

from collections.abc import Iterator, Mapping, Sequence

from mnist_studio.analysis import significance
from mnist_studio.analysis.intervals import interval_name
from mnist_studio.analysis.paired import PairTest, SeveralTest
from mnist_studio.analysis.seeds import MIN_SEEDS
from mnist_studio.analysis.verdict import Verdict, verdict
from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Column, Row, Table, ViewContent
from mnist_studio.comparison import seed_pairs
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.seed_pairs import SeedPair, SeedPairs
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.comparison.views.choice import some
from mnist_studio.formatting import counted, p_value, percentage_points, word

Titles = Mapping[str, str]
"""Of runs, by their ids."""

KINDS = {
    "different": "different",
    "equal": "equal in practice",
    "undecided": "undecided",
    "none": "no verdict",
}
MAX_MODELS = 6
MAX_SENTENCES = 6

_DIFFERENCE = AxisSpec("Difference in test accuracy", "points")


def paired_models(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Every pair of models on the same images: difference, CI, exact McNemar test, verdict."""
    shown = some(run_data, MAX_MODELS, counted_only=True)
    if len(shown.runs) < 2:
        raise NotComparable(
            "Fewer than two finished models have predictions.", "Select two finished runs or more."
        )
    models, labels = run_data.predictions(shown.runs)
    tests = significance.compare(models, labels)
    pairs = len(tests.pairs)
    interval = interval_name(pairs)
    verdicts = [
        verdict(*_titles(shown.titles, test), test.pair.difference, options.threshold, interval)
        for test in tests.pairs
    ]
    rows = zip(tests.pairs, verdicts, strict=True)
    return ViewContent(
        " ".join(filter(None, (_summary(verdicts, pairs), _several(tests.several)))),
        (Bars(_DIFFERENCE, tuple(_pair_bar(shown.titles, test) for test in tests.pairs)),),
        Table(
            _pair_columns(pairs), tuple(_pair_row(shown.titles, test, one) for test, one in rows)
        ),
        ("This compares trained models on one test set. The view "
         f"“{title_of('over-seeds')}” shows whether the result holds for other seeds.",
         *shown.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _pair_columns(pairs: int) -> tuple[Column, ...]:
    return (
        Column("First"), Column("Second"), Column("Verdict"), Column("Difference (pp)", "points"),
        *_interval_columns(pairs), Column("Only first correct", "count"),
        Column("Only second correct", "count"), Column("McNemar's exact p", "p value"),
        Column("p after Holm", "p value"), Column("Explanation"),
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
    p = p_value(test.p)
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    degrees = counted(test.degrees, "degree")
    return (
        f"Cochran's Q test of all models: Q = {test.statistic:.2f} with {degrees} of freedom, {p}."
    )


def over_seeds(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Every pair of recipes or frameworks over the seeds that both have."""
    run_data.require_finished()
    found = seed_pairs.compared(run_data, options.threshold)
    if not found.possible:
        raise NotComparable(
            "All of these runs have the same settings.", "Select runs of two recipes or frameworks."
        )
    if not found.pairs:
        raise NotComparable(
            "No two of these models have the same dataset and differ in only one respect.",
            "Select two models, or models that differ only in their recipe or framework.",
        )
    bars = tuple(_seed_bar(pair) for pair in found.pairs if pair.comparison.difference)
    verdicts = [pair.comparison.verdict for pair in found.pairs]
    summary = (_summary(verdicts, found.decided), notes.uncounted(run_data))
    return ViewContent(
        " ".join(filter(None, summary)), (Bars(_DIFFERENCE, bars),) if bars else (),
        Table(_seed_columns(found.decided), tuple(map(_seed_row, found.pairs))),
        (f"Runs are paired by seed. A verdict needs at least {word(MIN_SEEDS)} seeds. Differences "
         f"up to {percentage_points(options.threshold)} are treated as negligible.",
         *_method(found.decided), *_left_out(found), *notes.of_all(run_data)),
    )  # fmt: skip


def _seed_columns(decided: int) -> tuple[Column, ...]:
    return (
        Column("First"), Column("Second"), Column("Verdict"), Column("Seeds", "count"),
        Column("Mean difference (pp)", "points"), *_interval_columns(decided),
        Column("Explanation"),
    )  # fmt: skip


def _interval_columns(pairs: int) -> tuple[Column, Column]:
    name = "95 % CI" if pairs < 2 else "Simultaneous 95 % CI"
    return Column(f"{name} low (pp)", "points"), Column(f"{name} high (pp)", "points")


def _method(decided: int) -> Iterator[str]:
    """How the intervals are computed."""
    if decided:
        yield f"Intervals: Student's t, {interval_name(decided)}."


def _left_out(found: SeedPairs) -> Iterator[str]:
    if len(found.pairs) < found.possible:
        yield (
            f"Only the {len(found.pairs)} of {found.possible} pairs that differ in one respect are "
            "compared."
        )


def _seed_bar(pair: SeedPair) -> Bar:
    one = pair.comparison
    assert one.difference is not None
    interval = one.difference.interval
    ends = (100 * interval.low, 100 * interval.high) if interval else (None, None)
    return Bar(pair.a.key, f"{one.a} - {one.b}", 100 * one.difference.value, *ends)


def _seed_row(pair: SeedPair) -> Row:
    one = pair.comparison
    bar = _seed_bar(pair) if one.difference else Bar(pair.a.key, "", None)
    return Row(
        pair.a.key,
        (one.a, one.b, KINDS[one.verdict.kind], len(one.seeds), bar.value, bar.low, bar.high,
         one.verdict.sentence),
    )  # fmt: skip


def _summary(verdicts: Sequence[Verdict], decided: int) -> str:
    """One verdict with its numbers, a few without them, many as counts.

    Args:
        verdicts: of all pairs.
        decided: number of pairs whose intervals hold together.
    """
    if len(verdicts) == 1:
        return verdicts[0].sentence
    kinds = [one.kind for one in verdicts]
    level = f"Intervals: {interval_name(decided)}." if decided else ""
    if len(verdicts) <= MAX_SENTENCES or set(kinds) == {"none"}:
        sentences = [one.short for one in verdicts if one.short]
        if none := kinds.count("none"):
            few = f"fewer than {word(MIN_SEEDS)} seeds in common"
            sentences.append(f"No verdict on {counted(none, 'pair')}: {few}.")
        return " ".join(filter(None, (*sentences, level)))
    counts = (f"{kinds.count(kind)} {text}" for kind, text in KINDS.items() if kind in kinds)
    return f"Of {len(verdicts)} pairs: {', '.join(counts)}. {level}".strip()
