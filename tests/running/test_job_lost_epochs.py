"""Epochs that the database lacks come back from the folder of the run."""

import sqlite3

from msgspec.structs import replace

from mnist_studio import paths, settings
from mnist_studio.events import Epoch, Finished, Progress
from mnist_studio.running.job import TrainingJob
from mnist_studio.settings import Settings
from mnist_studio.store import artifacts, run_record, step_curve
from mnist_studio.store.runs import RunStore
from tests.running.watched import Watched
from tests.trained_runs import small, trained


def _stopped_in_its_fourth_epoch() -> str:
    """The id of a run that was stopped there."""
    watched = Watched(small(epochs=6))
    watched.run(lambda it, e: it.job.stop() if isinstance(e, Progress) and e.epoch == 4 else None)
    return watched.job.id


def _forget(run: str, kept: int) -> None:
    """Leaves the database as a slow supervisor does that dies: with the first epochs only."""
    with sqlite3.connect(paths.database()) as connection:
        connection.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run, kept))
        connection.execute(
            "UPDATE runs SET status = 'running', terminal = NULL WHERE id = ?", (run,)
        )
    connection.close()


def test_a_resumed_run_has_all_epochs_of_an_unbroken_one() -> None:
    run = _stopped_in_its_fourth_epoch()
    _forget(run, kept=1)
    with RunStore() as store:
        assert store.recover() == (run,)
    resumed = list(TrainingJob(small(epochs=6), resume=run).events())
    trained(small(epochs=6))

    assert isinstance(resumed[-1], Finished)
    with RunStore() as store:
        whole, other = store.runs()
        epochs, wanted = store.epochs(other.id), store.epochs(whole.id)
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4, 5, 6]
    assert list(map(_timeless, epochs)) == list(map(_timeless, wanted))
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_an_epoch_that_is_stored_otherwise_is_replaced() -> None:
    run = _stopped_in_its_fourth_epoch()
    with RunStore() as store:
        before = store.epochs(run)
        store.reopen(run)
        store.record(replace(before[1], train_loss=99.0))
    list(TrainingJob(small(epochs=6), resume=run).events())
    with RunStore() as store:
        assert store.epochs(run)[: len(before)] == before


def test_the_child_writes_epochs_times_and_conditions_into_the_record() -> None:
    events = trained(small(epochs=2))
    with RunStore() as store:
        (run,) = store.runs()
        epochs = store.epochs(run.id)
    if not run_record.exists(run.folder):
        return
    record = run_record.read(run.folder)
    assert record.epochs == epochs == tuple(e for e in events if isinstance(e, Epoch))
    assert (record.step, record.device) == (42, "CPU")
    assert record.seconds["train"] > 0
    assert record.measures is not None
    assert record.measures.machine.processors > 0


def _timeless(epoch: Epoch) -> Epoch:
    return replace(epoch, run="", train_seconds=0.0, preparation_seconds=0.0)


def test_the_interval_of_checkpoints_is_the_one_of_the_settings() -> None:
    settings.save(Settings(checkpoint_seconds=7))
    job = TrainingJob(small())
    with RunStore() as store:
        run = store.create(small())
        assert job._request(store, run).checkpoint_seconds == 7
