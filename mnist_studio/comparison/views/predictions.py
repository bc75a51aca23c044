"""The views of predictions: what is taken for what, how surely, and where models disagree."""

from collections.abc import Iterator, Mapping, Sequence

from mnist_studio.analysis import predictions
from mnist_studio.analysis.predictions import (
    Calibration,
    ClassMetrics,
    ConfusionMatrix,
    Disagreement,
    Prediction,
    calibration,
    disagreements,
)
from mnist_studio.analysis.view import (
    AxisSpec,
    Bar,
    Bars,
    Column,
    Line,
    Lines,
    Matrix,
    Row,
    Table,
    View,
)
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.comparison.views.choice import one, some
from mnist_studio.formatting import count, counted, percent
from mnist_studio.spec.model import CLASSES

DIGITS = tuple(str(digit) for digit in range(CLASSES))
MOST_WRONG = 30
MOST_SPLIT = 30


def confusion(run_data: RunData, options: ViewOptions) -> View:
    """Digits by what they are and what one run answered."""
    run = one(run_data, options.model)
    models, labels = run_data.predictions([run])
    table, title = predictions.confusion_matrix(models[run], labels), run_data.titles[run]
    values = tuple(tuple(float(n) for n in line) for line in table.tolist())
    matrix = Matrix(run, "It is", f"Answer of {title}", DIGITS, DIGITS, values)
    columns = (Column("It is"), *(Column(f"Answer {digit}", "count") for digit in DIGITS))
    rows = tuple(
        Row(run, (digit, *line)) for digit, line in zip(DIGITS, table.tolist(), strict=True)
    )
    return View(
        "confusion", title_of("confusion", title), _confusion_sentence(title, table), (matrix,),
        Table(columns, rows), notes.of_all(run_data),
    )  # fmt: skip


def _confusion_sentence(title: str, table: ConfusionMatrix) -> str:
    wrong = table.copy()
    wrong[range(CLASSES), range(CLASSES)] = 0
    if not wrong.any():
        return f"{title} made no mistake."
    label, answer = divmod(int(wrong.argmax()), CLASSES)
    digits = count(int(table.sum()))
    if wrong.sum() == 1:
        return f"{title} made one mistake in {digits} digits: it took a {label} for a {answer}."
    often = "once" if wrong.max() == 1 else f"{count(int(wrong.max()))} times"
    return (
        f"{title} made {count(int(wrong.sum()))} mistakes in {digits} digits, "
        f"most often taking a {label} for a {answer}: {often}."
    )


