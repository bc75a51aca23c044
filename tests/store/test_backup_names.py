"""Names, order and content of backups, at the limits of each rule."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import backup
from mnist_studio.store.backup import Backup, Contents
from mnist_studio.store.database import read_only
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished
from tests.store.example_own_images import written
from tests.store.test_database import opened
from tests.store.test_experiments import STUDY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def names(copies: tuple[Backup, ...]) -> list[str]:
    return [copy.path.name for copy in copies]


def test_backups_come_newest_first_and_those_of_the_future_last(folder: Path) -> None:
    stamps = ["20260101-120000", "20260101-120000-2", "20260101-120000-10", "20260101-120001",
              "20251231-235959", "29990101-000000", "20261399-000000"]  # fmt: skip
    for stamp in stamps:
        (folder / f"studio-{stamp}.sqlite").write_bytes(b"x" * len(stamp))
    for other in ("studio-20260101.sqlite", "notes.sqlite", "studio-20260101-120000.sqlite.part",
                  "xstudio-20260101-120000.sqlite", "studio-20260101-120000-.sqlite"):  # fmt: skip
        (folder / other).touch()
    found = backup.all_in(folder)
    assert names(found) == [
        f"studio-{stamp}.sqlite"
        for stamp in ("20260101-120001", "20260101-120000-10", "20260101-120000-2",
                      "20260101-120000", "20251231-235959", "20261399-000000", "29990101-000000")
    ]  # fmt: skip
    assert [copy.created for copy in found[:2]] == [1767268801.0, 1767268800.0]
    # A month that does not exist: older than all others.
    assert found[-2].created == 0.0
    assert [copy.size for copy in found[:2]] == [15, 18]
    assert backup.all_in(folder / "gone") == ()


def test_a_day_ahead_is_no_future_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    assert not backup.in_future(1000.0 + 24 * 3600)
    assert backup.in_future(1001.0 + 24 * 3600)


def test_backups_of_one_second_are_numbered(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.struct_time((2026, 1, 2, 3, 4, 5, 4, 2, 0))
    with RunStore(home) as store:
        store.own_images.add([written(1)])
        monkeypatch.setattr(time, "gmtime", lambda: moment)
        made = [store.back_up().name for _ in range(3)]
    assert made == [f"studio-20260102-030405{more}.sqlite" for more in ("", "-2", "-3")]
    found = names(backup.all_in(home / "backups"))
    assert [name for name in found if name in made] == made[::-1]


def test_the_content_of_a_backup_is_counted(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        experiment = store.experiments.add(STUDY)
        for _ in range(2):
            store.record(finished(store.create(spec, Membership(experiment.id)).id))
        store.own_images.add([written(number) for number in range(3)])
        path = store.back_up()
    assert backup.contents(path) == Contents(runs=2, own_images=3, experiments=1)
    found = backup.newest_whole(home / "backups")
    assert found is not None
    assert backup.contents(found.path).own_images == 3


def test_a_backup_of_an_earlier_version_is_counted_too(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with opened(path) as connection:
        for table, count in (("runs", 1), ("digits", 2), ("studies", 3)):
            connection.execute(f"CREATE TABLE {table} (id)")
            connection.executemany(f"INSERT INTO {table} VALUES (?)", [(n,) for n in range(count)])
    assert backup.contents(path) == Contents(runs=1, own_images=2, experiments=3)
    with opened(path) as connection:
        connection.execute("DROP TABLE digits")
        connection.execute("DROP TABLE studies")
    assert backup.contents(path) == Contents(runs=1, own_images=0, experiments=0)
    with opened(path) as connection:
        connection.execute("DROP TABLE runs")
        connection.execute("CREATE TABLE own_images (id)")
    with pytest.raises(StoreDamaged, match="it has no runs"):
        backup.contents(path)


@pytest.mark.parametrize("table", ["runs", "own_images", "digits", "experiments", "studies"])
def test_any_content_is_worth_a_backup(tmp_path: Path, table: str) -> None:
    path = tmp_path / "a.sqlite"
    with opened(path) as connection:
        connection.execute(f"CREATE TABLE {table} (id)")
        connection.execute("CREATE TABLE other (id)")
        connection.execute("INSERT INTO other VALUES (1)")
        assert not backup.has_content(connection)
        connection.execute(f"INSERT INTO {table} VALUES (1)")
        assert backup.has_content(connection)
        assert backup.create_if_changed(connection, path, tmp_path / "backups")
        assert not backup.create_if_changed(connection, path, tmp_path / "backups")
        (copy,) = backup.all_in(tmp_path / "backups")
        assert copy.path.stat().st_mtime_ns == path.stat().st_mtime_ns
        assert copy.size == copy.path.stat().st_size
    with closing(read_only(copy.path)) as connection:
        assert connection.execute(f"SELECT id FROM {table}").fetchall() == [(1,)]


def test_without_whole_backups_there_is_no_newest_one(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert backup.newest_whole(folder) is None
    (folder / "studio-20260101-120000.sqlite").write_bytes(b"\0" * 9000)
    assert backup.newest_whole(folder) is None
    assert "studio-20260101-120000.sqlite” is damaged" in caplog.text


def test_another_process_that_makes_a_backup_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backup.LOCK_SECONDS == 30.0
    monkeypatch.setattr(backup, "LOCK_SECONDS", 0.0)
    with (
        closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection,
        FileLock(tmp_path / "backups.lock"),
        pytest.raises(StoreError) as raised,
    ):
        backup.create(connection, tmp_path / "backups", backup.PREFIX)
    assert (raised.value.problem, raised.value.remedy) == (
        "Another process is making a backup.", "Try again.",
    )  # fmt: skip


def copies(count: int, form: str) -> list[Path]:
    """Backups with a number in their name, oldest first."""
    return [Path(f"studio-{form.format(number)}.sqlite") for number in range(count)]


@pytest.mark.parametrize(
    ("count", "form", "stay"),
    [
        (20, "20260101-1200{:02}", 10),
        (20, "20260101-{:02}0000", 20),
        (24, "20260101-{:02}0000", 24),
    ],
)
def test_the_last_ten_and_one_of_each_hour_stay(count: int, form: str, stay: int) -> None:
    made = copies(count, form)
    assert {*backup._retained(made)} == {*made[-stay:]}


def test_one_of_each_day_and_month_stays() -> None:
    months = [Path(f"studio-{2020 + n // 12}{n % 12 + 1:02}15-000000.sqlite") for n in range(20)]
    days = [Path(f"studio-20220{n // 28 + 1}{n % 28 + 1:02}-000000.sqlite") for n in range(40)]
    made = [*months, *days]
    # Of the 12 months two are those of the days, and of each month its last backup.
    assert {*backup._retained(made)} == {*months[-10:], *days[-31:]}
    assert {*backup._retained([])} == set()


def test_of_a_group_the_last_one_stays() -> None:
    early = copies(3, "20250101-00000{}")
    late = copies(10, "20260101-00000{}")
    assert {*backup._retained([*early, *late])} == {early[-1], *late}
