"""The class probabilities of every model for one image, as a view. No Qt."""

from collections.abc import Mapping, Sequence

from mnist_studio.analysis.view import Column, Matrix, Row, Table, View
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.comparison.views.predictions import class_kind
from mnist_studio.formatting import counted
from mnist_studio.spec.run import DIGITS


def probability_view(
    name: str,
    subject: str,
    titles: Mapping[str, str],
    probabilities: Mapping[str, Sequence[float]],
    names: tuple[str, ...] = DIGITS,
) -> View:
    """A row for every model that has made a prediction.

    Args:
        name: of the view.
        subject: the image in words; empty where the title of the view says it.
        titles: run id -> title of the model.
        probabilities: run id -> a probability for each class.
        names: of the classes.
    """
    known = {run: tuple(map(float, probabilities[run])) for run in titles if run in probabilities}
    models = tuple(titles[run] for run in known)
    matrix = Matrix(
        "",
        "Model",
        class_kind(names).capitalize(),
        models,
        names,
        tuple(known.values()),
        "confidence",
    )
    columns = (
        Column("Model"), Column("Prediction"), *(Column(one, "confidence") for one in names)
    )  # fmt: skip
    rows = tuple(
        Row(run, (titles[run], names[_predicted(values)], *values)) for run, values in known.items()
    )
    agreement = agreement_sentence([_predicted(values) for values in known.values()], names)
    return View(name, title_of(name, subject), agreement, (matrix,), Table(columns, rows))


def agreement_sentence(predictions: Sequence[int], names: Sequence[str] = DIGITS) -> str:
    """How far the models agree."""
    labels = set(predictions)
    if not predictions:
        return ""
    if len(labels) == 1:
        models = counted(len(predictions), "model")
        verb = "The model predicts" if len(predictions) == 1 else f"All {models} predict"
        return f"{verb} {names[predictions[0]]}."
    votes = sorted(labels, key=lambda label: (-predictions.count(label), label))
    listed = ", ".join(f"{names[label]} ({predictions.count(label)})" for label in votes)
    return f"The models disagree: {listed}."


def _predicted(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)
