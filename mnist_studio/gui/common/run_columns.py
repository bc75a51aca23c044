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
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.common.elided import SEPARATOR
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table_model import TableColumn
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import summary
from mnist_studio.spec.known_bugs import listed
from mnist_studio.spec.recipes import recipe_title

LONGEST_NOTE_LINE = 60
"""Characters of a note in a table."""


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


TAGS: TableColumn[RunRow] = TableColumn(
    "Tags", lambda row: ", ".join(row.run.annotations.tags), explain="Tags that you have added"
)
NOTE: TableColumn[RunRow] = TableColumn(
    "Note",
    lambda row: row.run.annotations.note.partition("\n")[0][:LONGEST_NOTE_LINE],
    tip=lambda row: row.run.annotations.note,
    explain="First line of your note",
)
RECIPE: TableColumn[RunRow] = TableColumn("Recipe", lambda row: recipe_title(row.run.spec.recipe))
FRAMEWORK: TableColumn[RunRow] = TableColumn(
    "Framework", lambda row: framework_title(row.framework)
)
DEVICE: TableColumn[RunRow] = TableColumn(
    "Device", lambda row: row.device or texts.DEVICES[row.run.spec.device]
)
OPTIMIZER: TableColumn[RunRow] = TableColumn(
    "Optimizer", lambda row: summary.optimizer(row.run.spec.training.optimizer)
)
SEED: TableColumn[RunRow] = TableColumn(
    "Seed",
    lambda row: str(row.run.spec.training.seed),
    right=True,
    sort=lambda row: row.run.spec.training.seed,
)
BATCH_SIZE: TableColumn[RunRow] = TableColumn(
    "Batch size",
    lambda row: formatting.count(row.run.spec.training.batch_size),
    right=True,
    sort=lambda row: row.run.spec.training.batch_size,
)
LEARNING_RATE: TableColumn[RunRow] = TableColumn(
    "Learning rate",
    lambda row: formatting.number(row.run.spec.training.optimizer.learning_rate),
    right=True,
    sort=lambda row: row.run.spec.training.optimizer.learning_rate,
)
LOSS: TableColumn[RunRow] = TableColumn(
    "Loss",
    lambda row: formatting.loss(_loss(row)),
    right=True,
    sort=lambda row: _or_last(_loss(row)),
    explain="Loss on the test set after the last complete epoch",
)
SPEED: TableColumn[RunRow] = TableColumn(
    "Images/s",
    lambda row: formatting.count(_measure(row, "train_images_per_second")),
    right=True,
    sort=lambda row: _measure(row, "train_images_per_second") or -1.0,
    explain="Training images per second of training steps",
)
MEMORY: TableColumn[RunRow] = TableColumn(
    "Memory",
    lambda row: _megabytes(_measure(row, "peak_memory_bytes")),
    right=True,
    sort=lambda row: _or_last(_measure(row, "peak_memory_bytes")),
    explain="The most memory that the process used at once, without GPU memory",
)


def _loss(row: RunRow) -> float | None:
    if row.run.ended:
        return row.run.ended.test_loss
    return row.epochs[-1].test_loss if row.epochs else None


def _measure(row: RunRow, name: str) -> float | None:
    measures = row.run.ended.measures if row.run.ended else None
    return getattr(measures, name) if measures else None


def _megabytes(size: float | None) -> str:
    return formatting.NOTHING if size is None else formatting.megabytes(int(size))


def _in_lines(row: RunRow) -> str:
    """A title whose last part is in a line of its own."""
    base, separator, last = row.title.rpartition(SEPARATOR)
    return f"{base}\n{last}" if separator else last


def settings_of(row: RunRow) -> str:
    """The settings of a run, one per line."""
    spec, training = row.run.spec, row.run.spec.training
    lines = [
        f"Recipe: {recipe_title(spec.recipe)} ({spec.recipe})",
        f"Framework: {framework_title(spec.framework)}",
        f"Dataset: {row.dataset}",
        f"Device: {row.device or texts.DEVICES[spec.device]}",
        f"Epochs: {training.epochs}",
        f"Batch size: {training.batch_size}",
        f"Learning rate: {formatting.number(training.optimizer.learning_rate)}",
        f"Seed: {training.seed}",
        f"Validation set: {f'{training.validation:,}' if training.validation else 'none'}",
        f"CPU threads: {spec.threads or 'auto'}",
        f"Optimizer: {summary.optimizer(training.optimizer)}",
        f"Schedule: {summary.schedule(training.schedule)}",
        f"Input: {summary.scaling(spec.model.scaling)}",
        f"Initialization: {summary.initialization(spec.model)}",
    ]
    if unusual := recipe_texts.unusual(spec):
        lines.append(f"Method: {unusual}")
    if spec.continued_from:
        origin = spec.continued_from
        framework = framework_title(origin.framework)
        lines.append(f"Continued from: {origin.run}, {framework}, step {origin.step:,}")
    if spec.known_bugs:
        lines.append(f"Known bugs: {listed(spec.known_bugs)}")
    return "\n".join(lines)
