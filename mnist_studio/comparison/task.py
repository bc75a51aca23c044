"""The task of computing views, in a child process of the window."""

from pathlib import Path

from mnist_studio.comparison.messages import ComputeViews, ViewOutcome, ViewResult, ViewUnavailable
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.errors import MnistStudioError
from mnist_studio.workers.task import Context


def compute_views(request: ComputeViews, context: Context[float]) -> tuple[ViewOutcome, ...]:
    """The task: the views in the order of their names."""
    run_data = RunData(request.selection, Path(request.data) if request.data else None)
    found = []
    for name in request.names:
        found.append(_outcome(request, run_data, name))
        context.send(len(found) / len(request.names))
    return tuple(found)


def _outcome(request: ComputeViews, run_data: RunData, name: str) -> ViewOutcome:
    try:
        return ViewResult(catalog.compute(name, run_data, request.options))
    except MnistStudioError as error:
        title = catalog.view_entry(name).title
        return ViewUnavailable(name, title, error.problem, error.remedy)
