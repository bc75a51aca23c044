"""How runs end in the database, in whichever way they end."""

from mnist_studio import events
from mnist_studio.events import Crashed, Finished, Stopped, Terminal
from mnist_studio.store import locks
from mnist_studio.store.database import Database
from mnist_studio.store.rows import Run, epoch_of, terminal_of

TRAINED = (Finished, Stopped)
"""The ends that leave weights."""


def end(database: Database, run_id: str, event: Terminal) -> bool:
    """Ends a run that is running; False if it was not, so that the first end stays.

    One that went on and left no new weights ends as it had ended before.
    """
    former = _former(database, run_id)
    kept = former if former and not isinstance(event, TRAINED) else event
    row = (str(kept.__struct_config__.tag), events.encode(kept).decode(), run_id)
    changed = database.write(
        "UPDATE runs SET status = ?, terminal = ? WHERE id = ? AND status = 'running'", *row
    )
    if former is kept:
        _forget_epochs(database, run_id, former.step)
    return changed == 1


def crash(database: Database, run: Run) -> bool:
    """Marks a running run as crashed if its lock can be taken; whether it was marked."""
    reason = "The studio ended while this run was training."
    event = Crashed(run=run.id, framework=run.spec.framework, reason=reason)
    if not run.folder.is_dir():
        return end(database, run.id, event)
    lock = locks.take(run.folder)
    if lock is None:
        return False
    try:
        # A run that ended just before its lock was let go stays as it ended.
        return end(database, run.id, event)
    finally:
        lock.release()


def _former(database: Database, run_id: str) -> Finished | Stopped | None:
    """How a run that goes on had ended before, if it had kept weights then."""
    rows = database.rows("SELECT terminal FROM runs WHERE id = ?", run_id)
    terminal = terminal_of(rows[0][0]) if rows else None
    return terminal if isinstance(terminal, TRAINED) else None


def _forget_epochs(database: Database, run_id: str, step: int) -> None:
    """Takes out the epochs that were trained after ``step``."""
    for (text,) in database.rows("SELECT event FROM epochs WHERE run = ?", run_id):
        epoch = epoch_of(text, run_id)
        if epoch.step > step:
            row = (run_id, epoch.epoch)
            database.write("DELETE FROM epochs WHERE run = ? AND epoch = ?", *row)
