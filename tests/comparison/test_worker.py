"""Views that a child computes."""

import pytest

from mnist_studio.analysis.view import encode
from mnist_studio.comparison.messages import ViewOptions, ViewResult, ViewUnavailable
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.errors import CancelledByUser, UnknownName, UsageError


def test_a_child_computes_the_same(run_data: RunData) -> None:
    told: list[float] = []
    names = ("final-accuracy", "shared-native")
    with ViewWorker() as worker:
        made, refused = worker.compute(run_data.selection, names, ViewOptions(), told.append)
        (again,) = worker.compute(run_data.selection, names[:1], ViewOptions())
    assert isinstance(made, ViewResult)
    assert isinstance(refused, ViewUnavailable)
    assert encode(made.view) == encode(catalog.compute(names[0], run_data, ViewOptions()))
    assert again == made
    assert told == [0.5, 1.0]
    assert "native script" in refused.problem


def test_a_cancelled_child_is_replaced(run_data: RunData) -> None:
    with ViewWorker() as worker:
        with pytest.raises(CancelledByUser):
            worker.compute(
                run_data.selection, ("time-breakdown",), ViewOptions(), is_cancelled=lambda: True
            )
        (made,) = worker.compute(run_data.selection, ("time-breakdown",), ViewOptions())
    assert isinstance(made, ViewResult)


def test_what_cannot_work_starts_no_child(run_data: RunData) -> None:
    worker = ViewWorker()
    with pytest.raises(UnknownName, match="Did you mean latency"):
        worker.compute(run_data.selection, ("latenci",), ViewOptions())
    for wrong in (ViewOptions(target=97), ViewOptions(threshold=0), ViewOptions(smoothing=1)):
        with pytest.raises(UsageError):
            worker.compute(run_data.selection, ("time-breakdown",), wrong)
