import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError, StoreTooNew
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import migrations
from mnist_studio.store.database import connect, explained, transaction
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished

VERSION_1 = Path(__file__).parent / "version_1.sql"
NEWEST = len(migrations.MIGRATIONS)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def made(home: Path) -> Path:
    with RunStore(home):
        return home / "studio.sqlite"


def test_the_settings_of_a_connection_survive_a_power_cut_and_bound_its_memory(home: Path) -> None:
    with closing(connect(made(home))) as connection:
        asked = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "busy_timeout",
                "cache_size",
            )
        }
    assert asked == {
        "journal_mode": "delete", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
        "cache_size": -256,
    }  # fmt: skip


def test_a_transaction_is_stored_entirely_or_not_at_all(home: Path) -> None:
    insert = "INSERT INTO runs VALUES ('a', 't', '{}', 'running', 1.0, NULL)"
    with closing(connect(made(home))) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany(insert, [(), ()])
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
        with transaction(connection):
            connection.execute(insert)
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"\0" * 5000])
def test_an_invalid_database_is_reported_and_left_unchanged(home: Path, content: bytes) -> None:
    home.mkdir()
    path = home / "studio.sqlite"
    path.write_bytes(content)

    with pytest.raises(StoreError, match=r"studio\.sqlite. is damaged") as raised:
        RunStore(home)

    assert "backup" in raised.value.remedy
    assert path.read_bytes() == content
    assert [file.name for file in home.iterdir()] == ["studio.sqlite"]


def test_a_damaged_database_is_reported_and_left_unchanged(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        for _ in range(50):
            store.create(spec)
    path = home / "studio.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    path.write_bytes(content)

    with pytest.raises(StoreError, match="damaged"):
        RunStore(home)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_alone(home: Path) -> None:
    home.mkdir()
    with opened(home / "studio.sqlite") as connection:
        connection.execute("CREATE TABLE recipes (cake TEXT)")
    with pytest.raises(StoreError, match="another program"):
        RunStore(home)
    with opened(home / "studio.sqlite") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_newer_database_is_refused_unchanged(home: Path) -> None:
    path = made(home)
    with opened(path) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    content = path.read_bytes()
    with pytest.raises(
        StoreTooNew,
        match=f"version {NEWEST + 1}, but this MNIST Studio reads versions up to {NEWEST}",
    ):
        RunStore(home)
    assert path.read_bytes() == content


def test_a_home_that_is_not_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="could not be written"):
        RunStore(tmp_path / "home")


def test_a_database_that_is_a_folder_is_reported(home: Path) -> None:
    (home / "studio.sqlite").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be used"):
        RunStore(home)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere what is open cannot be moved")
def test_a_database_that_is_moved_while_it_is_open_is_reported(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        kept = store.create(spec)
        store.release(kept.id)
        moved = home.rename(home.with_name("elsewhere"))
        with pytest.raises(StoreError, match="was moved or deleted") as raised:
            store.rename(kept.id, "another title")
        assert "Restore it and restart" in raised.value.remedy
        moved.rename(home)
        store.rename(kept.id, "another title")
        assert store.run(kept.id).title == "another title"


def test_the_example_of_version_1_opens_for_ever(home: Path) -> None:
    home.mkdir()
    with opened(home / "studio.sqlite") as connection:
        connection.executescript(VERSION_1.read_text("utf-8"))

    with RunStore(home) as store:
        newest, oldest = store.runs()
        assert newest.title == "Größe — 手書き"
        assert (newest.status, newest.spec) == ("running", run_spec(RECIPES["wide-cnn"]))
        assert oldest.spec == run_spec(RECIPES["tiny-10"])
        assert oldest.terminal == finished(oldest.id)
        assert store.epochs(oldest.id) == (epoch(oldest.id, 1), epoch(oldest.id, 2))


def test_a_migration_keeps_everything_and_backs_up_before(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec).id
    path, backups = home / "studio.sqlite", home / "saved"
    third = ("ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT ''",)
    steps = (*migrations.MIGRATIONS, third)

    with closing(connect(path)) as connection:
        migrations.migrate(connection, path, backups, steps)
        migrations.migrate(connection, path, backups, steps)
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST + 1,)
        assert connection.execute("SELECT id, note FROM runs").fetchall() == [(run, "")]

    (saved,) = backups.iterdir()
    assert saved.name.startswith(f"before-version-{NEWEST + 1}-")
    with opened(saved) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
        assert connection.execute("SELECT id FROM runs").fetchall() == [(run,)]


def test_a_migration_that_fails_changes_nothing(home: Path) -> None:
    path = made(home)
    steps = (*migrations.MIGRATIONS, ("CREATE TABLE notes (text TEXT)", "nonsense"))
    with closing(connect(path)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrations.migrate(connection, path, home / "saved", steps)
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'notes'")
        assert tables.fetchall() == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has no inodes")
def test_a_disk_without_room_for_a_journal_is_not_called_a_missing_right(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk:
        f_files, f_favail, f_bavail = 1000, 0, 5000

    with RunStore(home) as store:
        run = store.create(spec)
        monkeypatch.setattr(os, "statvfs", lambda folder: Disk)
        path = home / "studio.sqlite"
        # What SQLite says where it cannot make its journal.
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        with pytest.raises(StoreError, match="cannot hold more files"), explained(path):
            raise error
        store.release(run.id)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (sqlite3.SQLITE_BUSY, "Close other windows"),
        (sqlite3.SQLITE_LOCKED, "Close other windows"),
        (sqlite3.SQLITE_CORRUPT, "mnist-studio store rebuild"),
        (sqlite3.SQLITE_NOTADB, "mnist-studio store restore"),
        (sqlite3.SQLITE_IOERR, "the disk is connected"),
        (sqlite3.SQLITE_INTERNAL, "mnist-studio store check"),
        (sqlite3.SQLITE_MISMATCH, "mnist-studio store check"),
        (None, "mnist-studio store check"),
    ],
)
def test_each_error_of_the_database_has_its_own_remedy(
    tmp_path: Path, code: int | None, remedy: str
) -> None:
    error = sqlite3.OperationalError("something")
    if code is not None:
        error.sqlite_errorcode = code
    with pytest.raises(StoreError) as raised, explained(tmp_path / "studio.sqlite"):
        raise error
    assert remedy in raised.value.remedy
    busy = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    assert ("Close other" in raised.value.remedy) == busy
