"""Backups: soon after every change, thinned to a year, and not led astray by a wrong clock."""

import logging
import os
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.errors import StoreDamaged
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import backup
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished
from tests.store.example_own_images import written


def backups_of(home: Path) -> list[Path]:
    return sorted((home / "backups").glob("*"))


def trained(home: Path, spec: RunSpec) -> str:
    with RunStore(home) as store:
        run = store.create(spec)
        store.record(finished(run.id))
        return run.id


def runs_in(copy: Path) -> list[str]:
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [run for (run,) in connection.execute("SELECT id FROM runs ORDER BY id")]


def test_an_empty_store_has_no_backup(home: Path) -> None:
    for _ in range(2):
        with RunStore(home):
            pass
    assert backups_of(home) == []


def test_every_run_that_ended_is_in_the_newest_backup_at_once(home: Path, spec: RunSpec) -> None:
    runs = []
    for _ in range(3):
        runs.append(trained(home, spec))
        assert runs_in(backup.all_in(home / "backups")[0].path) == sorted(runs)


def test_every_own_image_is_in_the_newest_backup_at_once(home: Path) -> None:
    with RunStore(home) as store:
        for count, image in enumerate((written(1), written(2)), start=1):
            store.own_images.add([image])
            newest = backup.all_in(home / "backups")[0]
            assert backup.contents(newest.path).own_images == count
        store.own_images.relabel(image.key, 3)
        store.own_images.delete([image.key])
        assert backup.contents(backup.all_in(home / "backups")[0].path).own_images == 1


def test_a_store_that_did_not_change_is_not_backed_up_again(home: Path, spec: RunSpec) -> None:
    trained(home, spec)
    (first,) = backups_of(home)
    first = first.rename(first.with_name("studio-20200101-000000.sqlite"))
    for _ in range(2):
        with RunStore(home):
            pass
    assert backups_of(home) == [first]
    with RunStore(home) as store:
        store.rename(store.runs()[0].id, "another title")
    with RunStore(home):
        pass
    assert len(backups_of(home)) == 2


def test_a_backup_dated_in_the_future_ends_no_backups(home: Path, spec: RunSpec) -> None:
    run = trained(home, spec)
    folder = home / "backups"
    (first,) = backups_of(home)
    late = time.time() + 1e8
    for day in range(40):
        copy = folder / f"studio-2099{day // 28 + 1:02}{day % 28 + 1:02}-000000.sqlite"
        shutil.copy(first, copy)
        os.utime(copy, (late, late))
    other = trained(home, spec)
    newest = backup.all_in(folder)[0]
    assert not backup.in_future(newest.created)
    assert runs_in(newest.path) == sorted([run, other])


def test_a_clock_that_was_set_back_removes_no_backup(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(home, spec)
    before = backups_of(home)
    monkeypatch.setattr(time, "time", lambda: 1e8)
    monkeypatch.setattr(time, "gmtime", lambda: time.struct_time((1973, 3, 3, 9, 46, 40, 5, 62, 0)))
    for _ in range(2):
        trained(home, spec)
    assert set(before) < set(backups_of(home))


def test_the_last_hours_days_and_months_with_backups_stay(home: Path, spec: RunSpec) -> None:
    with RunStore(home):
        folder = home / "backups"
    folder.mkdir()
    others = ["before-version-1-20200101-000000.sqlite", "studio-notes.sqlite"]
    stamps = [f"{2010 + n // 12}{n % 12 + 1:02}01-120000" for n in range(20)]
    stamps += [f"2015{n // 28 + 1:02}{n % 28 + 1:02}-120000" for n in range(50)]
    stamps += [f"201603{n // 24 + 1:02}-{n % 24:02}0000" for n in range(40)]
    stamps += [f"20160303-{n // 60:02}{n % 60:02}00" for n in range(90)]
    for name in (*others, *(f"studio-{stamp}.sqlite" for stamp in stamps)):
        (folder / name).write_bytes(b"x")

    trained(home, spec)

    names = {copy.name for copy in backups_of(home)}
    assert names > {*others}
    left = sorted(name[7:-7] for name in names - {*others})
    assert left[-10:-1] == stamps[-9:]
    # Each count includes the hour, day or month of the new backup.
    assert len({stamp[:11] for stamp in left[-10:]}) == 2
    assert len({stamp[:11] for stamp in left if stamp > "201603"}) == 24
    assert len({stamp[:8] for stamp in left if stamp > "2015"}) == 31
    assert len({stamp[:6] for stamp in left}) == 12


def test_a_backup_that_fails_is_logged_and_ends_nothing(
    home: Path, spec: RunSpec, caplog: pytest.LogCaptureFixture
) -> None:
    home.mkdir()
    (home / "backups").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING, backup.__name__):
        trained(home, spec)
    assert "No backup was made" in caplog.text


def test_a_damaged_backup_is_passed_over(home: Path, spec: RunSpec) -> None:
    trained(home, spec)
    (first,) = backups_of(home)
    whole = first.rename(first.with_name("studio-20200101-000000.sqlite"))
    trained(home, spec)
    newest = backup.all_in(home / "backups")[0].path
    newest.write_bytes(newest.read_bytes()[:9000])
    with pytest.raises(StoreDamaged):
        backup.contents(newest)
    found = backup.newest_whole(home / "backups")
    assert found is not None
    assert found.path == whole


def test_a_backup_that_another_process_removes_meanwhile_costs_nothing(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = backup._copies
    gone = home / "backups" / "studio-20260101-000000.sqlite"
    monkeypatch.setattr(backup, "_copies", lambda folder: [gone, *found(folder)])
    run = trained(home, spec)
    (copy,) = backup.all_in(home / "backups")
    assert runs_in(copy.path) == [run]


def test_backups_of_one_second_never_share_a_name(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(home, spec)
    folder, named = home / "backups", backup._new_path

    def slowly(folder: Path, name: str) -> Path:
        path = named(folder, "studio-20300101-120000")
        time.sleep(0.05)
        return path

    monkeypatch.setattr(backup, "_new_path", slowly)

    def back_up(_: int) -> Path:
        with closing(sqlite3.connect(home / "studio.sqlite")) as connection:
            return backup.create(connection, folder, backup.PREFIX)

    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(back_up, range(4)))
    assert len(paths) == 4
    assert all(path.exists() for path in paths)
