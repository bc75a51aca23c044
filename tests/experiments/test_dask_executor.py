import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.errors import DataError, JobError
from mnist_studio.events import AnyEvent, Epoch, Failed
from mnist_studio.experiments import dask_executor, run_archive
from mnist_studio.experiments.dask_executor import Dask, RemoteJob
from mnist_studio.experiments.executors import CellJob
from mnist_studio.spec.ready_made import ready_made
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore
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
    with pytest.raises(JobError, match="cannot be reached"):
        assert connected(client).jobs


def test_without_dask_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(JobError, match=r"Dask cannot be imported.*mnist-studio\[dask\]"):
        run_events(executor=Dask("127.0.0.1:1"))


def test_a_dataset_that_is_not_here_is_named_before_anything_is_sent() -> None:
    spec = run_spec(RECIPES["tiny-10"])
    executor = connected(Stub(1))
    executor.check([replace(spec, dataset="mnist"), replace(spec, dataset="builtin")])
    with pytest.raises(DataError, match="Your dataset “icons” is not on this computer"):
        executor.check([replace(spec, dataset="own/icons")])


class Future:
    """A run on a worker that sends what a test wants."""

    status = "finished"
    is_cancelled = False

    def __init__(self, result: object) -> None:
        self._result = result

    def result(self) -> object:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result

    def cancel(self) -> None:
        self.is_cancelled = True


class Cluster(Stub):
    """A client whose worker publishes one message, and returns a result if it is still wanted."""

    def __init__(self, message: object, result: object) -> None:
        super().__init__(1)
        self.message = message
        self.future = Future(result)

    def subscribe_topic(self, topic: str, handler: Callable[[object], None]) -> None:
        if self.message is not None:
            handler((0.0, self.message))

    def unsubscribe_topic(self, topic: str) -> None:
        pass

    def submit(self, *_: object, **__: object) -> Future:
        return self.future


def _epoch(number: int, step: int) -> str:
    epoch = Epoch(
        run="there", framework="numpy", epoch=number, step=step, train_loss=1.0,
        train_accuracy=0.5, validation_loss=None, validation_accuracy=None, test_loss=1.0,
        test_accuracy=0.5, learning_rate=0.1, train_seconds=1.0,
    )  # fmt: skip
    return events.encode(epoch).decode()


def _archive(*lines: str) -> bytes:
    return run_archive.pack("host", lines, None, "")


GARBAGE: tuple[object, ...] = (
    "garbage", "", b"\xff\x00", 7, None, [], {}, "[" * 100_000, "\ud800", _epoch(0, 1),
    _epoch(10**6, 1), _epoch(1, 2**63), _epoch(1, -1),
)  # fmt: skip


@pytest.mark.parametrize("message", [one for one in GARBAGE if one is not None])
def test_a_line_that_is_garbage_fails_the_run_with_a_reason(message: object) -> None:
    cluster = Cluster(message, _archive())
    end = _last(cluster)
    assert isinstance(end, Failed)
    assert "The worker's events cannot be read" in end.reason
    assert cluster.future.is_cancelled


@pytest.mark.parametrize(
    "result",
    [
        *GARBAGE[:8],
        ModuleNotFoundError("a module of the worker"),
        _archive("garbage"),
        _archive(_epoch(1, 2**63)),
        _archive(_epoch(1, 1)),
        _archive()[:-1],
        msgspec.msgpack.encode({"host": 1}),
    ],
)
def test_a_result_that_is_garbage_fails_the_run_with_a_reason(result: object) -> None:
    end = _last(Cluster(None, result))
    assert isinstance(end, Failed)
    assert "The worker's " in end.reason or "without a result" in end.reason


def _last(cluster: Cluster) -> AnyEvent:
    with RunStore() as store:
        experiment = store.experiments.add(ready_made("batch-sizes").experiment)
    spec = run_spec(RECIPES["tiny-10"])
    job = RemoteJob(cluster, CellJob(spec, Membership(experiment.id)))
    *_, last = job.events()
    with RunStore() as store:
        (run,) = store.runs()
    assert run.status == type(last).__name__.lower()
    return last
