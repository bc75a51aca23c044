"""The logs of a run while it trains, written by a thread of its own.

A full disk or a slow network folder never delays the training: its supervisor only puts events into
a queue. A log that cannot be written ends with one warning.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from operator import methodcaller
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from mnist_studio.data.files import unwritable
from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import AnyEvent, Epoch, Log, Progress, Terminal
from mnist_studio.logs.content import BatchMeans, LoggedRun, PriorTraining, RunLog, logged
from mnist_studio.logs.formats import FormatEntry, folder_of, live_formats
from mnist_studio.settings import TrainingLogs
from mnist_studio.store import step_curve
from mnist_studio.store.rows import Run

LAST_SECONDS = 5.0
"""How long the end of a run waits for its logs."""

_Action = Callable[[RunLog], None]
_LOG = logging.getLogger(__name__)


def follow(
    events: Generator[AnyEvent, None, None],
    run: Run,
    logs: TrainingLogs,
    epochs: Callable[[], Sequence[Epoch]],
    continues: bool,
) -> Generator[AnyEvent, None, None]:
    """Logs the events of a run and passes them on, with a warning for each log that ended early.

    Args:
        events: of the run, which the store has recorded.
        run: that trains.
        logs: to write.
        epochs: the stored ones of the run.
        continues: whether the run is resumed, or continues another one.
    """
    formats = live_formats(logs)
    if not formats:
        yield from events
        return
    live = LiveLogs(logged(run), folder_of(logs, logged(run)), formats)
    feed = _Feed(live, run, epochs, continues)
    try:
        with closing(events):
            for event in events:
                feed.take(event)
                if isinstance(event, Terminal):
                    live.close()
                for text in live.problems():
                    yield Log(run=run.id, framework=event.framework, level="warning", text=text)
                yield event
    finally:
        live.close()


class LiveLogs:
    """The open logs of a run, each in a format. For the thread of its supervisor."""

    def __init__(self, run: LoggedRun, folder: Path, formats: Sequence[FormatEntry]) -> None:
        """Starts the thread, which opens the logs.

        Args:
            run: to log.
            folder: of the run in its logs.
            formats: of the logs.
        """
        self._folder = folder
        self._actions: SimpleQueue[_Action | None] = SimpleQueue()
        self._problems: SimpleQueue[str] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._write, args=(run, formats), name="logs", daemon=True)
        self._thread.start()

    def put(self, action: _Action) -> None:
        """Has the thread do something with every log; returns at once."""
        self._actions.put(action)

    def problems(self) -> Iterator[str]:
        """Why logs ended early, each once."""
        with suppress(Empty):
            while True:
                yield self._problems.get_nowait()

    def close(self) -> None:
        """Waits until everything is written, but not for long. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._actions.put(None)
        self._thread.join(LAST_SECONDS)
        if self._thread.is_alive():
            self._problems.put(
                f"{self._folder} responds so slowly that the log of this run may lack its end."
            )

    def _write(self, run: LoggedRun, formats: Sequence[FormatEntry]) -> None:
        """The work of the thread: opens the logs, and does with each what is wanted."""
        opened: dict[FormatEntry, RunLog] = {}
        for entry in formats:
            self._try(entry, partial(self._open, entry, run, opened))
        while (action := self._actions.get()) is not None:
            for entry, log in tuple(opened.items()):
                if not self._try(entry, partial(action, log)):
                    del opened[entry]
                    # What a full disk refused would be refused again.
                    with suppress(OSError):
                        log.close()
        for entry, log in opened.items():
            self._try(entry, log.close)

    def _open(self, entry: FormatEntry, run: LoggedRun, opened: dict[FormatEntry, RunLog]) -> None:
        opened[entry] = entry.open(self._folder, run)

    def _try(self, entry: FormatEntry, work: Callable[[], object]) -> bool:
        """Works on a log; whether that succeeded. The first problem of a log ends it."""
        try:
            work()
        except ImportError as error:
            problem = entry.missing or f"{entry.title} cannot be imported: {error}."
        except OSError as error:
            problem = str(unwritable(error, self._folder))
        except MnistStudioError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - a training does not end because of its log
            _LOG.warning("the log as %s ended", entry.title, exc_info=error)
            problem = f"Unexpected error: {type(error).__name__}: {error}."
        else:
            return True
        self._problems.put(f"Logging as {entry.title} ended, and the training continues: {problem}")
        return False


class _Feed:
    """Turns the events of a run into what its logs have."""

    def __init__(
        self,
        live: LiveLogs,
        run: Run,
        epochs: Callable[[], Sequence[Epoch]],
        continues: bool,
    ) -> None:
        self._live = live
        self._run = run
        self._epochs = epochs
        self._continues = continues
        self._means: BatchMeans | None = None
        self._step = 0

    def take(self, event: AnyEvent) -> None:
        """Logs an event.

        Epochs before the first step of a run that continues are its history, which the store has.
        """
        match event:
            case Progress(step=last, steps=steps, losses=losses, accuracies=accuracies):
                if last - len(losses) < self._step:
                    self._restart()
                self._step = last
                means = self._begun(last - len(losses), steps)
                for batch in means.add(last - len(losses), losses, accuracies):
                    self._live.put(methodcaller("batch", batch))
            case Epoch() if self._means or not self._continues:
                self._begun(0, 0)
                self._live.put(methodcaller("epoch", event))
            case _ if isinstance(event, Terminal):
                epochs = () if self._means else self._epochs()
                self._begun(epochs[-1].step if epochs else 0, 0)
                self._live.put(methodcaller("end", event))

    def _restart(self) -> None:
        """Begins the logs again: another worker of a cluster trains the run from its beginning."""
        self._live.put(methodcaller("close"))
        self._means, self._continues = None, False

    def _begun(self, step: int, steps: int) -> BatchMeans:
        """The means of the batches, and the log begins with the history before ``step``."""
        if self._means:
            return self._means
        self._means = BatchMeans(steps)
        history = PriorTraining(step)
        if step:
            epochs = tuple(epoch for epoch in self._epochs() if epoch.step <= step)
            self._means = BatchMeans(steps, self._steps(), step)
            history = PriorTraining(step, epochs, self._means.batches)
        self._live.put(methodcaller("begin", history, self._continues))
        return self._means

    def _steps(self) -> step_curve.StepCurve | None:
        try:
            return step_curve.load(self._run.folder)
        except StoreError as error:
            _LOG.warning("the log of %s lacks its first batches: %s", self._run.id, error)
            return None
