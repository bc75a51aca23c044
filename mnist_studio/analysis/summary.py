"""The metrics of one run that tables of runs show."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.analysis import time_breakdown
from mnist_studio.analysis.curves import epochs_to
from mnist_studio.events import Epoch, Finished, Stopped, Terminal, is_imported
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import RunSpec

TARGET = 0.97
"""Accuracy for the "epochs to" column: the lowest that the source of any recipe reports."""


@dataclass(frozen=True)
class RunSummary:
    """The metrics of one run; None for a metric that it does not have.

    Attributes:
        title: of the run.
        framework: that trained it.
        recipe: name of its recipe.
        accuracy: on the test set at the end, a fraction. A running run has that of its last epoch.
        training_time: in seconds, up to the last epoch while the run trains.
        epochs: completed.
        epochs_to_target: until the test accuracy reached 97 %.
        parameters: number of learned parameters.
        latency_ms: of one image, median.
    """

    title: str
    framework: str
    recipe: str
    accuracy: float | None
    training_time: float | None
    epochs: int
    epochs_to_target: int | None
    parameters: int
    latency_ms: float | None


def summarize(
    title: str, spec: RunSpec, epochs: Sequence[Epoch], terminal: Terminal | None
) -> RunSummary:
    """The metrics of a run, finished or not.

    Args:
        title: of the run.
        spec: what was trained.
        epochs: that it has completed, in order.
        terminal: the event that ended it; None while it runs.
    """
    last = epochs[-1] if epochs else None
    return RunSummary(
        title=title,
        framework=spec.framework,
        recipe=spec.recipe,
        accuracy=_accuracy(last, terminal),
        training_time=_training_time(last, terminal),
        epochs=len(epochs),
        epochs_to_target=epochs_to(epochs, TARGET),
        parameters=parameter_count(spec.model),
        latency_ms=terminal.latency_ms if isinstance(terminal, Finished) else None,
    )


def _training_time(last: Epoch | None, terminal: Terminal | None) -> float | None:
    if is_imported(terminal):
        return None
    if isinstance(terminal, Finished | Stopped):
        return time_breakdown.training_time(terminal)
    return time_breakdown.training_time_after(last, None) if last else None


def _accuracy(last: Epoch | None, terminal: Terminal | None) -> float | None:
    if isinstance(terminal, Finished | Stopped):
        return terminal.test_accuracy
    return last.test_accuracy if last else None
