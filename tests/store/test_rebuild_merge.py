"""A rebuild joins what folder and database know of a run, and names what it used."""

import itertools
import os
import re
import shutil
from dataclasses import replace as with_values
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser, StoreError
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import backup, rebuild, run_record
from mnist_studio.store.rebuild import Rebuilt
from mnist_studio.store.run_record import Belongs, RunRecord, Status
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished, stopped
from tests.store.test_rebuild import EXPERIMENT

RUN = "20260102-030405-abcd"
HERE, THERE = Belongs("20260101-000000-aaaa", 2), Belongs("20260101-000000-bbbb", 3, "worker")


@pytest.fixture
def in_folder(spec: RunSpec) -> RunRecord:
    """With the first and the second of three epochs."""
    first = epoch(RUN, 1, accuracy=0.5), epoch(RUN, 2, accuracy=0.6)
    return RunRecord(run=RUN, title="folder", spec=codec.encode(spec), created=1.0, epochs=first)


@pytest.fixture
def in_database(in_folder: RunRecord) -> RunRecord:
    """With the second and the third of three epochs."""
    last = epoch(RUN, 2, accuracy=0.7), epoch(RUN, 3, accuracy=0.8)
    return replace(in_folder, title="database", created=2.0, epochs=last)


def accuracies(record: RunRecord) -> list[float]:
    return [each.test_accuracy for each in record.epochs if each.test_accuracy is not None]


@pytest.mark.parametrize(
    ("folder", "database", "title", "expected"),
    [
        ("running", "running", "folder", [0.5, 0.6, 0.8]),
        ("running", "finished", "database", [0.5, 0.7, 0.8]),
        ("running", "stopped", "database", [0.5, 0.7, 0.8]),
        ("running", "crashed", "database", [0.5, 0.7, 0.8]),
        ("finished", "running", "folder", [0.5, 0.6]),
        ("finished", "finished", "folder", [0.5, 0.6]),
        ("stopped", "finished", "folder", [0.5, 0.6]),
    ],
)
def test_the_newer_of_two_records_wins_and_a_running_one_gets_the_epochs_of_both(
    in_folder: RunRecord,
    in_database: RunRecord,
    folder: Status,
    database: Status,
    title: str,
    expected: list[float],
) -> None:
    record, known = replace(in_folder, status=folder), replace(in_database, status=database)
    newer = rebuild._newer(record, known)
    assert (newer.title, accuracies(newer)) == (title, expected)
    assert newer.status == (folder if title == "folder" else database)
    assert newer.created == (1.0 if title == "folder" else 2.0)


@pytest.mark.parametrize(
    ("folder", "database"), [*itertools.product(("running", "finished"), repeat=2)]
)
def test_a_membership_that_either_knows_is_kept(
    in_folder: RunRecord, in_database: RunRecord, folder: Status, database: Status
) -> None:
    for left, right in itertools.product((None, HERE), (None, THERE)):
        record = replace(in_folder, status=folder, belongs=left)
        known = replace(in_database, status=database, belongs=right)
        assert rebuild._newer(record, known).belongs == (left or right)


def test_without_a_database_the_record_counts(in_folder: RunRecord) -> None:
    assert rebuild._newer(in_folder, None) is in_folder


def made(home: Path, spec: RunSpec, count: int = 2) -> list[Path]:
    """The folders of finished runs."""
    with RunStore(home) as store:
        runs = [store.create(spec) for _ in range(count)]
        for run in runs:
            store.record(epoch(run.id))
            store.record(finished(run.id))
    return [run.folder for run in runs]


