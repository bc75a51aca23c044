"""The columns that the tables of stored runs are made of."""

from PySide6.QtGui import QPixmap

from mnist_studio import formatting
from mnist_studio.analysis import known_bugs
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common import provenance, texts
from mnist_studio.gui.common.legend import sample
from mnist_studio.gui.common.table_model import TableColumn
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec import summary


def _or_last(value: float | None) -> float:
    """What has no figure sorts behind all that have one."""
    return float("inf") if value is None else value


def title(theme: Theme) -> TableColumn[RunRow]:
    """The user's name of a run."""

    def picture(row: RunRow) -> QPixmap:
        return sample(theme, row.framework)

    return TableColumn("Run", lambda row: row.title, tip=settings_of, picture=picture)


def state(theme: Theme) -> TableColumn[RunRow]:
    """How it ended."""

    def color(row: RunRow) -> str:
        return theme.palette.bad if row.run.status in ("failed", "crashed") else ""

    return TableColumn("State", lambda row: row.state, tip=lambda row: row.reason, color=color)


DIGITS: TableColumn[RunRow] = TableColumn("Digits", lambda row: row.dataset)
MADE: TableColumn[RunRow] = TableColumn(
    "Started", lambda row: formatting.moment(row.run.created), sort=lambda row: row.run.created
)
ACCURACY: TableColumn[RunRow] = TableColumn(
    "Accuracy",
    lambda row: formatting.percent(row.figures.accuracy),
    right=True,
    sort=lambda row: -1.0 if row.figures.accuracy is None else row.figures.accuracy,
    explain="On the test digits, after the last whole epoch",
)
TRAINING: TableColumn[RunRow] = TableColumn(
    "Training",
    lambda row: formatting.duration(row.figures.train_seconds),
    right=True,
    sort=lambda row: _or_last(row.figures.train_seconds),
    explain="Seconds spent training; starting and evaluation are left out",
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
    explain="Numbers that the network learns",
)
LATENCY: TableColumn[RunRow] = TableColumn(
    "Latency",
    lambda row: formatting.milliseconds(row.figures.latency_ms),
    right=True,
    sort=lambda row: _or_last(row.figures.latency_ms),
    explain="One image, median, on the device that trained it",
)


def settings_of(row: RunRow) -> str:
    """The settings of a run, a line each."""
    spec, training = row.run.spec, row.run.spec.training
    lines = [
        f"Recipe: {spec.recipe}",
        f"Framework: {framework_title(spec.framework)}",
        f"Digits: {row.dataset}",
        f"Device: {row.device or texts.DEVICES[spec.device]}",
        f"Epochs: {training.epochs}",
        f"Batch size: {training.batch_size}",
        f"Learning rate: {training.optimizer.learning_rate:g}",
        f"Seed: {training.seed}",
        f"Validation digits: {f'{training.validation:,}' if training.validation else 'none'}",
        f"CPU threads: {spec.threads or 'auto'}",
        f"Optimizer: {summary.optimizer(training.optimizer)}",
        f"Schedule: {summary.schedule(training.schedule)}",
        f"Input: {summary.scaling(spec.model.scaling)}",
        f"Initialization: {summary.initialization(spec.model)}",
    ]
    if unusual := provenance.unusual(spec):
        lines.append(f"Method: {unusual}")
    if spec.continued_from:
        begun = framework_title(spec.continued_from.framework)
        lines.append(
            f"Goes on from: {spec.continued_from.run}, {begun}, step {spec.continued_from.step:,}"
        )
    if spec.known_bugs:
        lines.append(f"Faults: {known_bugs.listed(spec.known_bugs)}")
    return "\n".join(lines)
