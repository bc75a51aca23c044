"""What can be read of a damaged database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.spec.run import RunSpec
from mnist_studio.store.database import connect
from mnist_studio.store.runs import RunStore
from mnist_studio.store.salvage import listed_records, salvage
from tests.store.example_events import epoch, finished

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
    assert not found.complete
    names = sorted(name for name in before if name.startswith("20200101"))
    assert {names[0], names[-1]} <= found.runs.keys() < before.keys()
    assert all(before[name] == run for name, run in found.runs.items())


def test_a_file_that_is_no_database_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"nothing of the kind" * 100)
    found = salvage(tmp_path / "a")
    assert (found.runs, found.experiments, found.own_images) == ({}, (), ())
    assert not found.complete
    with closing(sqlite3.connect(tmp_path / "b")) as connection:
        connection.execute("CREATE TABLE other (id)")
    assert not salvage(tmp_path / "b").complete
