import sys
import time
from types import SimpleNamespace

import pytest

from mnist_studio.errors import JobError
from mnist_studio.experiments import dask_executor
from mnist_studio.experiments.dask_executor import Dask
from tests.experiments.conftest import run_events


class Stub:
    """A client of a cluster with as many workers as a test wants."""

    status = "running"

    def __init__(self, *threads: int) -> None:
        self.threads = threads

    def nthreads(self) -> dict[int, int]:
        if self.threads == (-1,):
            raise OSError
        return dict(enumerate(self.threads))


def connected(client: Stub, jobs: int | None = None) -> Dask:
    executor = Dask("host:1", jobs)
    executor._client = client
    return executor


def test_so_many_jobs_run_as_there_are_threads_or_as_were_wanted() -> None:
    assert connected(Stub(2, 3)).jobs == 5
    assert connected(Stub(2, 3), jobs=4).jobs == 4
    assert connected(Stub(2), jobs=4).jobs == 2


def test_workers_that_come_are_noticed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    client = Stub(1)
    executor = connected(client)
    assert executor.jobs == 1
    client.threads = (1, 1)
    assert executor.jobs == 1
    clock.now += dask_executor.REFRESH_SECONDS
    assert executor.jobs == 2


@pytest.mark.parametrize("lost", [(), (-1,)])
def test_a_cluster_without_workers_is_waited_for_a_while(
    lost: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    client = Stub(1)
    executor = connected(client)
    assert executor.jobs == 1
    client.threads = lost
    clock.now += dask_executor.LOST_SECONDS - 1
    assert executor.jobs == 0
    clock.now += 2
    with pytest.raises(JobError, match="host:1 has no workers"):
        assert executor.jobs


def test_a_closed_client_is_reported() -> None:
    client = Stub(1)
    client.status = "closed"
    with pytest.raises(JobError, match="can't be reached"):
        assert connected(client).jobs


def test_without_dask_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(JobError, match=r"Dask cannot be imported.*mnist-studio\[dask\]"):
        run_events(executor=Dask("127.0.0.1:1"))
