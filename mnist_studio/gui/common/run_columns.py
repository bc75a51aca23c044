"""The columns of the tables of stored runs."""

from PySide6.QtGui import QPixmap

from mnist_studio import formatting
from mnist_studio.analysis.time_breakdown import (
    EXCLUDED,
    INCLUDED,
    TRAINING_TIME,
    marked,
    timing_doubts,
)
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common import provenance
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table_model import TableColumn
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import summary
from mnist_studio.spec.known_bugs import listed

SEPARATOR = " · "
"""Between the parts of a title."""


def _or_last(value: float | None) -> float:
    """Missing values sort last."""
    return float("inf") if value is None else value


def _doubts(row: RunRow) -> str:
    """What may have made the run slower; empty if nothing is known."""
    measures = row.run.ended.measures if row.run.ended else None
    return " ".join(timing_doubts(measures.machine)) if measures else ""


def title_in_lines(theme: Theme) -> TableColumn[RunRow]:
    """The title of a run: recipe and framework, and what differs from the recipe below them."""

    def picture(row: RunRow) -> QPixmap:
        return sample(theme, row.framework)

    return TableColumn(
        "Run", _in_lines, tip=settings_of, sort=lambda row: row.title, picture=picture
    )


def state(theme: Theme) -> TableColumn[RunRow]:
    """How a run ended."""

    def color(row: RunRow) -> str:
        return theme.palette.bad if row.run.status in ("failed", "crashed") else ""

    return TableColumn("State", lambda row: row.state, tip=lambda row: row.reason, color=color)


DATASET: TableColumn[RunRow] = TableColumn("Dataset", lambda row: row.dataset)
STARTED: TableColumn[RunRow] = TableColumn(
    "Started", lambda row: formatting.moment(row.run.created), sort=lambda row: row.run.created
)
ACCURACY: TableColumn[RunRow] = TableColumn(
    "Accuracy",
    lambda row: formatting.percent(row.figures.accuracy),
    right=True,
    sort=lambda row: -1.0 if row.figures.accuracy is None else row.figures.accuracy,
    explain="Accuracy on the test set after the last complete epoch",
)
TRAINING: TableColumn[RunRow] = TableColumn(
    TRAINING_TIME,
    lambda row: marked(formatting.duration(row.figures.training_time), row.run.terminal),
    right=True,
    sort=lambda row: _or_last(row.figures.training_time),
    explain=f"{INCLUDED} {EXCLUDED}",
    tip=_doubts,
)
EPOCHS: TableColumn[RunRow] = TableColumn(
    "Epochs",
    lambda row: f"{row.figures.epochs} / {row.run.spec.training.epochs}",
    right=True,
    sort=lambda row: row.figures.epochs,
)
TO_TARGET: TableColumn[RunRow] = TableColumn(
    "To 97 %",
    lambda row: formatting.count(row.figures.epochs_to_target),
    right=True,
    sort=lambda row: _or_last(row.figures.epochs_to_target),
    explain="Epochs until the test accuracy reached 97 %",
)
PARAMETERS: TableColumn[RunRow] = TableColumn(
    "Parameters",
    lambda row: formatting.count(row.figures.parameters),
    right=True,
    sort=lambda row: row.figures.parameters,
    explain="Number of trainable parameters",
)
LATENCY: TableColumn[RunRow] = TableColumn(
    "Latency",
    lambda row: marked(formatting.milliseconds(row.figures.latency_ms), row.run.terminal),
    right=True,
    sort=lambda row: _or_last(row.figures.latency_ms),
    explain="Median time to classify one image on the training device",
    tip=_doubts,
)


def _in_lines(row: RunRow) -> str:
    """A title whose labels are in a line of their own."""
    *base, labels = row.title.split(SEPARATOR)
    return f"{SEPARATOR.join(base)}\n{labels}" if len(base) > 1 else row.title


def settings_of(row: RunRow) -> str:
    """The settings of a run, one per line."""
    spec, training = row.run.spec, row.run.spec.training
    lines = [
        f"Recipe: {spec.recipe}",
        f"Framework: {framework_title(spec.framework)}",
        f"Dataset: {row.dataset}",
        f"Device: {row.device or texts.DEVICES[spec.device]}",
        f"Epochs: {training.epochs}",
        f"Batch size: {training.batch_size}",
        f"Learning rate: {training.optimizer.learning_rate:g}",
        f"Seed: {training.seed}",
        f"Validation set: {f'{training.validation:,}' if training.validation else 'none'}",
        f"CPU threads: {spec.threads or 'auto'}",
        f"Optimizer: {summary.optimizer(training.optimizer)}",
        f"Schedule: {summary.schedule(training.schedule)}",
        f"Input: {summary.scaling(spec.model.scaling)}",
        f"Initialization: {summary.initialization(spec.model)}",
    ]
    if unusual := provenance.unusual(spec):
        lines.append(f"Method: {unusual}")
    if spec.continued_from:
        origin = spec.continued_from
        framework = framework_title(origin.framework)
        lines.append(f"Continued from: {origin.run}, {framework}, step {origin.step:,}")
    if spec.known_bugs:
        lines.append(f"Known bugs: {listed(spec.known_bugs)}")
    return "\n".join(lines)
