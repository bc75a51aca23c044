"""The thread that owns the store: it executes commands and reads all runs again after each."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic

from PySide6.QtCore import QObject, QThread, Signal

from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.gui.services.memory import Returns
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

Command = Callable[[RunStore], object]
Work = Callable[[], object]

POLL_SECONDS = 1.0
"""Interval of checks for changes by the command line."""

RECOVER_SECONDS = 10.0
"""Interval of checks whether a running run has lost its supervisor."""

REOPEN_SECONDS = 2.0
"""Delay before a store that failed is opened again."""


@dataclass(frozen=True)
class _Replacement:
    """Work that needs the store to be closed; it reports its own errors."""

    work: Work


class StoreThread(QThread):
    """Owns the store. Executes commands in order and reads all runs again after each.

    After an error of the store, the thread opens the store again; only ``end`` ends it.

    Signals:
        read: all runs as a tuple of rows, newest first; all experiments, likewise; memberships;
            the rows in the trash.
        executed: a command, and its result; not if it failed.
        refused: a command that failed.
        own_images_read: the own images as a tuple, oldest first, when they changed.
        own_recipes_read: the ``LoadedRecipes`` when they changed, and at the start.
        failed: an exception; the same error of the store itself only once.
        interrupted: the ids of runs whose MNIST Studio ended while they were training; once.
        damaged: the error of a store that cannot be opened before it is rebuilt or restored.
    """

    read = Signal(object, object, object, object)
    executed = Signal(object, object)
    refused = Signal(object)
    own_images_read = Signal(object)
    own_recipes_read = Signal(object)
    failed = Signal(object)
    interrupted = Signal(object)
    damaged = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._commands: SimpleQueue[Command | _Replacement | None] = SimpleQueue()
        self._damaged = ""
        self._ending = Event()
        self._ended: dict[str, RunRow] = {}
        self._reported: set[str] = set()
        self._own_images: tuple[tuple[str, int], ...] | None = None
        self._own_recipes: tuple[object, ...] | None = None
        self._running = False
        self._recovered = 0.0
        self._returns = Returns()

    def submit(self, command: Command) -> None:
        """Queues a command."""
        self._commands.put(command)

    def replace(self, work: Work) -> None:
        """Queues work that replaces the database; the store is closed before and opened after it.

        It is also done while the store cannot be opened.
        """
        self._commands.put(_Replacement(work))

    def end(self) -> None:
        """Ends the thread after the commands that are queued."""
        self._ending.set()
        self._commands.put(None)

    def run(self) -> None:
        """Executes commands until ``end`` is called."""
        while True:
            replacement: _Replacement | None = None
            try:
                with RunStore() as store:
                    self._damaged = ""
                    replacement = self._serve(store)
                    if replacement is None:
                        return
            except Exception as error:  # noqa: BLE001 - shown in the window and logged there
                self._report(error)
                self._report_damage(error)
                replacement = self._awaited()
            if replacement:
                replacement.work()
                self._reported.clear()
            elif self._ending.is_set():
                return

    def _awaited(self) -> "_Replacement | None":
        """A replacement that comes before the store is opened again; other commands wait."""
        commands = []
        deadline = monotonic() + REOPEN_SECONDS
        found = None
        # Nothing came in time.
        with suppress(Empty):
            while (rest := deadline - monotonic()) > 0 and not self._ending.is_set():
                command = self._commands.get(timeout=rest)
                if isinstance(command, _Replacement):
                    found = command
                    break
                commands.append(command)
        for command in commands:
            self._commands.put(command)
        return found

    def _report_damage(self, error: Exception) -> None:
        """Reports a database that must be rebuilt or restored, once until it was opened."""
        if isinstance(error, StoreDamaged) and self._damaged != str(error):
            self._damaged = str(error)
            self.damaged.emit(error)

    def _serve(self, store: RunStore) -> "_Replacement | None":
        """Executes commands; returns a replacement of the database, or None at the end."""
        crashed = self._recover(store)
        version = store.version()
        self._read(store)
        if crashed:
            self.interrupted.emit(crashed)
        for problem in store.problems:
            self._report(problem)
        while True:
            try:
                command = self._commands.get(timeout=POLL_SECONDS)
            except Empty:
                self._read_own_recipes(store)
                former, version = version, store.version()
                if self._recover_again(store) or former != version:
                    self._read(store)
                continue
            if command is None or isinstance(command, _Replacement):
                return command
            self._execute(store, command)

    def _execute(self, store: RunStore, command: Command) -> None:
        try:
            result = command(store)
        except Exception as error:  # noqa: BLE001 - shown in the window and logged there
            self.refused.emit(command)
            self.failed.emit(error)
        else:
            self._read(store)
            self.executed.emit(command, result)

    def _recover_again(self, store: RunStore) -> bool:
        """Recovers dead runs now and then; True if there were any."""
        if not self._running or monotonic() < self._recovered + RECOVER_SECONDS:
            return False
        return bool(self._recover(store))

    def _recover(self, store: RunStore) -> tuple[str, ...]:
        """Ends runs whose process is gone; their ids."""
        self._recovered = monotonic()
        try:
            return store.recover()
        except Exception as error:  # noqa: BLE001 - shown in the window and logged there
            # The runs may still be readable.
            self._report(error)
            return ()

    def _report(self, error: Exception) -> None:
        if str(error) not in self._reported:
            self._reported.add(str(error))
            self.failed.emit(error)

    def _read_own_recipes(self, store: RunStore) -> None:
        """Reads the own recipes if the files have changed since the last time."""
        try:
            stamp = store.own_recipes.stamp()
            if stamp != self._own_recipes:
                self._own_recipes = stamp
                self.own_recipes_read.emit(store.own_recipes.all())
        except StoreError as error:
            self._report(error)

    def _read(self, store: RunStore) -> None:
        # First: whoever reads the runs may need the recipes.
        self._read_own_recipes(store)
        runs = store.runs()
        self._running = any(run.status == "running" for run in runs)
        rows = tuple(self._row(store, run) for run in runs)
        trashed = tuple(self._row(store, run) for run in store.trash.runs())
        # Only these ends name the step. A resumed run may fail twice with the same text.
        former, self._ended = (
            self._ended,
            {row.id: row for row in (*rows, *trashed) if row.run.trained},
        )
        experiments = store.experiments
        self.read.emit(rows, experiments.all(), experiments.memberships(), trashed)
        if (summary := store.own_images.summary()) != self._own_images:
            self._own_images = summary
            self.own_images_read.emit(store.own_images.all())
        # A training that has ended used memory that the next one would not find.
        if former and self._ended.keys() - former.keys():
            self._returns.offer()

    def _row(self, store: RunStore, run: Run) -> RunRow:
        known = self._ended.get(run.id)
        # One object for every reading, which the pages share with its figures.
        if known is not None and known.run == run:
            return known
        # The epochs of an ended run do not change until it is resumed.
        if known is not None and known.run.terminal == run.terminal:
            return RunRow(run, known.epochs)
        return RunRow(run, store.epochs(run.id))
