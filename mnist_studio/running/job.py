"""One training as its parent process sees it: a worker, its events and the store."""

import logging
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

from msgspec.structs import replace

from mnist_studio import settings
from mnist_studio.codegen import native_script
from mnist_studio.errors import SpecError
from mnist_studio.events import AnyEvent, Cancelled, Crashed, Failed, Log, Phase, Stopped, Terminal
from mnist_studio.frameworks import registry
from mnist_studio.logs.live import follow
from mnist_studio.running import recording
from mnist_studio.running.continuation import copy_checkpoint, lost_epochs
from mnist_studio.running.memory import check_memory, memory_warning
from mnist_studio.running.messages import TRAIN, TrainRequest
from mnist_studio.running.recording import record_events, started
from mnist_studio.running.warm import TrainingWorker, WarmProcesses
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, epoch_records
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from mnist_studio.training.session import RecordingOptions
from mnist_studio.workers.channel import Result, Update, WorkerError
from mnist_studio.workers.worker import Worker, WorkerDied

CommandName = Literal["pause", "resume", "stop", "cancel"]

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 0.03
ANSWERS_STOP = ("train", "evaluate", "record", "save", "paused")
"""The phases in which the worker answers Stop between chunks. In others its process is ended."""

STOP_PATIENCE_SECONDS = 15.0
EXIT_GRACE_SECONDS = 3.0


