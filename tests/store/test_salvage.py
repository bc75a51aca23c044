"""What can be read of a damaged database."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.annotations import with_tags
from mnist_studio.store.database import connect
from mnist_studio.store.experiments import Membership
from mnist_studio.store.run_record import Annotations, Belongs
from mnist_studio.store.runs import RunStore
from mnist_studio.store.salvage import listed_records, salvage
from tests.store.example_events import epoch, finished
from tests.store.example_own_images import written
from tests.store.test_experiments import STUDY

COPIES = 60
COPY = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO runs SELECT printf('20200101-000000-%04x', i), title || i, spec, 'running',
        created, NULL FROM runs, n
"""


@pytest.fixture
def database(home: Path, spec: RunSpec) -> Path:
    """Of a store with a finished run of two epochs, and many copies of its row."""
    with RunStore(home) as store:
        run = store.create(spec)
        for number in (2, 1):
            store.record(epoch(run.id, number))
        store.record(finished(run.id))
    path = home / "studio.sqlite"
    with closing(connect(path)) as connection:
        connection.execute(COPY, (COPIES,))
    return path


def test_everything_of_a_whole_database_is_read(database: Path) -> None:
    found = salvage(database)
    assert found.complete
    assert len(found.runs) == COPIES + 1
    ended = [run for run in found.runs.values() if run.status == "finished"]
    assert [[one.epoch for one in run.epochs] for run in ended] == [[1, 2]]
    with closing(connect(database)) as connection:
        assert list(listed_records(connection).values()) == ended
        connection.execute("INSERT INTO unwritten VALUES (?)", (ended[0].run,))
        assert listed_records(connection) == {}
    assert salvage(database).unwritten == {ended[0].run}


def test_rows_before_and_behind_a_damaged_page_are_read(database: Path) -> None:
    before = salvage(database).runs
    content = bytearray(database.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    # Only pages of the table have the states, and only those of the index have many ids.
    name = b"20200101-000000-001e"
    places = (at for at in range(0, len(content), size) if name in content[at : at + size])
    (middle,) = (at for at in places if b"running" in content[at : at + size])
    content[middle : middle + size] = b"\xff" * size
    database.write_bytes(content)
    found = salvage(database)
    assert found.complete is False
    names = sorted(name for name in before if name.startswith("20200101"))
    assert {names[0], names[-1]} <= found.runs.keys() < before.keys()
    assert all(before[name] == run for name, run in found.runs.items())


def test_a_file_that_is_no_database_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"nothing of the kind" * 100)
    found = salvage(tmp_path / "a")
    assert (found.runs, found.experiments, found.own_images) == ({}, (), ())
    assert found.complete is False
    with closing(sqlite3.connect(tmp_path / "b")) as connection:
        connection.execute("CREATE TABLE other (id)")
    assert not salvage(tmp_path / "b").complete


def test_a_row_that_cannot_be_read_makes_it_incomplete(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(connect(database)) as connection:
        connection.execute("UPDATE runs SET status = 'odd' WHERE id LIKE '%-003c'")
    found = salvage(database)
    assert len(found.runs) == COPIES
    assert found.complete is False
    assert "20200101-000000-003c" in caplog.text


def test_everything_about_a_run_is_read(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        experiment = store.experiments.add(STUDY)
        run = store.create(spec, Membership(experiment.id, 3, "worker"))
        alone = store.create(spec, Membership(experiment.id))
        store.record(finished(run.id))
        store.annotate([run.id], with_tags(["cnn"]))
        store.own_images.add([written(1)])
        store.experiments.delete(experiment.id)
        store.experiments.add(STUDY)
        (kept,) = store.experiments.all()
        stored = store.run(run.id)
    found = salvage(home / "studio.sqlite")
    record = found.runs[run.id]
    assert (record.title, record.spec, record.created, record.status, record.terminal) == (
        stored.title, codec.encode(spec), stored.created, "finished", stored.terminal,
    )  # fmt: skip
    assert record.belongs == Belongs("", 3, "worker")
    assert record.annotations == Annotations(("cnn",))
    assert found.runs[alone.id].belongs == Belongs("", 1, "")
    assert (found.experiments, found.own_images) == ((kept,), (written(1),))
    assert (found.unwritten, found.complete) == (frozenset(), True)
    running = found.runs[alone.id]
    assert (running.status, running.terminal, running.epochs) == ("running", None, ())


def test_a_transaction_that_was_cut_is_undone_in_the_copy_alone(
    database: Path, tmp_path: Path
) -> None:
    whole = salvage(database).runs
    with closing(connect(database)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE runs SET title = 'changed'")
        for name in (database.name, f"{database.name}-journal"):
            shutil.copyfile(database.with_name(name), tmp_path / name)
        connection.execute("ROLLBACK")
    before = (tmp_path / database.name).read_bytes()
    assert salvage(tmp_path / database.name).runs == whole
    assert (tmp_path / database.name).read_bytes() == before


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.sqlite is missing"):
        salvage(tmp_path / "gone.sqlite")
