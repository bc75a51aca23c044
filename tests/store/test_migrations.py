"""Versions of the database that are refused, and what is said of each."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.errors import StoreDamaged, StoreError, StoreTooNew
from mnist_studio.store import migrations
from mnist_studio.store.runs import RunStore
from tests.store.test_database import opened

NEWEST = len(migrations.MIGRATIONS)
PATH = Path("/somewhere/studio.sqlite")


@pytest.fixture
def connection(home: Path) -> sqlite3.Connection:
    with RunStore(home):
        pass
    return sqlite3.connect(home / "studio.sqlite", isolation_level=None)


def named(connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
    connection.execute(f"PRAGMA user_version = {version}")
    return connection


def too_new(version: int) -> str:
    return (
        f"The database “{PATH}” has version {version}, but this MNIST Studio reads versions up to "
        f"{NEWEST}."
    )


@pytest.mark.parametrize("version", [NEWEST + 1, 1000])
def test_a_newer_version_asks_for_an_update(connection: sqlite3.Connection, version: int) -> None:
    with closing(named(connection, version)):
        for check in (migrations.check_version, migrations.refuse_newer):
            with pytest.raises(StoreTooNew) as raised:
                check(connection, PATH)
            assert raised.value.problem == too_new(version)
            assert raised.value.remedy == "Update MNIST Studio. Nothing was changed."


def test_an_impossible_version_is_damage_and_can_be_rebuilt(connection: sqlite3.Connection) -> None:
    with closing(named(connection, 1001)):
        with pytest.raises(StoreDamaged, match="its header names version 1001"):
            migrations.check_version(connection, PATH)
        migrations.refuse_newer(connection, PATH)


def test_an_earlier_version_is_migrated_by_any_opening(connection: sqlite3.Connection) -> None:
    with closing(named(connection, NEWEST - 1)):
        with pytest.raises(StoreError) as raised:
            migrations.check_version(connection, PATH)
        assert raised.value.problem == (
            f"The database “{PATH}” was written by an earlier MNIST Studio."
        )
        assert raised.value.remedy == "List the runs once, which migrates it: mnist-studio runs"
        migrations.refuse_newer(connection, PATH)


@pytest.mark.parametrize("version", [0, -1])
def test_tables_without_a_version_belong_to_another_program(
    connection: sqlite3.Connection, version: int
) -> None:
    with closing(named(connection, version)):
        with pytest.raises(StoreDamaged, match="it belongs to another program"):
            migrations.check_version(connection, PATH)
        migrations.refuse_newer(connection, PATH)


def test_the_present_version_is_accepted(connection: sqlite3.Connection) -> None:
    with closing(connection):
        migrations.check_version(connection, PATH)
        migrations.refuse_newer(connection, PATH)
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)


def test_what_is_no_database_is_not_called_newer(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0" * 9000)
    with closing(sqlite3.connect(tmp_path / "a")) as connection:
        migrations.refuse_newer(connection, PATH)
    assert (tmp_path / "a").read_bytes() == b"\0" * 9000


def test_every_version_leads_to_the_same_tables(home: Path, tmp_path: Path) -> None:
    with RunStore(home):
        pass
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    with opened(home / "studio.sqlite") as connection:
        wanted = connection.execute(query).fetchall()
    for version in range(1, NEWEST + 1):
        path, backups = tmp_path / f"{version}.sqlite", tmp_path / f"backups-{version}"
        with opened(path) as connection:
            migrations.migrate(connection, path, backups, migrations.MIGRATIONS[:version])
            assert connection.execute("PRAGMA user_version").fetchone() == (version,)
            assert not backups.exists()
            migrations.migrate(connection, path, backups)
            assert connection.execute(query).fetchall() == wanted
        names = [copy.name for copy in backups.iterdir()] if backups.exists() else []
        assert len(names) == (version < NEWEST)
        assert all(name.startswith(f"before-version-{NEWEST}-") for name in names)
