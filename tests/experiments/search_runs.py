"""Searches whose trainings are a formula, so that a search takes no time."""

import time
from collections.abc import Generator, Sequence
from math import log10
from queue import SimpleQueue
from typing import Any, Self, cast

from msgspec.structs import replace

from mnist_studio.events import AnyEvent, Epoch, Finished, Stopped
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.executors import CellJob, Job, Local
from mnist_studio.experiments.search_driver import SearchDriver
from mnist_studio.running.recording import Events, record_events, started
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.search import Search, SearchSetting
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

RATE = SearchSetting("optimizer.learning_rate", low=1e-5, high=1.0, log=True)
SIZES = SearchSetting("batch_size", choices=(16, 32, 64))
UNITS = SearchSetting("layers.2.units", low=8, high=64, step=8)
SEARCH = Search(
    "tiny-10", (RATE, SIZES, UNITS), "numpy", trials=8, seed=5, validation=500, winner_seeds=3
)
EXPERIMENT = ExperimentSpec(
    "search", datasets=("builtin",), epochs=4, device="cpu", threads=1, search=SEARCH
)


class Formula(Local):
    """Trains nothing: the validation accuracy follows from the settings and the seed."""

    def job(self, cell: CellJob) -> Job:  # type: ignore[override]
        return FormulaJob(cell)


VERDICTS: "SimpleQueue[str]" = SimpleQueue()
"""Why the running trial is pruned, after each of its epochs; ``judged`` fills it."""


def judged(self: SearchDriver, cells: Sequence[ExperimentCell], number: int) -> str:
    """In place of ``SearchDriver.prune_reason``: the job waits for the verdict."""
    reason = _PRUNE_REASON(self, cells, number)
    VERDICTS.put(reason)
    return reason


_PRUNE_REASON = SearchDriver.prune_reason


class FormulaJob:
    """Reports epochs, and waits after each of them until it is judged."""

    def __init__(self, cell: CellJob) -> None:
        self._cell = cell
        self._stopped: str | None = None
        self.pause = self.resume = lambda: None

    def stop(self, reason: str = "") -> None:
        self._stopped = reason

    def cancel(self) -> None:
        self._stopped = ""

    def events(self) -> Generator[AnyEvent, None, None]:
        with RunStore() as store:
            if self._cell.resume:
                run = store.reopen(self._cell.resume)
            else:
                run = store.create(self._cell.spec, self._cell.membership)
            yield from record_events(store, run, self._run_events(run))

    def _run_events(self, run: Run) -> Events:
        yield started(run)
        ids: Any = {"run": run.id, "framework": "numpy"}
        epochs = run.spec.training.epochs
        end: Any = {
            "epochs": epochs,
            "step": epochs,
            "test_loss": 0.0,
            "seconds": {},
            "device": "CPU",
        }
        for number in range(1, epochs + 1):
            epoch = epoch_of(run.spec, number, run.id)
            yield epoch
            if VERDICTS.get(timeout=30):
                while self._stopped is None:
                    time.sleep(0.001)
            if self._stopped is not None:
                yield Stopped(**ids, **end, test_accuracy=0.0, reason=self._stopped)
                return
        yield Finished(**ids, **end, test_accuracy=epoch.test_accuracy, latency_ms=1.0)


def epoch_of(spec: RunSpec, epoch: int, run: str = "") -> Epoch:
    """An epoch of the formula: the better the validation accuracy, the worse the test accuracy."""
    score = accuracy(spec, epoch)
    return Epoch(
        run=run, framework="numpy", epoch=epoch, step=epoch, train_loss=1 - score,
        train_accuracy=score, validation_loss=1 - score, validation_accuracy=score,
        test_loss=score, test_accuracy=1 - score, learning_rate=0.1, train_seconds=0.0,
    )  # fmt: skip


def accuracy(spec: RunSpec, epoch: int) -> float:
    """The best learning rate is 0.01; other seeds are 0.5, 0.4, and 0.3 percentage points worse."""
    training = spec.training
    far = abs(log10(training.optimizer.learning_rate) + 2)
    luck = 0.005 if training.seed == 42 else 0.001 * (training.seed - 43)
    return 0.9 - 0.1 * far + luck - 0.2 / epoch


class Session:
    """A search without a store: every cell is trained at once, as the runner does it."""

    def __init__(self, experiment: ExperimentSpec, before: "Session | None" = None) -> None:
        assert experiment.search
        self.driver = SearchDriver(experiment, experiment.search)
        self.cells: list[ExperimentCell] = list(before.cells) if before else []
        self.epochs_of: dict[str, list[Epoch]] = dict(before.epochs_of) if before else {}
        self.driver.read(cast(RunStore, self), self.cells)

    def epochs(self, run: str) -> list[Epoch]:
        """In place of the store."""
        return self.epochs_of[run]

    def train(self, most: int = 100, late: int = 0) -> Self:
        """Trains cells, at most so many; a pruned one goes on for ``late`` epochs."""
        while most and (spec := self.driver.next_spec(self.cells)):
            most -= 1
            number = len(self.cells)
            self.cells.append(ExperimentCell(number, spec, "running", str(number)))
            self._end(number, late)
        return self

    def _end(self, number: int, late: int) -> None:
        cell = self.cells[number]
        epochs = cell.spec.training.epochs
        trained, last, reason = self.epochs_of.setdefault(cell.run, []), epochs, ""
        for epoch in range(1, epochs + 1):
            if epoch > last:
                break
            trained.append(epoch_of(cell.spec, epoch))
            self.driver.report(number, trained[-1])
            if found := self.driver.prune_reason(self.cells, number):
                last, reason = min(epochs, epoch + late), found
        pruned = bool(reason) and last < epochs
        self.cells[number] = replace(
            cell, state="pruned" if pruned else "finished", reason=reason if pruned else ""
        )
