"""Every model's ten probabilities of one digit, as a view. No Qt."""

from collections.abc import Mapping, Sequence

from mnist_studio.analysis.view import Column, Matrix, Row, Table, View
from mnist_studio.formatting import counted

DIGITS = tuple(str(digit) for digit in range(10))


def probability_view(
    name: str, title: str, models: Mapping[str, str], chances: Mapping[str, Sequence[float]]
) -> View:
    """A row a model that has answered.

    Args:
        name: of the view.
        title: of it.
        models: run id -> title.
        chances: run id -> ten probabilities.
    """
    said = {run: tuple(map(float, chances[run])) for run in models if run in chances}
    titles = tuple(models[run] for run in said)
    matrix = Matrix("", "Model", "Digit", titles, DIGITS, tuple(said.values()), "fraction")
    columns = (
        Column("Model"), Column("Says"), *(Column(digit, "fraction") for digit in DIGITS)
    )  # fmt: skip
    rows = tuple(
        Row(run, (models[run], str(_largest(values)), *values)) for run, values in said.items()
    )
    return View(name, title, sentence([_largest(values) for values in said.values()]), (matrix,),
                Table(columns, rows))  # fmt: skip


def sentence(answers: Sequence[int]) -> str:
    """How far the models agree."""
    kinds = set(answers)
    if not answers:
        return ""
    if len(kinds) == 1:
        who = "The model says" if len(answers) == 1 else f"All {counted(len(answers), 'model')} say"
        return f"{who} {answers[0]}."
    votes = sorted(kinds, key=lambda digit: (-answers.count(digit), digit))
    told = ", ".join(f"{digit} ({answers.count(digit)})" for digit in votes)
    return f"The models disagree: {told}."


def _largest(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)
