"""Runs are deleted whole, whatever comes between."""

import os
import shutil
from pathlib import Path

import pytest

from mnist_studio.errors import MnistStudioError, StoreDamaged, StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import folders
from mnist_studio.store.database import Database, connect, transaction
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
    shutil.rmtree(run.folder)
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


def test_only_what_was_deleted_here_is_removed_at_an_opening(home: Path) -> None:
    others = [home / "runs" / name for name in ("thesis.deleted", "20260102-030405-ILOU.deleted")]
    for other in others:
        other.mkdir(parents=True)
        (other / "important.txt").write_text("kept")
    with RunStore(home):
        pass
    assert [(other / "important.txt").read_text() for other in others] == ["kept", "kept"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a link needs a right")
def test_a_link_in_the_trash_is_removed_but_not_what_it_leads_to(
    home: Path, spec: RunSpec, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "important.txt").write_text("kept")
    with RunStore(home) as store:
        run = store.create(spec)
        store.release(run.id)
        shutil.rmtree(run.folder)
        run.folder.symlink_to(victim, target_is_directory=True)
        store.delete(run.id)
        assert not run.folder.is_symlink()
    assert [file.name for file in victim.iterdir() if file.suffix == ".txt"] == ["important.txt"]


@pytest.mark.parametrize(
    "name", ["../../victim", "..", ".", "", "/victim", "20260102-030405-abcd/.."]
)
def test_a_row_with_a_path_as_its_id_never_leads_outside(
    home: Path, spec: RunSpec, tmp_path: Path, name: str
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "important.txt").write_text("kept")
    with RunStore(home) as store:
        run = store.create(spec)
        connection = connect(home / "studio.sqlite")
        with transaction(connection):
            connection.execute("UPDATE runs SET id = ?", (name,))
        connection.close()
        assert store.runs() == ()
        store.release(run.id)
        with pytest.raises(MnistStudioError):
            store.delete(name)
        with pytest.raises(StoreDamaged, match="is not the ID"):
            folders.delete(Database(home / "studio.sqlite"), home / "runs" / ".." / ".." / "victim")
    assert (victim / "important.txt").read_text() == "kept"
    assert run.folder.is_dir()


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="gone"):
        folders.has_content(tmp_path / "gone")
