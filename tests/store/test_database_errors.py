"""Each error of the database in full, and what opening, reading and writing do."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.data import files
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.store import database
from mnist_studio.store.database import Database, connect, explained, is_empty, lost, read_only

PATH = Path("/somewhere/studio.sqlite")
BUSY = "Another MNIST Studio is writing. Close other windows, or try again."
RIGHTS = "the permissions of the folder."
CHECK = "Check your data: mnist-studio store check"
BACK = "You can also go back to a backup: mnist-studio store restore"
DAMAGED = (
    "Nothing was changed. Rebuild it from the folders of your runs: mnist-studio store rebuild. "
    f"{BACK}"
)


def explanation(
    code: int | None, kind: type[sqlite3.Error] = sqlite3.OperationalError
) -> StoreError:
    error = kind("the reason")
    if code is not None:
        error.sqlite_errorcode = code
    with pytest.raises(StoreError) as raised, explained(PATH):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (sqlite3.SQLITE_FULL, "Free some space on the disk."),
        (sqlite3.SQLITE_BUSY, BUSY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BUSY),
        (sqlite3.SQLITE_LOCKED, BUSY),
        (sqlite3.SQLITE_READONLY, RIGHTS),
        (sqlite3.SQLITE_READONLY_DIRECTORY, RIGHTS),
        (sqlite3.SQLITE_PERM, RIGHTS),
        (sqlite3.SQLITE_CANTOPEN, RIGHTS),
        (sqlite3.SQLITE_IOERR, "Make sure that the disk is connected and has free space."),
        (sqlite3.SQLITE_IOERR_READ, "Make sure that the disk is connected and has free space."),
        (sqlite3.SQLITE_INTERNAL, CHECK),
        (None, CHECK),
    ],
)
def test_each_code_has_its_remedy(code: int | None, remedy: str) -> None:
    error = explanation(code)
    assert error.problem == f"The database “{PATH}” cannot be used: the reason."
    assert error.remedy.endswith(remedy)
    assert not isinstance(error, StoreDamaged)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, 0x10B])
def test_damage_asks_for_a_rebuild(code: int) -> None:
    error = explanation(code, sqlite3.DatabaseError)
    assert isinstance(error, StoreDamaged)
    assert error.problem == f"The database “{PATH}” is damaged: the reason."
    assert error.remedy == DAMAGED


def test_a_schema_that_is_not_utf_8_is_damage() -> None:
    with pytest.raises(StoreDamaged) as raised, explained(PATH):
        b"\xff".decode()
    assert raised.value.problem == f"The database “{PATH}” is damaged: its schema cannot be read."


def test_a_mistake_of_the_program_is_not_explained() -> None:
    with pytest.raises(sqlite3.ProgrammingError), explained(PATH):
        raise sqlite3.ProgrammingError("wrong thread")


def test_a_moved_database_is_to_be_restored() -> None:
    error = explanation(sqlite3.SQLITE_READONLY_DBMOVED)
    assert error.problem == (
        f"The database “{PATH}” was moved or deleted, or is no longer accessible."
    )
    assert error.remedy == "Restore it and restart MNIST Studio. Nothing was changed."


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL])
def test_a_disk_without_room_for_files_is_named(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    asked: list[Path] = []

    def none_left(folder: Path) -> bool:
        asked.append(folder)
        return True

    monkeypatch.setattr(database, "no_room_for_files", none_left)
    error = explanation(code)
    assert asked == [PATH.parent]
    assert error.problem == (
        f"The database “{PATH}” cannot be written because the disk cannot hold more files, "
        f"although it has free space."
    )
    assert error.remedy == "Delete files that you no longer need. Nothing was changed."
    assert explanation(sqlite3.SQLITE_BUSY).remedy == BUSY
    assert files.no_room_for_files(Path("/")) is False


def test_a_lost_database_names_what_remains(tmp_path: Path) -> None:
    path = tmp_path / "studio.sqlite"
    rest = f"Rebuild it from the folders of your runs: mnist-studio store rebuild. {BACK}"
    for state in ("is missing", "is empty"):
        error = lost(path, "4 runs")
        assert error.problem == f"The database “{path}” {state}, but “{tmp_path}” still has 4 runs."
        assert error.remedy == rest
        path.touch()


def test_a_database_is_empty_without_content(tmp_path: Path) -> None:
    path = tmp_path / "studio.sqlite"
    assert is_empty(path)
    path.touch()
    assert is_empty(path)
    path.write_bytes(b"x")
    assert not is_empty(path)
    path.unlink()
    path.mkdir()
    assert not is_empty(path)


def test_opening_makes_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "home" / "studio.sqlite"
    with closing(connect(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert database.BUSY_SECONDS == 10


def delete_and_fail(opened: Database) -> None:
    with opened.writing() as connection:
        connection.execute("DELETE FROM a")
        raise ValueError("mine")


def test_reading_and_writing(tmp_path: Path) -> None:
    opened = Database(tmp_path / "studio.sqlite")
    try:
        assert opened.path == tmp_path / "studio.sqlite"
        opened.write("CREATE TABLE a (id INTEGER PRIMARY KEY, text TEXT)")
        assert opened.write("INSERT INTO a (text) VALUES (?), (?)", "x", "y") == 2
        assert opened.write("UPDATE a SET text = ? WHERE id = ?", "z", 3) == 0
        assert opened.rows("SELECT id, text FROM a WHERE text = ?", "y") == [(2, "y")]
        assert opened.rows("SELECT * FROM a WHERE id = 7") == []
        assert database.tables_of(opened.connection) == {"a"}
        with opened.writing() as connection:
            assert connection is opened.connection
            assert connection.in_transaction
        assert not opened.connection.in_transaction
        with pytest.raises(ValueError, match="mine"):
            delete_and_fail(opened)
        assert len(opened.rows("SELECT * FROM a")) == 2
        for act in (opened.rows, opened.write):
            with pytest.raises(StoreError, match="no such table: b"):
                act("SELECT * FROM b")
        # A text that is not UTF-8 stays bytes.
        opened.write("INSERT INTO a VALUES (9, CAST(? AS TEXT))", b"\xff")
        assert opened.rows("SELECT text FROM a WHERE id IN (1, 9)") == [("x",), (b"\xff",)]
        with closing(read_only(opened.path)) as reader:
            assert reader.execute("SELECT text FROM a WHERE id = 9").fetchone() == (b"\xff",)
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute("DELETE FROM a")
    finally:
        opened.close()
        opened.close()
