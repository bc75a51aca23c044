"""The runs that are kept: all access to the store is in one thread, the window gets values."""

import logging
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic

from PySide6.QtCore import QObject, QThread, Signal, Slot

from mnist_studio.errors import StudioError
from mnist_studio.gui.models.library import RunRow
from mnist_studio.store.runs import Run, RunStore
from mnist_studio.store.studies import Membership, Study

Command = Callable[[RunStore], object]

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""So often the thread looks whether the command line has written."""

RECOVER_SECONDS = 10.0
"""So often it looks whether a run that is running has lost its supervisor."""

REOPEN_SECONDS = 2.0
"""So long it waits before it opens a store again that broke."""


class _Keeper(QThread):
    """Owns the store. Executes commands in order and reads all runs again after each.

    Whatever the store refuses, the thread lives until it is told to end: it opens the store again.

    Signals:
        read: all runs as a tuple of rows, newest first; all studies, likewise; memberships.
        failed: an exception; of the store itself once for each thing it says.
    """

    read = Signal(object, object, object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._commands: SimpleQueue[Command | None] = SimpleQueue()
        self._over = Event()
        self._ended: dict[str, RunRow] = {}
        self._told: set[str] = set()
        self._running = False
        self._recovered = 0.0

    def ask(self, command: Command) -> None:
        """Queues a command."""
        self._commands.put(command)

    def end(self) -> None:
        """Ends the thread after the commands that are queued."""
        self._over.set()
        self._commands.put(None)

    def run(self) -> None:
        """Works until told to end."""
        while True:
            try:
                with RunStore() as store:
                    self._serve(store)
                    return
            except Exception as error:  # noqa: BLE001 - told in the window and logged there
                self._complain(error)
            if self._over.wait(REOPEN_SECONDS):
                return

    def _serve(self, store: RunStore) -> None:
        self._recover(store)
        version = store.version()
        self._read(store)
        while True:
            try:
                command = self._commands.get(timeout=POLL_SECONDS)
            except Empty:
                seen, version = version, store.version()
                if self._recover_again(store) or seen != version:
                    self._read(store)
                continue
            if command is None:
                return
            self._execute(store, command)

    def _execute(self, store: RunStore, command: Command) -> None:
        try:
            command(store)
        except Exception as error:  # noqa: BLE001 - told in the window and logged there
            self.failed.emit(error)
        else:
            self._read(store)

    def _recover_again(self, store: RunStore) -> bool:
        """Looks after running runs now and then; whether one of them has died."""
        if not self._running or monotonic() < self._recovered + RECOVER_SECONDS:
            return False
        return self._recover(store)

    def _recover(self, store: RunStore) -> bool:
        self._recovered = monotonic()
        try:
            return bool(store.recover())
        except Exception as error:  # noqa: BLE001 - told in the window and logged there
            # What can be read shall be read all the same.
            self._complain(error)
            return False

    def _complain(self, error: Exception) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self.failed.emit(error)

    def _read(self, store: RunStore) -> None:
        runs = store.runs()
        self._running = any(run.status == "running" for run in runs)
        rows = tuple(self._row(store, run) for run in runs)
        self.read.emit(rows, store.studies.all(), store.studies.memberships())

    def _row(self, store: RunStore, run: Run) -> RunRow:
        known = self._ended.get(run.id)
        # The epochs of a run that has ended stay as they are, until it goes on.
        if known is not None and known.run.terminal == run.terminal:
            return RunRow(run, known.epochs)
        row = RunRow(run, store.epochs(run.id))
        # Only these ends tell the step: a run may go on and fail twice with the same words.
        if run.trained:
            self._ended[run.id] = row
        return row


class Library(QObject):
    """All runs, as the pages see them.

    Signals:
        changed: the rows are new.
        failed: the store could not do it; an exception.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RunRow, ...] = ()
        self._studies: tuple[Study, ...] = ()
        self._memberships: Mapping[str, Membership] = {}
        self._loaded = False
        self._keeper = _Keeper(self)
        self._keeper.read.connect(self._take)
        self._keeper.failed.connect(self._fail)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All runs, newest first."""
        return self._rows

    @property
    def trained(self) -> tuple[RunRow, ...]:
        """The runs whose weights can be used, newest first."""
        return tuple(row for row in self._rows if row.run.trained)

    @property
    def studies(self) -> tuple[Study, ...]:
        """All studies, newest first."""
        return self._studies

    @property
    def memberships(self) -> Mapping[str, Membership]:
        """How every run that a study trained belongs to it, by the run's id."""
        return self._memberships

    def study_of(self, run: str) -> str:
        """Id of the study that a run belongs to; empty where it belongs to none."""
        membership = self._memberships.get(run)
        return membership.study if membership else ""

    @property
    def loaded(self) -> bool:
        """The store was read at least once."""
        return self._loaded

    def open(self) -> None:
        """Starts reading."""
        self._keeper.start()

    def refresh(self) -> None:
        """Reads all runs again."""
        self._keeper.ask(lambda store: None)

    def rename(self, run: str, title: str) -> None:
        """Gives a run another title."""
        self._keeper.ask(lambda store: store.rename(run, title))

    def delete_study(self, study: str) -> None:
        """Deletes a study; its runs stay."""
        self._keeper.ask(lambda store: store.studies.delete(study))

    def delete(self, runs: tuple[str, ...]) -> None:
        """Deletes runs with all that they left."""
        for run in runs:
            self._keeper.ask(lambda store, run=run: store.delete(run))  # type: ignore[misc]

    def close(self) -> None:
        """Waits for the thread."""
        self._keeper.end()
        self._keeper.wait()

    @Slot(object, object, object)
    def _take(
        self,
        rows: tuple[RunRow, ...],
        studies: tuple[Study, ...],
        memberships: Mapping[str, Membership],
    ) -> None:
        self._rows, self._studies, self._memberships = rows, studies, memberships
        self._loaded = True
        self.changed.emit()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            _LOG.error("the store broke", exc_info=error)
        self.failed.emit(error)
