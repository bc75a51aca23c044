"""The lock of a run's folder: held by the supervisor of the run for as long as it trains.

The operating system releases it when its process ends in any way. So a lock that can be taken
proves that the run has no supervisor. A lock belongs to the object that took it: even the same
process cannot take it twice. Children must be spawned, never forked, because a fork would share the
lock and hold it after its parent's death.

The child that trains holds another lock. A child that outlives its supervisor for a moment could
otherwise write between the steps of the one that resumes its run.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_studio.data.files import PRIVATE_FILE
from mnist_studio.errors import StoreError
from mnist_studio.store.disk import writing

NAME = "lock"
CHILD = "child.lock"

PATIENCE_SECONDS = 10.0
"""How long a child waits for an earlier one, which ends within moments of its supervisor."""

Lock = FileLock


class Locks:
    """The locks that one supervisor holds, by the names of their folders."""

    def __init__(self) -> None:
        self._held: dict[str, Lock] = {}

    def __contains__(self, name: object) -> bool:
        """Whether the lock of the folder of that name is held here."""
        return name in self._held

    def hold(self, folder: Path) -> None:
        """Takes the lock of a folder and holds it.

        Raises:
            StoreError: it is held already, here or elsewhere, or the folder cannot be written.
        """
        if not self.try_hold(folder):
            raise running(folder.name)

    def try_hold(self, folder: Path) -> bool:
        """Takes the lock of a folder and holds it; False if it is already held, here or elsewhere.

        Raises:
            StoreError: the folder cannot be written.
        """
        lock = take(folder)
        if lock is None:
            return False
        self._held[folder.name] = lock
        return True

    def release(self, name: str) -> None:
        """Releases a lock if it is held here."""
        lock = self._held.pop(name, None)
        if lock:
            lock.release()

    def release_all(self) -> None:
        """Releases all locks."""
        for name in tuple(self._held):
            self.release(name)


def running(name: str) -> StoreError:
    """The error for a run that is still supervised."""
    return StoreError(f"The run {name} is still running.", "Stop it first.")


def take(folder: Path) -> Lock | None:
    """Takes the lock of an existing folder without waiting; None if it is already held.

    Raises:
        StoreError: the folder cannot be written.
    """
    # Not a singleton, or a second store of this process would share the lock; not bound to the
    # thread, so that any thread that closes the store releases it.
    lock = FileLock(folder / NAME, mode=PRIVATE_FILE, is_singleton=False, thread_local=False)
    with writing(folder / NAME):
        try:
            lock.acquire(timeout=0)
        # It is an OSError too, so it is caught inside.
        except Timeout:
            return None
    return lock


def is_free(folder: Path) -> bool:
    """Whether the lock of an existing folder is not held.

    Raises:
        StoreError: the folder cannot be written.
    """
    lock = take(folder)
    if lock is None:
        return False
    lock.release()
    return True


@contextmanager
def waiting(file: Path, seconds: float, busy: StoreError) -> Iterator[None]:
    """Holds the lock of a file; waits for another process that holds it.

    Args:
        file: of the lock.
        seconds: to wait at most.
        busy: the error if it is still held then.

    Raises:
        StoreError: ``busy``, or the folder cannot be written.
    """
    lock = FileLock(file, timeout=seconds, mode=PRIVATE_FILE, is_singleton=False)
    with writing(file):
        try:
            lock.acquire()
        # It is an OSError too, so it is caught inside.
        except Timeout as error:
            raise busy from error
    try:
        yield
    finally:
        lock.release()


def only_child(folder: Path) -> AbstractContextManager[None]:
    """For the child that trains a run: no other child writes into the folder meanwhile.

    Raises:
        StoreError: another child does not end, or the folder cannot be written.
    """
    busy = StoreError(
        f"An earlier process is still training the run {folder.name}.",
        "Try again in a moment, or end that process.",
    )
    return waiting(folder / CHILD, PATIENCE_SECONDS, busy)