class TrainingJob:
    """One run from its start to its terminal event.

    One thread iterates ``events``. Any thread may call ``pause``, ``resume``, ``stop`` and
    ``cancel``.

    Attributes:
        id: of the run; empty before ``Started``.
    """

    def __init__(
        self,
        spec: RunSpec,
        data: Path | None = None,
        resume: str = "",
        membership: Membership | None = None,
        processes: WarmProcesses | None = None,
        observe: bool = False,
        logs: TrainingLogs = NO_LOGS,
    ) -> None:
        """Prepares a run. Nothing starts before ``events`` is iterated.

        A new run with a ``continued_from`` starts from the checkpoint, steps and epochs of the
        run that it names.

        Args:
            spec: what to train and how.
            data: data folder named by the user.
            resume: id of an ended run of this spec to resume from its checkpoint.
            membership: of the experiment that trains it; None without one.
            processes: that may train it; without one for its settings, a new process starts.
            observe: whether to observe the network after every epoch, see
                ``training.observation``. A resumed run that was observed is again.
            logs: for other tools, to write while it trains.
        """
        self.id = ""
        self._spec = spec
        self._data = data
        self._resume = resume
        self._membership = membership
        self._processes = processes
        self._observe = observe
        self._logs = logs
        self._commands: SimpleQueue[CommandName] = SimpleQueue()
        self._stop_reason = ""
        self._stop_deadline = float("inf")
        self._launched = 0.0
        self._forwarded: list[CommandName] = []
        self._warm_start = False
        self._automatic_threads = 0 if spec.threads else registry.automatic_threads(spec)
        self._ended_well = False

    def pause(self) -> None:
        """Pauses after the current chunk."""
        self._commands.put("pause")

    def resume(self) -> None:
        """Resumes after a pause."""
        self._commands.put("resume")

    def stop(self, reason: str = "") -> None:
        """Ends after the current chunk and saves the weights.

        Args:
            reason: why, if not the user wants it; stored with the run.
        """
        self._stop_reason = reason
        self._commands.put("stop")

    def cancel(self) -> None:
        """Ends at once and discards what was trained."""
        self._commands.put("cancel")

    def events(self) -> Generator[AnyEvent, None, None]:
        """Starts the worker and gives its events. The last one is the only terminal event.

        The store records every event first. Closing the iterator early cancels the run.

        Raises:
            StoreError: the run could not be created.
            SpecError: the run cannot work.
        """
        with RunStore() as store:
            run = self._opened(store)
            self.id = run.id
            recorded = record_events(store, run, self._run_events(store, run))
            continues = bool(self._resume or self._spec.continued_from)
            yield from follow(recorded, run, self._logs, lambda: store.epochs(run.id), continues)

    def _opened(self, store: RunStore) -> Run:
        """The new run, or the one that is resumed."""
        if not self._resume:
            return store.create(self._spec, self._membership)
        run = store.reopen(self._resume)
        if self._membership:
            store.experiments.set_membership(run.id, self._membership)
        return run

    def _run_events(self, store: RunStore, run: Run) -> Generator[AnyEvent, None, None]:
        """The events of the run, from ``Started`` to the terminal one."""
        spec = self._spec
        yield started(run)
        missing = registry.missing(spec.framework)
        if missing:
            yield self._failed(run, str(missing))
            return
        try:
            # Before a framework is loaded, which takes seconds.
            native_script.check_trainable(spec)
            check_memory(spec)
        except SpecError as error:
            yield self._failed(run, str(error))
            return
        if warning := memory_warning(spec):
            yield Log(run=run.id, framework=spec.framework, level="warning", text=warning)
        continued_from = None if self._resume else spec.continued_from
        if continued_from:
            yield from copy_checkpoint(store, run, continued_from)
        elif self._resume:
            yield from lost_epochs(store, run)
        request = self._request(store, run)
        for worker in self._workers(artifacts.console(run.folder)):
            try:
                worker.send(request)
                for command in self._forwarded:
                    worker.command(command)
                ended = yield from self._worker_events(worker, run)
            finally:
                worker.end(EXIT_GRACE_SECONDS if self._ended_well else 0.0)
            if ended:
                return

    def _workers(self, console: Path) -> Iterator[TrainingWorker]:
        """A warm process if there is one, and a new one in case the warm one has died."""
        spec = self._spec
        warm = self._processes.take(spec, console) if self._processes else None
        if warm:
            self._warm_start = True
            yield warm
            _LOG.warning("a warm process of %s died while it waited", spec.framework)
        self._warm_start = False
        environment = registry.training_environment(spec)
        yield Worker(TRAIN, environment, registry.python(spec.framework), console)

    def _request(self, store: RunStore, run: Run) -> TrainRequest:
        saved = settings.load()[0]
        # Nobody watches the hundreds of runs of an experiment, whose weights would fill the disk.
        budget = 0 if self._membership else saved.epoch_weights_mb * 1_000_000
        observe = self._observe or bool(epoch_records.FILES.epochs(run.folder))
        self._launched = time.perf_counter()
        return TrainRequest(
            run=run.id,
            spec=self._spec,
            folder=str(run.folder),
            data=str(self._data or ""),
            launched=self._launched,
            resume=bool(self._resume or self._spec.continued_from),
            epochs=store.epochs(run.id),
            checkpoint_seconds=saved.checkpoint_seconds,
            recording=RecordingOptions(budget, observe),
        )

    def _worker_events(self, worker: TrainingWorker, run: Run) -> Generator[AnyEvent, None, bool]:
        """The events of the worker. If it dies without a terminal event, this adds one.

        Returns:
            False if it is a warm process that died before it could begin.
        """
        phase = "start"
        while True:
            ended = self._obey(worker, run, phase)
            if ended:
                yield ended
                return True
            try:
                message = worker.receive(POLL_SECONDS)
            except WorkerDied:
                if self._warm_start and phase == "start":
                    return False
                yield self._crashed(worker, run, phase)
                return True
            if message is None:
                continue
            event = self._event(message, run)
            if isinstance(event, Phase):
                phase = event.phase
            if isinstance(event, Stopped):
                event = replace(event, reason=self._stop_reason)
            self._ended_well = isinstance(event, Terminal)
            seconds = time.perf_counter() - self._launched
            yield recording.timed(event, seconds, self._warm_start, self._automatic_threads)
            if self._ended_well:
                return True

    def _event(
        self, message: Update[AnyEvent] | Result[Terminal] | WorkerError, run: Run
    ) -> AnyEvent:
        match message:
            case WorkerError(reason=reason):
                return self._failed(run, reason)
            case Update(value=event) | Result(value=event):
                return event

    def _obey(self, worker: TrainingWorker, run: Run, phase: str) -> Cancelled | None:
        """Sends commands to the worker. Gives the terminal event where this ended its process."""
        for command in self._new_commands():
            if command == "cancel":
                how = worker.end(0.0)
                if not self._resume:
                    artifacts.discard(run.folder)
                return self._cancelled(run, f"Discarded. Nothing was saved (process {how}).")
            if command == "stop" and phase not in ANSWERS_STOP:
                worker.end(0.0)
                return self._cancelled(
                    run, f"Stopped before training began. {recording.what_is_saved(run)}"
                )
            if command == "stop":
                self._stop_deadline = time.monotonic() + STOP_PATIENCE_SECONDS
            self._forwarded.append(command)
            worker.command(command)
        if time.monotonic() > self._stop_deadline:
            how = worker.end(0.0)
            reason = f"Ended because it did not respond to Stop (process {how})."
            return self._cancelled(run, f"{reason} {recording.what_is_saved(run)}")
        return None

    def _new_commands(self) -> Iterator[CommandName]:
        with suppress(Empty):
            while True:
                yield self._commands.get_nowait()

    def _crashed(self, worker: TrainingWorker, run: Run, phase: str) -> Crashed:
        worker.end(EXIT_GRACE_SECONDS)
        code, name = worker.exit_code, self._spec.framework
        reason = f"{recording.why_it_died(code)} {recording.how_to_continue(run)}"
        if phase == "import":
            output, external = _console(run.folder), registry.python(name)
            known = registry.import_died(name, code, output, external)
            reason = str(known or reason)
        return Crashed(run=run.id, framework=name, reason=reason, exit_code=code)

    def _failed(self, run: Run, reason: str) -> Failed:
        return Failed(run=run.id, framework=self._spec.framework, reason=reason)

    def _cancelled(self, run: Run, reason: str) -> Cancelled:
        return Cancelled(run=run.id, framework=self._spec.framework, reason=reason)


def _console(folder: Path) -> str:
    """The output of the run's processes; empty if there is none."""
    try:
        return artifacts.console(folder).read_text("utf-8", "replace")
    except OSError:
        return ""
