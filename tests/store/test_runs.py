import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mnist_studio import paths
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.events import Cancelled, Crashed, Failed, Finished, Log, Started, Stopped
from mnist_studio.spec import codec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.upgrades import RUN_VERSION
from mnist_studio.store.database import connect, transaction
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished, stopped


def test_a_new_run_is_running_and_has_a_folder(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)

    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-hjkmnp-tv-z]{4}", run.id)
    assert run.title == "MLP 10 with Adam · Keras"
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
    for changes in ({"threads": -1}, {"known_bugs": ("full-batch", "full-batch")}):
        with pytest.raises(SpecError):
            store.create(msgspec.structs.replace(spec, **changes))
    assert store.runs() == ()
    assert not (home / "runs").exists()


def test_runs_come_newest_first_and_survive_the_store(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        created = [store.create(spec).id for _ in range(5)]
    with RunStore(home) as store:
        assert [run.id for run in store.runs()] == created[::-1]


def test_epochs_are_stored_in_order_and_replaced(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    for number in (2, 1, 3):
        store.record(epoch(run, number))
    store.record(epoch(run, 3, accuracy=0.99))

    assert store.epochs(run) == (epoch(run, 1), epoch(run, 2), epoch(run, 3, accuracy=0.99))


def test_transient_events_are_not_stored(store: RunStore, spec: RunSpec) -> None:
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
    kinds: dict[str, Callable[[str], Finished | Stopped]]
    kinds = {"finished": finished, "stopped": stopped}
    for status, make in kinds.items():
        run = store.create(spec).id
        store.record(make(run))
        kept = store.run(run)
        assert (kept.status, kept.terminal, kept.trained) == (status, make(run), True)


@pytest.mark.parametrize("kind", [Cancelled, Failed, Crashed])
def test_a_run_without_artifacts_is_not_trained(
    store: RunStore, spec: RunSpec, kind: type[Cancelled | Failed | Crashed]
) -> None:
    run = store.create(spec).id
    store.record(kind(run=run, framework="keras", reason="because"))
    assert store.run(run).status == kind.__name__.lower()
    assert not store.run(run).trained


def test_the_first_end_stays(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.record(finished(run))
    with pytest.raises(StoreError, match="has already ended"):
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
def test_a_run_that_does_not_exist_is_reported(store: RunStore, spec: RunSpec, name: str) -> None:
    store.create(spec)
    for ask in (store.run, store.epochs, store.delete):
        with pytest.raises(UnknownName, match="There is no run"):
            ask(name)


def test_what_is_no_run_among_the_folders_is_left_alone(home: Path, spec: RunSpec) -> None:
    stranger = home / "runs" / "20200101-000000-aaaa"
    stranger.mkdir(parents=True)
    with RunStore(home) as store:
        assert store.recover() == ()
    assert stranger.is_dir()


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


def test_a_run_that_cannot_be_understood_does_not_hide_the_others(
    store: RunStore, spec: RunSpec, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = store.create(spec).id, store.create(spec)
    newer = store.run(bad).spec
    text = codec.encode(newer).replace(f'"version":{RUN_VERSION}', '"version":99')
    store._database.write("UPDATE runs SET spec = ? WHERE id = ?", text, bad)

    assert store.runs() == (good,)
    assert bad in caplog.text
    assert "Update MNIST Studio" in caplog.text
