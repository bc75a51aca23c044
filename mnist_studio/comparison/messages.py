"""What the child that computes views is sent and what it sends back, with the options of views."""

from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from mnist_studio.analysis.summary import TARGET
from mnist_studio.analysis.verdict import THRESHOLD
from mnist_studio.analysis.view import View
from mnist_studio.comparison.selection import Selection
from mnist_studio.errors import UsageError
from mnist_studio.workers.task import Task

XAxis = Literal["epochs", "steps", "seconds"]
AXES: tuple[XAxis, ...] = get_args(XAxis)


@dataclass(frozen=True)
class ViewOptions:
    """Options of all views.

    Attributes:
        axis: horizontal axis of curves.
        smoothing: weight of the past in curves, from 0 to less than 1.
        log: logarithmic scale for losses.
        target: accuracy to reach, a fraction.
        threshold: the smallest relevant difference in accuracy, a fraction.
        model: id of the run whose predictions are shown; empty for the first that has any.
        own: fingerprint of the user's own images for views of predictions; empty for the test set.
    """

    axis: XAxis = "epochs"
    smoothing: float = 0.0
    log: bool = False
    target: float = TARGET
    threshold: float = THRESHOLD
    model: str = ""
    own: str = ""

    def check(self) -> None:
        """Checks the ranges.

        Raises:
            UsageError: an option is out of range.
        """
        if not 0 < self.target <= 1:
            raise UsageError(
                f"The target accuracy must be above 0 and at most 1, got {self.target:g}.",
                "Choose a fraction such as 0.97.",
            )
        if not 0 < self.threshold <= 0.5:
            raise UsageError(
                "The smallest relevant difference must be above 0 and at most 0.5, got "
                f"{self.threshold:g}.",
                "Choose a fraction such as 0.001, which is 0.1 percentage points.",
            )
        if not 0 <= self.smoothing < 1:
            raise UsageError(
                f"The smoothing must be at least 0 and below 1, got {self.smoothing:g}.",
                "Choose 0 for no smoothing.",
            )


class ComputeViews(msgspec.Struct, frozen=True):
    """Views to compute.

    Attributes:
        selection: of these runs.
        names: of the views.
        options: that the user set.
        data: data folder named by the user; empty for the usual places.
    """

    selection: Selection
    names: tuple[str, ...]
    options: ViewOptions
    data: str = ""


class ViewResult(msgspec.Struct, frozen=True, tag=True):
    """A computed view."""

    view: View


class ViewUnavailable(msgspec.Struct, frozen=True, tag=True):
    """A view that these runs do not have.

    Attributes:
        name: of the view.
        title: of the view.
        problem: why not.
        remedy: what to do.
    """

    name: str
    title: str
    problem: str
    remedy: str


ViewOutcome = ViewResult | ViewUnavailable

COMPUTE_VIEWS: Task[ComputeViews, float, tuple[ViewOutcome, ...]] = Task(
    "mnist_studio.comparison.task.compute_views", float, tuple[ViewOutcome, ...]
)
"""Its progress is the fraction of the views that is done."""
