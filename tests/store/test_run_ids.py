"""The beginning of an id means one run, wherever it is."""

import pytest

from mnist_studio.errors import UnknownName
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.database import Database
from mnist_studio.store.run_ids import full_id
from mnist_studio.store.runs import RunStore


@pytest.fixture
def database(store: RunStore, spec: RunSpec) -> Database:
    """Of a store with a run in its list and one in its trash."""
    for _ in range(2):
        store.release(store.create(spec).id)
    store.move_to_trash([store.runs()[1].id])
    return store._database


def ids(database: Database) -> tuple[str, str]:
    """The id of the listed run, and that of the run in the trash."""
    (trashed,) = (run for (run,) in database.rows("SELECT run FROM annotations"))
    (listed,) = (run for (run,) in database.rows("SELECT id FROM runs WHERE id != ?", trashed))
    return listed, trashed


def test_each_run_is_found_only_where_it_is(database: Database) -> None:
    listed, trashed = ids(database)
    assert full_id(database, (), listed, "listed") == full_id(database, (), listed) == listed
    assert full_id(database, (), trashed, "trash") == full_id(database, (), trashed) == trashed
    with pytest.raises(UnknownName, match=f"There is no run “{listed}” in the trash") as raised:
        full_id(database, (), listed, "trash")
    assert raised.value.remedy == "List the runs in the trash: mnist-studio runs --trash"
    with pytest.raises(UnknownName, match=f"The run {trashed} is in the trash") as raised:
        full_id(database, (), trashed, "listed")
    assert raised.value.remedy == f"Restore it: mnist-studio runs restore {trashed}"


@pytest.mark.parametrize("beginning", ["", "x", "2²", "\ud800"])
def test_what_begins_no_id_is_no_run(database: Database, beginning: str) -> None:
    for where in ("listed", "anywhere"):
        with pytest.raises(UnknownName, match="There is no run") as raised:
            full_id(database, ("bundled-a",), beginning, where)
        assert raised.value.remedy == "Check the list of runs."


def test_a_beginning_of_several_ids_is_refused(database: Database) -> None:
    with pytest.raises(UnknownName, match="2 runs begin with “2”") as raised:
        full_id(database, ("bundled-a",), "2")
    assert raised.value.remedy == "Enter more characters of the ID."
    assert full_id(database, ("bundled-a", "bundled-b"), "bundled-b") == "bundled-b"


def test_a_damaged_id_is_never_the_run(database: Database) -> None:
    database.write("UPDATE runs SET id = '../../victim' WHERE id = ?", ids(database)[0])
    with pytest.raises(UnknownName):
        full_id(database, (), "..")
