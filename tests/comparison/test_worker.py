"""Views that a child computes."""

import pytest

from mnist_studio.analysis.view import encode
from mnist_studio.comparison.messages import Made, Refused
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.errors import CancelledByUser, UnknownName, UsageError


def test_a_child_computes_the_same(gathered: RunData) -> None:
    told: list[float] = []
    names = ("final-accuracy", "neutral-idiomatic")
    with ViewWorker() as worker:
        made, refused = worker.compute(gathered.chosen, names, ViewOptions(), told.append)
        (again,) = worker.compute(gathered.chosen, names[:1], ViewOptions())
    assert isinstance(made, Made)
    assert isinstance(refused, Refused)
    assert encode(made.view) == encode(catalog.compute(names[0], gathered, ViewOptions()))
    assert again == made
    assert told == [0.5, 1.0]
    assert "as written" in refused.problem


def test_a_cancelled_child_is_replaced(gathered: RunData) -> None:
    with ViewWorker() as worker:
        with pytest.raises(CancelledByUser):
            worker.compute(gathered.chosen, ("clocks",), ViewOptions(), cancelled=lambda: True)
        (made,) = worker.compute(gathered.chosen, ("clocks",), ViewOptions())
    assert isinstance(made, Made)


def test_what_cannot_work_starts_no_child(gathered: RunData) -> None:
    worker = ViewWorker()
    with pytest.raises(UnknownName, match="Did you mean clocks"):
        worker.compute(gathered.chosen, ("clock",), ViewOptions())
    for wrong in (ViewOptions(target=97), ViewOptions(threshold=0), ViewOptions(smoothing=1)):
        with pytest.raises(UsageError):
            worker.compute(gathered.chosen, ("clocks",), wrong)
