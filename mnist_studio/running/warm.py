"""Warm processes: each has loaded a framework and built a network, and waits for the next run.

A run takes its process with it. A new one starts when no run trains any more, so that it disturbs
no timing.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Self

from msgspec.structs import replace

from mnist_studio import settings
from mnist_studio.errors import JobError
from mnist_studio.events import AnyEvent, Terminal
from mnist_studio.frameworks import registry
from mnist_studio.running.messages import TRAIN, WARM_UP, TrainRequest, WarmUp
from mnist_studio.spec import recipes
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.training import machine
from mnist_studio.workers import priority
from mnist_studio.workers.channel import Result, WorkerError
from mnist_studio.workers.worker import Worker, WorkerDied

TrainingWorker = Worker[TrainRequest, AnyEvent, Terminal]

NEEDED_BYTES = 2 << 30
"""With fewer bytes available, no warm process starts."""

RESERVED_BYTES = 1 << 30
"""With fewer bytes available, all warm processes end."""

REST_SECONDS = 1.0
"""How long no run has trained before a process starts, and nothing changed before it prepares."""

CHECK_SECONDS = 5.0
"""Interval at which memory, settings, and the processes themselves are checked."""

POLL_SECONDS = 0.05
WARM_UP_SECONDS = 120.0
CLOSE_SECONDS = 5.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class LaunchSettings:
    """What a process gets when it starts and cannot change later.

    Attributes:
        framework: that it loads.
        environment: variables that frameworks read when they are imported, sorted.
        python: program of another Python that runs it; empty for MNIST Studio's own.
        version: of the framework.
    """

    framework: FrameworkName
    environment: tuple[tuple[str, str], ...]
    python: str
    version: str | None

    @classmethod
    def of(cls, spec: RunSpec) -> Self:
        """Those of a run."""
        environment = sorted(registry.training_environment(spec).items())
        name = spec.framework
        return cls(name, tuple(environment), registry.python(name), registry.version(name))


@dataclass
class WarmProcess:
    """A process that has prepared itself for a run, or still does.

    Attributes:
        launched: with these settings.
        worker: the process.
        spec: of the run that it prepares for.
        ready: whether it has loaded the framework.
    """

    launched: LaunchSettings
    worker: Worker[WarmUp, None, None]
    spec: RunSpec
    ready: bool = False


class WarmProcesses:
    """At most one warm process for each framework. A thread starts and ends them.

    Any thread may call any method.
    """

    def __init__(self) -> None:
        """Starts nothing yet."""
        default = recipes.run_spec(recipes.recipe("mlp-128"))
        self._expected: dict[FrameworkName, RunSpec] = {
            name: replace(default, framework=name) for name in registry.FRAMEWORKS
        }
        self._processes: dict[FrameworkName, WarmProcess] = {}
        self._unneeded: list[WarmProcess] = []
        self._failed: set[LaunchSettings] = set()
        self._rested = float("inf")
        self._settled = 0.0
        self._closing = False
        self._changed = Condition()
        self._thread = Thread(target=self._work, name="warm processes", daemon=True)

    @property
    def ready(self) -> tuple[FrameworkName, ...]:
        """The frameworks whose process waits for a run."""
        with self._changed:
            return tuple(name for name, process in self._processes.items() if process.ready)

    @property
    def paused(self) -> bool:
        """Whether no process starts."""
        return self._rested == float("inf")

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the processes that wait for a run."""
        with self._changed:
            return tuple(process.worker.pid or 0 for process in self._processes.values())

    def open(self) -> None:
        """Starts the thread and, after a rest, the first process."""
        self._thread.start()
        self.resume()

    def expect(self, specs: Iterable[RunSpec]) -> None:
        """Names runs that are likely to come: processes then start with their settings."""
        expected = {spec.framework: spec for spec in specs}
        with self._changed:
            if not expected.items() <= self._expected.items():
                self._expected |= expected
                self._settled = monotonic() + REST_SECONDS
                self._changed.notify()

    def pause(self) -> None:
        """Starts no process while a run trains, and ends one that still loads its framework."""
        with self._changed:
            self._rested = float("inf")
            for process in [p for p in self._processes.values() if not p.ready]:
                self._discard(process)
            self._changed.notify()

    def resume(self) -> None:
        """Starts processes again, after a rest."""
        with self._changed:
            if self.paused:
                self._rested = monotonic() + REST_SECONDS
                self._changed.notify()

    def take(self, spec: RunSpec, console: Path) -> TrainingWorker | None:
        """The process for a run, which then belongs to the caller; pauses.

        Args:
            spec: of the run.
            console: file for what the process prints from now on.

        Returns:
            None if no living process was started with the settings of the run.
        """
        wanted = LaunchSettings.of(spec)
        with self._changed:
            process = self._processes.pop(spec.framework, None)
            self.pause()
            if process is None:
                return None
            if process.launched != wanted or process.worker.exit_code is not None:
                self._unneeded.append(process)
                return None
        if not process.ready:
            priority.restore(process.worker.pid or 0)
        return process.worker.for_task(TRAIN, console)

    def close(self) -> None:
        """Ends all processes and the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            # It may be waiting for a slow Python to start, which ends with this program.
            self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        while not self._closing:
            missing = self._check()
            self._end_unneeded()
            if missing:
                self._warm_up(missing)
                continue
            with self._changed:
                if not self._closing and not self._unneeded:
                    self._changed.wait(self._seconds_to_wait())
        with self._changed:
            self._discard_all()
        self._end_unneeded()

    def _seconds_to_wait(self) -> float:
        rests = (until - monotonic() for until in (self._rested, self._settled))
        return min(rest for rest in (*rests, CHECK_SECONDS) if rest > 0)

    def _check(self) -> LaunchSettings | None:
        """Discards what is of no use any more. Gives the settings of the next process to start."""
        if not settings.load()[0].warm_processes or _low_memory(RESERVED_BYTES):
            with self._changed:
                self._discard_all()
            return None
        with self._changed:
            expected = list(self._expected.values())
        wanted = [LaunchSettings.of(spec) for spec in expected]
        with self._changed:
            for process in list(self._processes.values()):
                if process.worker.exit_code is not None or process.launched not in wanted:
                    self._discard(process)
                else:
                    self._prepare_expected(process)
            startable = (
                one for one in wanted
                if one.version and one not in self._failed and one.framework not in self._processes
            )  # fmt: skip
            return next(startable, None) if self._may_start() else None

    def _prepare_expected(self, process: WarmProcess) -> None:
        """Has a process prepare for another run if that is expected now. The caller holds the lock.

        Nobody waits for its reply: a run that takes it earlier waits for the dataset in any case.
        """
        spec = self._expected[process.launched.framework]
        if process.spec != spec and not self.paused and monotonic() >= self._settled:
            process.spec = spec
            process.worker.send(WarmUp(spec))

    def _may_start(self) -> bool:
        return (
            not self._closing
            and monotonic() >= self._rested
            and not _low_memory(NEEDED_BYTES)
            and not machine.on_battery()
        )

    def _warm_up(self, wanted: LaunchSettings) -> None:
        """Starts a process and waits until it is ready, is taken, or fails."""
        try:
            worker = Worker(WARM_UP, dict(wanted.environment), wanted.python)
        except JobError as error:
            self._fail(wanted, str(error))
            return
        priority.lower(worker.pid or 0)
        with self._changed:
            spec = self._expected[wanted.framework]
        process = WarmProcess(wanted, worker, spec)
        worker.send(WarmUp(spec))
        deadline = monotonic() + WARM_UP_SECONDS
        with self._changed:
            self._processes[wanted.framework] = process
            if self._closing or monotonic() < self._rested:
                self._discard(process)
            while self._waits_for(process):
                self._take_reply(process, deadline)

    def _waits_for(self, process: WarmProcess) -> bool:
        """Whether a process still loads its framework and was neither taken nor discarded."""
        return process in self._processes.values() and not process.ready and not self._closing

    def _take_reply(self, process: WarmProcess, deadline: float) -> None:
        """Takes the reply of a process, or waits a moment. The caller holds the lock."""
        try:
            reply = process.worker.receive(0.0)
        except WorkerDied as error:
            self._fail(process.launched, str(error))
            self._discard(process)
            return
        if isinstance(reply, Result):
            process.ready = True
            priority.restore(process.worker.pid or 0)
        elif isinstance(reply, WorkerError):
            self._fail(process.launched, reply.reason)
            self._discard(process)
        elif monotonic() > deadline:
            self._fail(process.launched, "loading it takes too long")
            self._discard(process)
        else:
            self._changed.wait(POLL_SECONDS)

    def _fail(self, wanted: LaunchSettings, reason: str) -> None:
        """A run with these settings starts a new process and reports what is wrong."""
        _LOG.warning("no warm process of %s: %s", wanted.framework, reason)
        with self._changed:
            self._failed.add(wanted)

    def _discard_all(self) -> None:
        for process in list(self._processes.values()):
            self._discard(process)

    def _discard(self, process: WarmProcess) -> None:
        """Has the thread end a process. The caller holds the lock."""
        if self._processes.get(process.launched.framework) is process:
            del self._processes[process.launched.framework]
            self._unneeded.append(process)

    def _end_unneeded(self) -> None:
        with self._changed:
            unneeded, self._unneeded = self._unneeded, []
        for process in unneeded:
            process.worker.kill()


def _low_memory(bound: int) -> bool:
    return machine.available_memory_bytes() < bound
