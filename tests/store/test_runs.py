import re
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest

from mnist_studio import paths
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.events import Cancelled, Crashed, Failed, Log, Started
from mnist_studio.spec import codec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.artefacts import CHECKPOINT
from mnist_studio.store.database import connect, transaction
from mnist_studio.store.runs import RunStore

from .example_events import epoch, finished, stopped


def test_a_new_run_is_running_and_has_a_folder(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)

    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{4}", run.id)
    assert run.title == "tiny-10 · Keras"
    assert (run.status, run.terminal, run.trained) == ("running", None, False)
    assert run.folder.is_dir()
    assert run.spec == spec
    assert store.run(run.id) == run


def test_without_a_home_the_users_own_is_taken(
    tmp_path: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    with RunStore() as store:
        assert store.create(spec).folder.parent == tmp_path / "runs"


def test_an_impossible_run_leaves_nothing(store: RunStore, spec: RunSpec, home: Path) -> None:
    for changes in ({"threads": -1}, {"faults": ("full-batch", "full-batch")}):
        with pytest.raises(SpecError):
            store.create(msgspec.structs.replace(spec, **changes))
    assert store.runs() == ()
    assert not (home / "runs").exists()


def test_runs_come_newest_first_and_survive_the_store(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        created = [store.create(spec).id for _ in range(5)]
    with RunStore(home) as store:
        assert [run.id for run in store.runs()] == created[::-1]


def test_epochs_are_kept_in_order_and_replaced(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    for number in (2, 1, 3):
        store.record(epoch(run, number))
    store.record(epoch(run, 3, accuracy=0.99))

    assert store.epochs(run) == (epoch(run, 1), epoch(run, 2), epoch(run, 3, accuracy=0.99))


def test_events_of_the_moment_are_not_kept(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    store.record(
        Started(
            run=run.id,
            framework="keras",
            title="t",
            recipe="tiny-10",
            dataset="mnist",
            epochs=1,
            parameters=1,
        )
    )
    store.record(Log(run=run.id, framework="keras", level="info", text="x"))
    assert store.run(run.id) == run
    assert store.epochs(run.id) == ()


def test_the_terminal_event_ends_the_run(store: RunStore, spec: RunSpec) -> None:
    kinds = {"finished": finished, "stopped": stopped}
    for status, make in kinds.items():
        run = store.create(spec).id
        store.record(make(run))
        kept = store.run(run)
        assert (kept.status, kept.terminal, kept.trained) == (status, make(run), True)


@pytest.mark.parametrize("kind", [Cancelled, Failed, Crashed])
def test_a_run_that_kept_nothing_is_not_trained(
    store: RunStore, spec: RunSpec, kind: type[Cancelled | Failed | Crashed]
) -> None:
    run = store.create(spec).id
    store.record(kind(run=run, framework="keras", reason="because"))
    assert store.run(run).status == kind.__name__.lower()
    assert not store.run(run).trained


def test_the_first_end_stays(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.record(finished(run))
    with pytest.raises(StoreError, match="has ended before"):
        store.record(stopped(run))
    assert store.run(run).status == "finished"


def test_what_belongs_to_no_run_is_refused(store: RunStore) -> None:
    for event in (epoch("20200101-000000-aaaa"), finished("20200101-000000-aaaa")):
        with pytest.raises(UnknownName):
            store.record(event)


def test_the_beginning_of_an_id_is_enough(store: RunStore, spec: RunSpec) -> None:
    first = store.create(spec)
    assert store.run(first.id[:4]) == first
    second = store.create(spec)
    with pytest.raises(UnknownName, match="2 runs begin with"):
        store.run(first.id[:4])
    assert store.run(second.id) == second


@pytest.mark.parametrize("name", ["", "nothing", "%", "____", "*", "ü", "\udcff"])
def test_a_run_that_does_not_exist_is_told(store: RunStore, spec: RunSpec, name: str) -> None:
    store.create(spec)
    for ask in (store.run, store.epochs, store.delete):
        with pytest.raises(UnknownName, match="There is no run"):
            ask(name)


@pytest.mark.parametrize(
    "title", ["Größe ‚7‘ — 手書き数字", "👩‍🔬 مرحبا", "x" * 80, "'; DROP TABLE runs; --"]
)
def test_any_title_of_80_characters_is_kept(store: RunStore, spec: RunSpec, title: str) -> None:
    run = store.create(spec).id
    store.rename(run, title)
    assert store.run(run).title == title


def test_a_title_is_one_tidy_line(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.rename(run, "  two\n words\t\udcff ")
    assert store.run(run).title == "two words ?"


@pytest.mark.parametrize("title", ["", "   \n", "x" * 81])
def test_a_title_of_impossible_length_is_refused(
    store: RunStore, spec: RunSpec, title: str
) -> None:
    run = store.create(spec)
    with pytest.raises(StoreError, match="title"):
        store.rename(run.id, title)
    assert store.run(run.id).title == run.title


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


def test_what_is_no_run_among_the_folders_is_left_alone(home: Path, spec: RunSpec) -> None:
    stranger = home / "runs" / "20200101-000000-aaaa"
    stranger.mkdir(parents=True)
    with RunStore(home) as store:
        assert store.recover() == ()
    assert stranger.is_dir()


def test_recovery_leaves_what_is_held_here_or_elsewhere(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = store.create(spec).id
    with RunStore(home) as other:
        theirs = other.create(spec).id
        assert store.recover() == other.recover() == ()
    assert store.recover() == (theirs,)
    assert store.run(run).status == "running"
    assert store.run(theirs).status == "crashed"
    assert isinstance(store.run(theirs).terminal, Crashed)
    assert store.recover() == ()


def test_recovery_does_not_keep_the_lock(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.release(run)
    assert store.recover() == (run,)
    store.delete(run)


def test_a_running_run_without_a_folder_is_crashed(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    store.release(run.id)
    (run.folder / "lock").unlink(missing_ok=True)
    run.folder.rmdir()
    assert store.recover() == (run.id,)


def test_a_run_that_ended_goes_on_after_reopening(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = store.create(spec).id
    store.record(epoch(run, 1))
    store.record(stopped(run))
    store.release(run)

    again = store.reopen(run)

    assert again == store.run(run)
    assert (again.status, again.terminal) == ("running", None)
    assert store.epochs(run) == (epoch(run, 1),)
    with RunStore(home) as other, pytest.raises(StoreError, match="still running"):
        other.reopen(run)
    store.record(finished(run))
    assert store.run(run).trained


def test_the_version_changes_when_another_store_wrote(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    before = store.version()
    store.create(spec)
    assert store.version() == before
    with RunStore(home) as other:
        other.create(spec)
        assert store.version() != before
        assert len(store.runs()) == 2


def test_releasing_twice_or_in_vain_does_nothing(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.release(run)
    store.release(run)
    store.release("20200101-000000-aaaa")
    assert store.recover() == (run,)


def test_closing_lets_all_locks_go_and_may_be_repeated(home: Path, spec: RunSpec) -> None:
    store = RunStore(home)
    run = store.create(spec).id
    store.close()
    store.close()
    with RunStore(home) as other:
        other.delete(run)


def test_a_store_belongs_to_its_thread(store: RunStore) -> None:
    raised: list[sqlite3.ProgrammingError] = []

    def use() -> None:
        try:
            store.runs()
        except sqlite3.ProgrammingError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 1


@pytest.mark.parametrize("column", ["spec", "terminal"])
def test_a_row_that_cannot_be_understood_is_named_and_can_be_deleted(
    store: RunStore, home: Path, column: str
) -> None:
    run = store.create(run_spec(RECIPES["tiny-10"])).id
    store.record(finished(run))
    store.release(run)
    connection = connect(home / "studio.sqlite")
    with transaction(connection):
        connection.execute(f"UPDATE runs SET {column} = 'nonsense'")
    connection.close()

    with pytest.raises(StoreError, match=run):
        store.run(run)
    store.delete(run)
    assert store.runs() == ()


def test_a_second_run_of_a_kind_is_numbered(store: RunStore, spec: RunSpec) -> None:
    titles = [store.create(spec).title for _ in range(3)]
    assert titles[1:] == [f"{titles[0]} 2", f"{titles[0]} 3"]


@pytest.mark.parametrize("died", [False, True])
def test_a_reopened_run_without_new_weights_is_as_it_was_before(
    store: RunStore, spec: RunSpec, home: Path, died: bool
) -> None:
    run = store.create(spec).id
    store.record(epoch(run, 1))
    store.record(msgspec.structs.replace(stopped(run), step=938))
    store.release(run)
    former = store.run(run)
    store.reopen(run)
    store.record(epoch(run, 40_000))
    if died:
        store.release(run)
        with RunStore(home) as other:
            assert other.recover() == (run,)
    else:
        store.record(Cancelled(run=run, framework="keras", reason="no time"))

    assert store.run(run) == former
    assert store.epochs(run) == (epoch(run, 1),)


def test_a_run_that_cannot_be_understood_does_not_hide_the_others(
    store: RunStore, spec: RunSpec, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = store.create(spec).id, store.create(spec)
    newer = store.run(bad).spec
    text = codec.encode(newer).replace(f'"version":{codec.VERSION}', '"version":99')
    store._database.write("UPDATE runs SET spec = ? WHERE id = ?", text, bad)

    assert store.runs() == (good,)
    assert bad in caplog.text
    assert "Update MNIST Studio" in caplog.text


def test_a_run_can_go_on_if_it_ended_early_with_a_checkpoint(
    store: RunStore, spec: RunSpec
) -> None:
    run = store.create(spec)
    store.record(stopped(run.id))
    assert not store.run(run.id).resumable
    (run.folder / CHECKPOINT).touch()
    assert store.run(run.id).resumable