def test_what_a_rebuild_contains_is_counted(home: Path, spec: RunSpec) -> None:
    first, _, third = made(home, spec, 3)
    (first / run_record.RECORD).unlink()
    copy = backup.all_in(home / "backups")[0].path
    shutil.rmtree(third)
    before = (home / "studio.sqlite").read_bytes()
    result = rebuild.rebuild(home)
    assert result.replaced is not None
    assert with_values(result, replaced=None) == Rebuilt(
        runs=3, from_folders=1, without_folder=1, experiments=0, own_images=0, unreadable=(),
        backup=None, replaced=None,
    )  # fmt: skip
    assert result.replaced.parent == home / "backups"
    assert re.fullmatch(r"replaced-\d{8}-\d{6}-[0-9a-f]{4}\.sqlite", result.replaced.name)
    assert result.replaced.read_bytes() == before
    (home / "studio.sqlite").write_bytes(b"")
    result = rebuild.rebuild(home)
    # The third one has no folder, and a damaged database may have invented it.
    assert (result.runs, result.from_folders, result.without_folder) == (2, 1, 0)
    assert (result.backup, result.replaced) == (copy, None)


def test_folders_that_nothing_describes_are_named_and_empty_ones_are_not(
    home: Path, spec: RunSpec
) -> None:
    first, second = made(home, spec)
    for folder in (first, second):
        (folder / run_record.RECORD).unlink()
    for file in second.iterdir():
        file.unlink()
    (first / "weights.safetensors").touch()
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / "backups")
    result = rebuild.rebuild(home)
    assert (result.unreadable, result.runs) == ((first,), 0)


def test_progress_rises_to_one_and_stops_where_it_is_canceled(home: Path, spec: RunSpec) -> None:
    made(home, spec, 4)
    fractions: list[float] = []
    rebuild.rebuild(home, progress=fractions.append)
    assert fractions == [0.25, 0.5, 0.75, 1.0]
    fractions.clear()
    with pytest.raises(CancelledByUser) as raised:
        rebuild.rebuild(home, None, fractions.append, lambda: len(fractions) == 2)
    assert raised.value.remedy == "Nothing was changed."
    assert fractions == [0.25, 0.5]


def test_an_end_that_only_the_database_knows_is_kept(home: Path, spec: RunSpec) -> None:
    (folder,) = made(home, spec, 1)
    run_record.update(folder, lambda record: replace(record, status="running", terminal=None))
    rebuild.rebuild(home)
    with RunStore(home) as store:
        assert store.run(folder.name).terminal == finished(folder.name)


def test_a_title_that_was_not_written_into_the_folder_is_kept(home: Path, spec: RunSpec) -> None:
    first, second = made(home, spec)
    with RunStore(home) as store:
        for folder in (first, second):
            store._database.write("UPDATE runs SET title = 'Mine' WHERE id = ?", folder.name)
        store._database.write("INSERT INTO unwritten VALUES (?)", first.name)
        titled = {run.id: run.title for run in store.runs()}
        assert set(titled.values()) == {"Mine"}
        rebuild.rebuild(home)
    with RunStore(home) as store:
        assert store.run(first.name).title == "Mine"
        assert store.run(second.name).title != "Mine"
        assert run_record.read(first).title == "Mine"


def test_a_record_that_was_damaged_stays_unwritten_until_it_is_written(
    home: Path, spec: RunSpec
) -> None:
    first, _ = made(home, spec)
    (first / run_record.RECORD).write_bytes(b"{}")
    assert rebuild.rebuild(home).unreadable == ()
    with RunStore(home) as store:
        assert run_record.read(first).status == "finished"
        assert store._database.rows("SELECT run FROM unwritten") == []


def test_two_rebuilds_at_once_are_refused(home: Path, spec: RunSpec) -> None:
    made(home, spec, 1)
    asked: list[StoreError] = []

    def again(fraction: float) -> None:
        with pytest.raises(StoreError, match="Another process is already rebuilding") as raised:
            rebuild.rebuild(home)
        asked.append(raised.value)

    rebuild.rebuild(home, progress=again)
    assert [error.remedy for error in asked] == ["Wait for it to finish."]
    rebuild.rebuild(home)


