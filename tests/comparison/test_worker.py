"""Views that a child computes."""

import pytest

from mnist_studio.analysis.view import encode
from mnist_studio.comparison.messages import Made, Refused
from mnist_studio.comparison.options import Options
from mnist_studio.comparison.run_data import Gathered
from mnist_studio.comparison.views import catalog
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.errors import Cancelled, UnknownName, UsageError


def test_a_child_computes_the_same(gathered: Gathered) -> None:
    told: list[float] = []
    names = ("final-accuracy", "neutral-idiomatic")
    with ViewWorker() as worker:
        made, refused = worker.compute(gathered.chosen, names, Options(), told.append)
        (again,) = worker.compute(gathered.chosen, names[:1], Options())
    assert isinstance(made, Made)
    assert isinstance(refused, Refused)
    assert encode(made.view) == encode(catalog.compute(names[0], gathered, Options()))
    assert again == made
    assert told == [0.5, 1.0]
    assert "as written" in refused.problem


def test_a_cancelled_child_is_replaced(gathered: Gathered) -> None:
    with ViewWorker() as worker:
        with pytest.raises(Cancelled):
            worker.compute(gathered.chosen, ("clocks",), Options(), cancelled=lambda: True)
        (made,) = worker.compute(gathered.chosen, ("clocks",), Options())
    assert isinstance(made, Made)


def test_what_cannot_work_starts_no_child(gathered: Gathered) -> None:
    worker = ViewWorker()
    with pytest.raises(UnknownName, match="Did you mean clocks"):
        worker.compute(gathered.chosen, ("clock",), Options())
    for wrong in (Options(target=97), Options(threshold=0), Options(smoothing=1)):
        with pytest.raises(UsageError):
            worker.compute(gathered.chosen, ("clocks",), wrong)