def per_class(run_data: RunData, options: ViewOptions) -> View:
    """Precision, recall and F1 of every digit, a row a run."""
    chosen = some(run_data)
    models, labels = run_data.predictions(chosen.runs)
    scores = {
        run: predictions.class_metrics(predictions.confusion_matrix(logits, labels))
        for run, logits in models.items()
    }
    titles = tuple(chosen.titles[run] for run in scores)
    charts = tuple(
        Matrix(
            "", "Run", f"{name} of each digit", titles, DIGITS,
            tuple(tuple(getattr(score, field) for score in of) for of in scores.values()),
            "fraction",
        )
        for name, field in (("F1", "f1"), ("Precision", "precision"), ("Recall", "recall"))
    )  # fmt: skip
    columns = (
        Column("Run"), Column("Digit"), Column("Test digits", "count"),
        Column("Precision", "fraction"), Column("Recall", "fraction"), Column("F1", "fraction"),
    )  # fmt: skip
    rows = tuple(
        Row(run, (chosen.titles[run], str(s.digit), s.count, s.precision, s.recall, s.f1))
        for run, of in scores.items()
        for s in of
    )
    return View(
        "per-class", title_of("per-class"), _class_sentence(scores), charts, Table(columns, rows),
        (*chosen.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _class_sentence(scores: Mapping[str, Sequence[ClassMetrics]]) -> str:
    """Which digits are hardest and easiest, over all runs."""
    recalls = {
        digit: [of[digit].recall or 0.0 for of in scores.values()] for digit in range(CLASSES)
    }
    means = {digit: sum(found) / len(found) for digit, found in recalls.items()}
    hard, easy = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    return (
        f"The {hard} is hardest, {percent(means[hard])} of it are found; the {easy} is easiest, "
        f"{percent(means[easy])}."
    )


def reliability(run_data: RunData, options: ViewOptions) -> View:
    """Whether each model is as often right as it is sure."""
    chosen = some(run_data)
    models, labels = run_data.predictions(chosen.runs)
    found = {run: calibration(logits, labels) for run, logits in models.items()}
    lines = (
        *(_line(run, chosen.titles[run], of) for run, of in found.items()),
        Line("", "As often right as sure", (0.0, 1.0), (0.0, 1.0)),
    )
    bars = tuple(Bar(run, chosen.titles[run], of.error) for run, of in found.items())
    sure, right = AxisSpec("How sure", "fraction"), AxisSpec("How often right", "fraction")
    error = AxisSpec("Expected calibration error", "fraction")
    columns = (
        Column("Run"), Column("Sure"), Column("Digits", "count"),
        Column("Mean sureness", "fraction"), Column("Accuracy", "fraction"),
        Column(error.title, "fraction"),
    )  # fmt: skip
    rows = tuple(row for run, of in found.items() for row in _bins(run, chosen.titles[run], of))
    return View(
        "calibration", title_of("calibration"), _calibration_sentence(chosen.titles, found),
        (Lines(sure, right, lines), Bars(error, bars)), Table(columns, rows),
        ("15 bins of equal width (Guo et al. 2017); bins of few digits say little.",
         *chosen.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _line(run: str, title: str, of: Calibration) -> Line:
    known = [(b.confidence, b.accuracy) for b in of.bins if b.count]
    x = tuple(confidence for confidence, _ in known if confidence is not None)
    y = tuple(accuracy for _, accuracy in known if accuracy is not None)
    return Line(run, title, x, y)


def _bins(run: str, title: str, of: Calibration) -> Iterator[Row]:
    whole = sum(b.count for b in of.bins)
    yield Row(run, (title, "all", whole, of.confidence, of.accuracy, of.error))
    for b in of.bins:
        span = f"{100 * b.low:.0f} to {100 * b.high:.0f} %"
        yield Row(run, (title, span, b.count, b.confidence, b.accuracy, None))


def _calibration_sentence(titles: Mapping[str, str], found: Mapping[str, Calibration]) -> str:
    best = min(found, key=lambda run: found[run].error)
    of = found[best]
    way = "too sure" if of.confidence > of.accuracy else "not sure enough"
    return (
        f"{titles[best]} knows best how sure to be: its sureness is "
        f"{percent(of.error)} off on average, and it is {way}."
    )


def wrong(run_data: RunData, options: ViewOptions) -> View:
    """The mistakes of which one run was most sure."""
    run = one(run_data, options.model)
    models, labels = run_data.predictions([run])
    worst = predictions.confident_errors(models[run], labels, MOST_WRONG)
    title = run_data.titles[run]
    columns = (
        Column("Test digit", "count"), Column("It is"), Column("Answer"),
        Column("Sure", "fraction"),
    )  # fmt: skip
    rows = tuple(Row(run, (a.index, str(a.label), str(a.predicted), a.confidence)) for a in worst)
    return View(
        "confident-errors", title_of("confident-errors", title),
        _wrong_sentence(title, worst), (), Table(columns, rows),
        ("Test digits are counted from 0.", *notes.of_all(run_data)),
    )  # fmt: skip


def _wrong_sentence(title: str, worst: Sequence[Prediction]) -> str:
    if not worst:
        return f"{title} made no mistake."
    first = worst[0]
    return (
        f"{title} was most sure of a mistake at test digit {count(first.index)}: a {first.label}, "
        f"taken for a {first.predicted} with {percent(first.confidence)}."
    )


def split_opinions(run_data: RunData, options: ViewOptions) -> View:
    """The digits on which the models disagree, the most split first."""
    chosen = some(run_data)
    if len(chosen.runs) < 2:
        raise NotComparable(
            "Of these runs fewer than two have predictions.", "Choose two models or more."
        )
    models, labels = run_data.predictions(chosen.runs)
    found = disagreements(tuple(models.values()), labels)
    shown = found[:MOST_SPLIT]
    columns = (
        Column("Test digit", "count"), Column("It is"), Column("Pairs that disagree", "fraction"),
        *(Column(chosen.titles[run]) for run in models),
    )  # fmt: skip
    rows = tuple(Row("", (s.index, str(s.label), s.fraction, *_answers(s))) for s in shown)
    more = f"The {len(shown)} most split ones are shown." if len(found) > len(shown) else ""
    return View(
        "disagreements", title_of("disagreements"),
        f"The {counted(len(models), 'model')} disagree on {count(len(found))} of "
        f"{count(len(labels))} digits.", (), Table(columns, rows),
        (*filter(None, (more,)), "Test digits are counted from 0.", *chosen.notes,
         *notes.of_all(run_data)),
    )  # fmt: skip


def _answers(split: Disagreement) -> tuple[str, ...]:
    """Each answer with how sure it was."""
    both = zip(split.predicted, split.confidences, strict=True)
    return tuple(f"{answer} ({percent(sure)})" for answer, sure in both)