@pytest.mark.parametrize("by", ["no links", "a journal"])
@pytest.mark.parametrize(
    ("error", "problem", "remedy"),
    [
        (PermissionError(13, "in use"), "in use or you do not have permission", "Close all"),
        (OSError(5, "broken"), "cannot be moved: broken", "Check the disk and try again"),
        (OSError("odd"), "cannot be moved: odd", "Check the disk and try again"),
    ],
)
def test_a_database_that_resists_stays(
    home: Path,
    spec: RunSpec,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    problem: str,
    remedy: str,
    by: str,
) -> None:
    made(home, spec, 1)
    before = (home / "studio.sqlite").read_bytes()

    def resist(*_: object) -> None:
        raise error

    monkeypatch.setattr(shutil, "move", resist)
    if by == "no links":
        monkeypatch.setattr(os, "link", resist)
    else:
        # A database with a journal is not linked, because the journal must go with it.
        (home / "studio.sqlite-journal").touch()
    with pytest.raises(StoreError, match=problem) as raised:
        rebuild.rebuild(home)
    assert remedy in raised.value.remedy
    assert str(home / "studio.sqlite") in raised.value.problem
    assert (home / "studio.sqlite").read_bytes() == before
    assert not [path for path in home.iterdir() if path.name.endswith(".part")]


def test_an_experiment_of_a_damaged_record_comes_from_the_database(
    home: Path, spec: RunSpec
) -> None:
    with RunStore(home) as store:
        first = store.experiments.add(EXPERIMENT)
        second = store.experiments.add(replace(EXPERIMENT, seeds=(2,)))
    damaged, moved = (home / "experiments" / each.id / "record.json" for each in (first, second))
    damaged.write_bytes(b"{}")
    assert rebuild.rebuild(home).experiments == 2
    # That of another folder is a copy by hand.
    strange = moved.parent.with_name("20200101-000000-aaaa")
    shutil.copytree(moved.parent, strange)
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / "backups")
    assert rebuild.rebuild(home).experiments == 1
    with RunStore(home) as store:
        assert [each.id for each in store.experiments.all()] == [second.id]


def test_a_run_that_stopped_is_rebuilt_from_its_folder_alone(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        store.record(stopped(run.id))
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / "backups")
    result = rebuild.rebuild(home)
    assert (result.runs, result.from_folders, result.backup, result.replaced) == (1, 1, None, None)
    with RunStore(home) as store:
        assert store.run(run.id).terminal == stopped(run.id)


@pytest.mark.skipif(os.name != "posix", reason="Windows does not replace a file that is in use")
def test_a_database_has_a_name_until_the_new_one_has_its_place(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(home, spec, 1)
    path = home / "studio.sqlite"
    before = path.read_bytes()
    linked = rebuild._linked(path, home / "second.sqlite")
    assert linked
    assert (home / "second.sqlite").samefile(path)
    (home / "second.sqlite").unlink()
    for end in ("-journal", "-wal", "-shm"):
        path.with_name(f"{path.name}{end}").touch()
        assert not rebuild._linked(path, home / "second.sqlite")
        path.with_name(f"{path.name}{end}").unlink()
    with monkeypatch.context() as patch:

        def resist(*_: object) -> None:
            raise OSError("The disk has no links.")

        patch.setattr(os, "link", resist)
        assert not rebuild._linked(path, home / "second.sqlite")
        result = rebuild.rebuild(home)
    assert result.replaced is not None
    assert result.replaced.read_bytes() == before
    assert [file.name for file in home.iterdir() if file.name.startswith(".")] == []


def test_what_was_moved_comes_back_if_the_last_step_fails(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(home, spec, 1)
    files = [home / "studio.sqlite", home / "studio.sqlite-journal"]
    files[1].write_bytes(b"journal")
    before = [file.read_bytes() for file in files]
    copies = sorted((home / "backups").iterdir())
    replace_file = Path.replace

    def resist(path: Path, target: Path) -> Path:
        if target == files[0]:
            raise OSError(5, "broken")
        return replace_file(path, target)

    monkeypatch.setattr(Path, "replace", resist)
    with pytest.raises(StoreError, match="could not be written: broken"):
        rebuild.rebuild(home)
    assert [file.read_bytes() for file in files] == before
    assert sorted((home / "backups").iterdir()) == copies
    files[1].unlink()
    with pytest.raises(StoreError, match="could not be written: broken"):
        rebuild.rebuild(home)
    assert files[0].read_bytes() == before[0]
    assert sorted((home / "backups").iterdir()) == copies
