"""Cells trained on the workers of an existing Dask cluster, kept here as if trained here.

Needs the optional extra ``dask``. The workers need the same version of the studio and, for MNIST,
``MNIST_STUDIO_DATA``. Whoever can reach a Dask scheduler can run code on its workers and send code
to its clients: use only clusters that you trust.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any, Self

from mnist_studio.errors import JobError
from mnist_studio.experiments.dask_job import RemoteJob
from mnist_studio.experiments.executors import CellJob
from mnist_studio.spec.run import RunSpec

CONNECT_SECONDS = 5
"""A cluster that does not answer within this is not there."""

WORKERS_SECONDS = 10
"""One whose workers do not come within this has none."""

LOST_SECONDS = 60.0
"""So long is waited for a worker to come back after the last one was lost."""

LOOK_SECONDS = 1.0
"""So often at most the scheduler is asked for its workers."""


class Dask:
    """An existing cluster. Its runs cannot be paused, and a stopped one is trained anew."""

    def __init__(self, address: str, jobs: int | None = None) -> None:
        """Takes its settings; connects to nothing.

        Args:
            address: HOST:PORT of the scheduler.
            jobs: trainings at a time; as many as the workers have threads if not given.
        """
        self.host = f"dask://{address}"
        self._address = address
        self._wanted = jobs
        self._client: Any = None
        self._threads = 0
        self._looked = self._seen = 0.0

    @property
    def jobs(self) -> int:
        """As many as the cluster's workers have threads, or as was wanted.

        Raises:
            JobError: the scheduler is gone, or there is no worker any more.
        """
        if self._client.status == "closed":
            raise self._gone()
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._threads, self._looked = self._count(), time.monotonic()
        if self._threads:
            self._seen = now
        elif now - self._seen > LOST_SECONDS:
            raise self._without_workers()
        return min(self._threads, self._wanted or self._threads)

    def __enter__(self) -> Self:
        """Connects.

        Raises:
            JobError: Dask is not installed, no scheduler answers, or it has no workers.
        """
        self._client = _client(self._address)
        try:
            # They may have been started in the same moment.
            self._client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except (OSError, TimeoutError) as error:
            self._client.close()
            raise self._without_workers() from error
        self._threads = self._count()
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the cluster as it is."""
        self._client.close()

    def check(self, specs: Sequence[RunSpec]) -> None:
        """Nothing: what a worker lacks, it tells itself."""

    def job(self, ticket: CellJob) -> RemoteJob:
        """See ``Executor.job``."""
        return RemoteJob(self._client, ticket)

    def _count(self) -> int:
        """The threads of all workers; 0 while the scheduler does not answer."""
        try:
            return sum(self._client.nthreads().values())
        # A client that has lost its scheduler, and looks for it, has none to ask.
        except (OSError, TimeoutError, AttributeError):
            return 0

    def _gone(self) -> JobError:
        return JobError(
            f"The Dask cluster at {self._address} is gone.",
            "When it is back, run the experiment again; it goes on.",
        )

    def _without_workers(self) -> JobError:
        return JobError(
            f"The Dask cluster at {self._address} has no workers.",
            f"Start some: dask worker {self._address}. Then run the experiment again; it goes on.",
        )


def _client(address: str) -> Any:
    """A client of the scheduler there.

    Raises:
        JobError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise JobError(
            f"Dask cannot be imported here: {error}.",
            "Install it with: pip install mnist-studio[dask]",
        ) from error
    # What matters of it is told by the jobs; it would add tracebacks.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise JobError(
            f"No Dask cluster answers at {address}.",
            "Start one there (dask scheduler, dask worker) or correct the address.",
        ) from error
