"""One row of the table that compares runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_studio.analysis.curves import epochs_to
from mnist_studio.events import Epoch, Finished, Stopped, Terminal
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.run import RunSpec

TARGET = 0.97
"""The accuracy that the table asks for: the least that any source of a recipe reports."""


@dataclass(frozen=True)
class RunSummary:
    """What the table tells of one run; None where the run has no such figure.

    Attributes:
        title: the user's name of the run.
        framework: who trained it.
        recipe: name of its recipe.
        accuracy: on the test digits after the last whole epoch, a fraction; a run that was
            stopped later keeps weights that were trained a little more.
        train_seconds: spent training, evaluation left out.
        epochs: trained to their end.
        epochs_to_target: until the test accuracy reached 97 %.
        parameters: numbers the network learns.
        latency_ms: one image, median.
    """

    title: str
    framework: str
    recipe: str
    accuracy: float | None
    train_seconds: float | None
    epochs: int
    epochs_to_target: int | None
    parameters: int
    latency_ms: float | None


def summarize(
    title: str, spec: RunSpec, epochs: Sequence[Epoch], terminal: Terminal | None
) -> RunSummary:
    """The row of a run, finished or not.

    Args:
        title: the user's name of the run.
        spec: what was trained.
        epochs: in order, as far as they came.
        terminal: the event that ended it; None while it runs.
    """
    last = epochs[-1] if epochs else None
    return RunSummary(
        title=title,
        framework=spec.framework,
        recipe=spec.recipe,
        accuracy=_accuracy(last, terminal),
        train_seconds=last.train_seconds if last else None,
        epochs=len(epochs),
        epochs_to_target=epochs_to(epochs, TARGET),
        parameters=parameter_count(spec.model),
        latency_ms=terminal.latency_ms if isinstance(terminal, Finished) else None,
    )


def _accuracy(last: Epoch | None, terminal: Terminal | None) -> float | None:
    if isinstance(terminal, Finished | Stopped):
        return terminal.test_accuracy
    return last.test_accuracy if last else None
