"""The command ``store``: from a lost database back to all runs, and JSON for every answer."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Main


@pytest.fixture
def database(run: str, home: Path) -> Path:
    return home / "studio.sqlite"


def test_a_whole_store_has_no_problems(run: str, here: Main) -> None:
    for words in (("store",), ("store", "check")):
        said = here(*words)
        assert (said.code, said.output.split(".")[0]) == (0, "No problems")
    (line,) = here("store", "check", "--json").json
    assert (line["problems"], line["runs"], line["backups"]) == (0, 1, 1)


def test_a_lost_database_comes_back_by_the_command_that_the_error_names(
    run: str, here: Main, database: Path
) -> None:
    before = here("runs", "--json").output
    database.unlink()
    said = here("runs")
    assert said.code == 1
    assert "is missing, but" in said.errors
    assert "mnist-studio store rebuild" in said.errors
    assert here("store", "check").code == 1
    said = here("store", "rebuild")
    assert (said.code, said.output.split(".")[0]) == (
        0, "The database now has one run, no labeled images, and no experiments",
    )  # fmt: skip
    assert here("runs", "--json").output == before


def test_a_damaged_database_is_restored_from_the_newest_backup(
    run: str, here: Main, database: Path
) -> None:
    before = here("runs", "--json").output
    shutil.rmtree(database.parent / "runs" / run)
    database.write_bytes(b"\0" * 5000)
    (line,) = here("store", "restore", "--json").json
    assert (line["runs"], line["without_folder"]) == (1, 1)
    assert Path(line["replaced"]).read_bytes() == b"\0" * 5000
    assert run in here("runs", "--json").output
    assert before


def test_backups_are_made_and_listed(run: str, here: Main, database: Path) -> None:
    (made,) = here("store", "backup", "--json").json
    listed = here("store", "backup", "--list", "--json").json
    assert made in listed
    assert (made["runs"], made["own_images"], made["experiments"]) == (1, 0, 0)
    assert Path(made["path"]).name in here("store", "backup", "--list").output
    assert here("store", "restore", Path(made["path"]).name).code == 0


def test_a_damaged_backup_is_listed_as_such_and_refused(
    run: str, here: Main, database: Path
) -> None:
    (backup,) = (database.parent / "backups").iterdir()
    backup.write_bytes(b"\0" * 5000)
    (line,) = here("store", "backup", "--list", "--json").json
    assert line["runs"] is None
    for words in (("store", "restore", backup.name), ("store", "restore")):
        said = here(*words)
        assert said.code == 1
        assert "Traceback" not in said.errors
    assert here("runs", "--json").code == 0


def test_a_backup_that_does_not_exist_is_named(here: Main) -> None:
    said = here("store", "restore", "nowhere.sqlite")
    assert said.code == 1
    assert "There is no backup “nowhere.sqlite”" in said.errors


def test_bad_rows_are_named_and_set_aside(run: str, here: Main, home: Path) -> None:
    with closing(sqlite3.connect(home / "studio.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET created = 1e300")
    said = here("store", "check", "--json")
    assert said.code == 1
    assert [line["row"] for line in said.json[:-1] if line["row"]] == [
        {"table": "runs", "rowid": 1}
    ]
    said = here("store", "check", "--set-aside")
    assert (said.code, said.output.split(".")[0]) == (0, "No problems")
    assert "One row moved to" in said.errors
    assert run in here("runs", "--json").output
