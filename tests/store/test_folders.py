"""Runs are deleted whole, whatever comes between."""

from pathlib import Path

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.database import connect, transaction
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished


def test_deleting_takes_row_epochs_and_folder(store: RunStore, spec: RunSpec, home: Path) -> None:
    run = store.create(spec)
    store.record(epoch(run.id))
    store.record(finished(run.id))
    store.release(run.id)

    store.delete(run.id)

    assert store.runs() == ()
    assert list((home / "runs").iterdir()) == []
    connection = connect(home / "studio.sqlite")
    assert connection.execute("SELECT count(*) FROM epochs").fetchone() == (0,)
    connection.close()


def test_a_run_held_here_or_by_another_store_cannot_be_deleted(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = store.create(spec)
    with RunStore(home) as other:
        for supervisor in (store, other):
            with pytest.raises(StoreError, match="still running"):
                supervisor.delete(run.id)
    assert run.folder.is_dir()
    assert store.run(run.id) == run


def test_a_run_whose_folder_is_gone_can_be_deleted(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    store.release(run.id)
    (run.folder / "lock").unlink(missing_ok=True)
    run.folder.rmdir()
    store.delete(run.id)
    assert store.runs() == ()


def test_a_deletion_that_died_halfway_is_finished_at_the_next_opening(
    home: Path, spec: RunSpec
) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        (run.folder / "weights.safetensors").write_bytes(b"x")
    run.folder.rename(run.folder.with_suffix(".deleted"))
    with RunStore(home) as store:
        assert store.runs() == ()
    assert list((home / "runs").iterdir()) == []


def test_a_deletion_that_the_database_refuses_brings_the_folder_back(
    home: Path, spec: RunSpec
) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        store.release(run.id)
        connection = connect(home / "studio.sqlite")
        with transaction(connection):
            connection.execute(
                "CREATE TRIGGER stop BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        connection.close()
        with pytest.raises(StoreError, match="no"):
            store.delete(run.id)
        assert run.folder.is_dir()
        assert store.run(run.id).id == run.id


def test_a_deletion_that_cannot_be_finished_does_not_close_the_store(
    home: Path, spec: RunSpec, caplog: pytest.LogCaptureFixture
) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
    run.folder.rename(run.folder.with_suffix(".deleted"))
    connection = connect(home / "studio.sqlite")
    with transaction(connection):
        connection.execute(
            "CREATE TRIGGER stop BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    connection.close()
    with RunStore(home) as store:
        assert store.run(run.id).id == run.id
    assert "could not be finished" in caplog.text
    assert run.folder.with_suffix(".deleted").is_dir()
