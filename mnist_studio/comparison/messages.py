"""What the child that computes views is sent and what it answers."""

import msgspec

from mnist_studio.analysis.view import View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.workers.task import Task


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
