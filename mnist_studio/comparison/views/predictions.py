"""Views of predictions: confusion matrix, per-class metrics, calibration, errors, disagreements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from mnist_studio import formatting
from mnist_studio.analysis import predictions, ranking
from mnist_studio.analysis.predictions import (
    BINS,
    Calibration,
    ClassMetrics,
    ConfusionMatrix,
    Disagreement,
    ImagePrediction,
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
    ViewContent,
)
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.choice import one, some
from mnist_studio.formatting import class_noun, count, counted, listed, percent
from mnist_studio.spec.run import DIGITS

Value = TypeVar("Value")

MAX_ERRORS = 30
MAX_DISAGREEMENTS = 30

UNFINISHED = "None of these runs has finished."
COUNTED_FROM_0 = "Test images are numbered from 0."


def confusion(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Test images of one run by true label and prediction."""
    run = one(run_data, options.model)
    models, labels = run_data.predictions([run])
    names = run_data.class_names(run)
    matrix, title = predictions.confusion_matrix(models[run], labels), run_data.titles[run]
    values = tuple(tuple(float(n) for n in line) for line in matrix.tolist())
    chart = Matrix(run, "True label", "Prediction", names, names, values)
    columns = (
        Column("True label"), *(Column(f"Predicted {name}", "count") for name in names)
    )  # fmt: skip
    rows = tuple(Row(run, (name, *line)) for name, line in zip(names, matrix.tolist(), strict=True))
    return ViewContent(
        confusion_sentence(title, matrix, names), (chart,), Table(columns, rows),
        notes.of_all(run_data), subject=title,
    )  # fmt: skip


def confusion_sentence(title: str, matrix: ConfusionMatrix, names: Sequence[str] = DIGITS) -> str:
    """The number of errors and the most frequent one.

    Args:
        title: of the run.
        matrix: rows are true labels.
        names: of the classes.
    """
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    images = count(int(matrix.sum()))
    if not wrong.any():
        return f"{title} predicts all {images} images correctly."
    label, predicted = divmod(int(wrong.argmax()), len(matrix))
    errors, most = counted(int(wrong.sum()), "error"), int(wrong.max())
    pair = f"{class_noun(names[label])} predicted as {class_noun(names[predicted])}"
    if wrong.sum() == 1:
        return f"{title} makes {errors} on {images} images: {pair}."
    kinds, equal = int((wrong > 0).sum()), int((wrong == most).sum())
    times = counted(most, "time")
    if equal == 1:
        text = f"The most frequent is {pair} ({times})."
    elif equal == kinds:
        text = f"They are of {counted(kinds, 'kind')}, {times} each."
    else:
        text = f"{counted(equal, 'kind').capitalize()} of errors are the most frequent ({times})."
    return f"{title} makes {errors} on {images} images. {text}"


