"""Runs are deleted whole, whatever comes between."""

import os
import shutil
import time
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


def test_a_file_that_resists_is_logged_and_stays_and_a_missing_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = tmp_path / "20260102-030405-abcd"
    folders.remove_trash(run)
    assert caplog.text == ""
    trash = run.with_suffix(".deleted")
    trash.mkdir()
    (trash / "open.txt").touch()

    def resist(*_: object, **__: object) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", resist)
        folders.remove_trash(run)
    assert "open.txt” cannot be removed" in caplog.text
    assert (trash / "open.txt").exists()
    folders.remove_trash(run)
    assert not trash.exists()


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("20260102-030405-abcd", True), ("20260102-030405-0z9t", True),
        ("20260102-030405-abci", False), ("20260102-030405-abcl", False),
        ("20260102-030405-abco", False), ("20260102-030405-abcu", False),
        ("20260102-030405-ABCD", False), ("20260102-030405-abcd\n", False),
        ("20260102-030405-abcde", False), ("120260102-030405-abcd", False),
        ("20260102-03040-abcd", False), ("20260102-030405-abcd.deleted", False),
        (b"20260102-030405-abcd", False), (None, False), (7, False),
    ],
)  # fmt: skip
def test_only_an_id_is_an_id(name: object, right: bool) -> None:
    assert folders.is_id(name) is right


def test_a_new_id_has_the_time_in_utc_and_four_characters_that_are_not_misread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = time.struct_time((2026, 1, 2, 3, 4, 5, 4, 2, 0))
    monkeypatch.setattr(time, "gmtime", lambda: moment)
    made = {folders.new_id() for _ in range(300)}
    assert {name[:16] for name in made} == {"20260102-030405-"}
    assert all(map(folders.is_id, made))
    assert {character for name in made for character in name[16:]} == {*folders._ALPHABET}


def test_folders_of_runs_come_oldest_first_without_files_links_and_others(tmp_path: Path) -> None:
    assert folders.all_in(tmp_path / "gone") == ()
    runs = [tmp_path / f"2026010{number}-030405-abcd" for number in (3, 1, 2)]
    for run in runs:
        run.mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "20260104-030405-abcd").touch()
    (tmp_path / "20260105-030405-abcd").symlink_to(runs[0], target_is_directory=True)
    assert folders.all_in(tmp_path) == tuple(sorted(runs))


def test_a_folder_with_locks_alone_has_no_content(tmp_path: Path) -> None:
    assert not folders.has_content(tmp_path)
    for name in ("lock", "child.lock", "record.lock"):
        (tmp_path / name).touch()
    assert not folders.has_content(tmp_path)
    (tmp_path / "console.txt").touch()
    assert folders.has_content(tmp_path)


def test_an_id_that_is_taken_is_not_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["20260102-030405-aaaa", "20260102-030405-aaaa", "20260102-030405-bbbb"])
    monkeypatch.setattr(folders, "new_id", lambda: next(names))
    made = [folders.make(tmp_path / "new" / "runs") for _ in range(2)]
    assert [folder.name for folder in made] == ["20260102-030405-aaaa", "20260102-030405-bbbb"]
    for folder in (*made, tmp_path / "new" / "runs"):
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700


def test_moving_to_the_trash_and_back_needs_a_folder(tmp_path: Path) -> None:
    run = tmp_path / "20260102-030405-abcd"
    folders.move_to_trash(run)
    folders.take_from_trash(run)
    assert list(tmp_path.iterdir()) == []
    run.mkdir()
    folders.move_to_trash(run)
    assert [path.name for path in tmp_path.iterdir()] == [f"{run.name}.deleted"]
    assert list(folders.trashed(tmp_path)) == [run]
    folders.take_from_trash(run)
    assert list(tmp_path.iterdir()) == [run]
    assert list(folders.trashed(tmp_path)) == []
    with pytest.raises(StoreDamaged) as raised:
        folders.move_to_trash(tmp_path / ".." / tmp_path.name)
    assert raised.value.problem == (
        f"“{tmp_path.name}” is not the ID of a run, so its folder was not deleted."
    )
    assert raised.value.remedy == "To set its row aside, run: mnist-studio store check --set-aside"