def per_class(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Precision, recall and F1 of every class, one row per run."""
    shown = some(run_data)
    models, labels = run_data.predictions(shown.runs)
    metrics = {
        run: predictions.class_metrics(predictions.confusion_matrix(logits, labels))
        for run, logits in models.items()
    }
    titles, names = tuple(shown.titles[run] for run in metrics), run_data.class_names(*metrics)
    noun = class_kind(names)
    charts = tuple(
        Matrix(
            "", "Run", f"{name} by {noun}", titles, names,
            tuple(tuple(getattr(one, field) for one in of) for of in metrics.values()),
            "fraction",
        )
        for name, field in (("F1", "f1"), ("Precision", "precision"), ("Recall", "recall"))
    )  # fmt: skip
    columns = (
        Column("Run"), Column(noun.capitalize()), Column("Test images", "count"),
        Column("Precision", "fraction"), Column("Recall", "fraction"), Column("F1", "fraction"),
    )  # fmt: skip
    rows = tuple(
        Row(run, (shown.titles[run], names[m.label], m.count, m.precision, m.recall, m.f1))
        for run, of in metrics.items()
        for m in of
    )
    return ViewContent(
        _class_sentence(_counted(run_data, metrics), names), charts, Table(columns, rows),
        (*shown.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _counted(run_data: RunData, found: Mapping[str, Value]) -> dict[str, Value]:
    """The values of the runs that count: means and superlatives are of these."""
    members = {run.id for run in run_data.counted}
    return {run: value for run, value in found.items() if run in members}


def class_kind(names: Sequence[str]) -> str:
    """What the classes are called: digit, or class."""
    return "digit" if tuple(names) == DIGITS else "class"


def _class_sentence(
    metrics: Mapping[str, Sequence[ClassMetrics]], names: Sequence[str] = DIGITS
) -> str:
    """The classes of the lowest and the highest mean recall over these runs."""
    if not metrics:
        return UNFINISHED
    means: dict[int, float] = {}
    for label in range(len(names)):
        known = [recall for of in metrics.values() if (recall := of[label].recall) is not None]
        if known:
            means[label] = sum(known) / len(known)
    if not means:
        return ""
    hard, easy = (ranking.best(means, "fraction", highest) for highest in (False, True))
    lowest, highest = percent(means[hard[0]]), percent(means[easy[0]])
    if len(hard) == len(means):
        return f"Every {class_kind(names)} has a recall of {lowest}."
    return (
        f"{_classes(names, hard, 'hardest')}, with a recall of {lowest}. "
        f"{_classes(names, easy, 'easiest')}, with {highest}."
    )


def _classes(names: Sequence[str], labels: Sequence[int], which: str) -> str:
    """``The 8 is the hardest digit``, ``Coat and Shirt are the hardest classes``."""
    digits = class_kind(names) == "digit"
    named = listed([f"the {names[label]}" if digits else names[label] for label in labels])
    one, many = ("digit", "digits") if digits else ("class", "classes")
    verb, noun = ("is", one) if len(labels) == 1 else ("are", many)
    start = ranking.sentence_start(named) if digits else named
    return f"{start} {verb} the {which} {noun}"


def reliability(run_data: RunData, options: ViewOptions) -> ViewContent:
    """Accuracy over confidence, and the expected calibration error."""
    shown = some(run_data)
    models, labels = run_data.predictions(shown.runs)
    found = {run: calibration(logits, labels) for run, logits in models.items()}
    lines = (
        *(_line(run, shown.titles[run], of) for run, of in found.items()),
        Line("", "Perfect calibration", (0.0, 1.0), (0.0, 1.0)),
    )
    bars = tuple(Bar(run, shown.titles[run], of.error) for run, of in found.items())
    confidence, accuracy = AxisSpec("Confidence", "fraction"), AxisSpec("Accuracy", "fraction")
    error = AxisSpec("Expected calibration error", "fraction")
    columns = (
        Column("Run"), Column("Confidence"), Column("Images", "count"),
        Column("Mean confidence", "fraction"), Column("Accuracy", "fraction"),
        Column(error.title, "fraction"),
    )  # fmt: skip
    rows = tuple(row for run, of in found.items() for row in _bins(run, shown.titles[run], of))
    return ViewContent(
        _calibration_sentence(shown.titles, _counted(run_data, found)),
        (Lines(confidence, accuracy, lines), Bars(error, bars)), Table(columns, rows),
        (f"Images are grouped by confidence into {BINS} bins of equal width (Guo et al. 2017). "
         "Bins with few images are unreliable.", *shown.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _line(run: str, title: str, of: Calibration) -> Line:
    known = [(b.confidence, b.accuracy) for b in of.bins if b.count]
    x = tuple(confidence for confidence, _ in known if confidence is not None)
    y = tuple(accuracy for _, accuracy in known if accuracy is not None)
    return Line(run, title, x, y)


def _bins(run: str, title: str, of: Calibration) -> Iterator[Row]:
    images = sum(b.count for b in of.bins)
    yield Row(run, (title, "all", images, of.confidence, of.accuracy, of.error))
    for b in of.bins:
        interval = f"{100 * b.low:.0f} to {100 * b.high:.0f} %"
        yield Row(run, (title, interval, b.count, b.confidence, b.accuracy, None))


def _calibration_sentence(titles: Mapping[str, str], found: Mapping[str, Calibration]) -> str:
    if not found:
        return UNFINISHED
    best = ranking.best({run: of.error for run, of in found.items()}, "fraction", highest=False)
    of = found[best[0]]
    error = percent(of.error)
    if len(best) > 1:
        subject = ranking.names([titles[run] for run in best], len(found), "model")
        lowest = "same" if len(best) == len(found) else "lowest"
        return f"{ranking.sentence_start(subject)} have the {lowest} calibration error, {error}."
    title, bias = titles[best[0]], _bias(of)
    if len(found) == 1:
        return f"{title} has a calibration error of {error} and is {bias}."
    return f"{title} is best calibrated: its calibration error is {error}, and it is {bias}."


def _bias(of: Calibration) -> str:
    """Whether confidence and accuracy differ, as they are written."""
    if percent(of.confidence) == percent(of.accuracy):
        return "neither overconfident nor underconfident"
    return "overconfident" if of.confidence > of.accuracy else "underconfident"


def most_confident_errors(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The wrong predictions of one run with the highest confidence."""
    run = one(run_data, options.model)
    models, labels = run_data.predictions([run])
    errors = predictions.confident_errors(models[run], labels, MAX_ERRORS)
    title, names = run_data.titles[run], run_data.class_names(run)
    columns = (
        Column("Test image", "count"), Column("True label"), Column("Prediction"),
        Column("Confidence", "confidence"),
    )  # fmt: skip
    rows = tuple(
        Row(run, (e.index, names[e.label], names[e.predicted], e.confidence)) for e in errors
    )
    return ViewContent(
        _wrong_sentence(title, errors, names), (), Table(columns, rows),
        (COUNTED_FROM_0, *notes.of_all(run_data)), subject=title,
    )  # fmt: skip


def _wrong_sentence(
    title: str, errors: Sequence[ImagePrediction], names: Sequence[str] = DIGITS
) -> str:
    if not errors:
        return f"{title} makes no errors."
    first = errors[0]
    highest = formatting.confidence(first.confidence)
    equal = sum(formatting.confidence(error.confidence) == highest for error in errors)
    if equal > 1:
        most = "or more " if equal == MAX_ERRORS else ""
        return (
            f"{counted(equal, 'error').capitalize()} {most}of {title} share the highest "
            f"confidence, {highest}."
        )
    return (
        f"The most confident error of {title} is test image {count(first.index)}: "
        f"{class_noun(names[first.label])} predicted as {class_noun(names[first.predicted])} with "
        f"a confidence of {highest}."
    )


def disagreeing_models(run_data: RunData, options: ViewOptions) -> ViewContent:
    """The test images on which the models disagree, the largest disagreement first."""
    shown = some(run_data)
    if len(shown.runs) < 2:
        raise NotComparable(
            "Fewer than two of these runs have predictions.", "Select two models or more."
        )
    models, labels = run_data.predictions(shown.runs)
    found = disagreements(tuple(models.values()), labels)
    largest, names = found[:MAX_DISAGREEMENTS], run_data.class_names(*shown.runs)
    columns = (
        Column("Test image", "count"), Column("True label"),
        Column("Pairs that disagree", "fraction"), *(Column(shown.titles[run]) for run in models),
    )  # fmt: skip
    rows = tuple(Row("", (d.index, names[d.label], d.fraction, *_cells(d, names))) for d in largest)
    more = (
        f"The {len(largest)} largest disagreements are listed." if len(found) > len(largest) else ""
    )
    return ViewContent(
        f"The {counted(len(models), 'model')} disagree on {count(len(found))} of "
        f"{count(len(labels))} images.", (), Table(columns, rows),
        (*filter(None, (more,)), COUNTED_FROM_0, *shown.notes, *notes.of_all(run_data)),
    )  # fmt: skip


def _cells(disagreement: Disagreement, names: Sequence[str]) -> tuple[str, ...]:
    """Each prediction with its confidence."""
    both = zip(disagreement.predicted, disagreement.confidences, strict=True)
    return tuple(
        f"{names[predicted]} ({formatting.confidence(probability)})"
        for predicted, probability in both
    )
