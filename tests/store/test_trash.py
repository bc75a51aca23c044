"""Runs in the trash are hidden, come back whole, and are deleted only when it is emptied."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError, UnknownName
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import annotations, bad_rows, check, rebuild, run_record
from mnist_studio.store.experiments import Membership
from mnist_studio.store.record_writer import RecordWriter
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import NO_ANNOTATIONS
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished
from tests.store.test_record_writer import EXPERIMENT


@pytest.fixture
def runs(store: RunStore, spec: RunSpec) -> list[Run]:
    experiment = store.experiments.add(EXPERIMENT)
    made = [store.create(spec, Membership(experiment.id)) for _ in range(3)]
    for run in made:
        store.record(epoch(run.id))
        store.record(finished(run.id))
        store.release(run.id)
    return made


def ids(found: tuple[Run, ...]) -> list[str]:
    return sorted(run.id for run in found)


def test_a_run_in_the_trash_is_nowhere_else_and_comes_back_whole(
    store: RunStore, runs: list[Run]
) -> None:
    first, second, third = (run.id for run in runs)
    before, members = store.run(first), len(store.experiments.members(experiment(store)))
    assert store.move_to_trash([first, second, first]) == (first, second)
    assert ids(store.runs()) == [third]
    assert ids(store.trash.runs()) == sorted([first, second])
    assert len(store.experiments.members(experiment(store))) == members - 2
    with pytest.raises(UnknownName, match="in the trash"):
        store.run(first)
    with pytest.raises(UnknownName, match="in the trash"):
        store.reopen(first)
    # Its title is not given to another run meanwhile.
    assert store.create(before.spec).title != before.title
    store.trash.restore([first])
    assert store.run(first) == before
    assert store.epochs(first) == (epoch(first),)
    with pytest.raises(UnknownName, match="in the trash"):
        store.trash.restore([first])


def experiment(store: RunStore) -> str:
    return store.experiments.all()[0].id


def test_emptying_deletes_for_good_and_says_how_much(store: RunStore, runs: list[Run]) -> None:
    (runs[0].folder / "weights.safetensors").write_bytes(bytes(10_000))
    assert store.trash.size() == 0
    store.move_to_trash([runs[0].id, runs[1].id])
    assert 10_000 < store.trash.size() < 20_000
    assert store.trash.empty() == 2
    assert store.trash.runs() == ()
    assert [run.folder.exists() for run in runs] == [False, False, True]
    assert store.trash.empty() == 0


def test_a_run_that_trains_goes_into_no_trash_and_none_goes_with_it(
    store: RunStore, runs: list[Run], spec: RunSpec, home: Path
) -> None:
    training = store.create(spec)
    with RunStore(home) as other:
        for each in (store, other):
            with pytest.raises(StoreError, match="still running"):
                each.move_to_trash([runs[0].id, training.id])
    assert store.trash.runs() == ()


def test_a_run_in_the_trash_can_be_deleted_at_once(store: RunStore, runs: list[Run]) -> None:
    store.move_to_trash([runs[0].id])
    store.delete(runs[0].id)
    assert store.trash.runs() == ()
    assert not runs[0].folder.exists()


def test_one_folder_that_resists_does_not_keep_the_others(
    store: RunStore, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.move_to_trash([run.id for run in runs])
    newest = store.trash.runs()[0]
    rename = Path.rename

    def resist(path: Path, target: Path) -> Path:
        if path.name == newest.id:
            raise PermissionError(13, "in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", resist)
    with pytest.raises(StoreError):
        store.trash.empty()
    assert ids(store.trash.runs()) == [newest.id]


def test_tags_note_archive_and_trash_survive_database_and_store(
    home: Path, store: RunStore, runs: list[Run]
) -> None:
    first, second, _ = (run.id for run in runs)
    store.annotate([first, second], annotations.with_tags(["Homework", "#cnn", "cnn"]))
    store.annotate([first], annotations.with_note(" two\nlines "))
    store.annotate([second], annotations.with_archived(True))
    store.move_to_trash([second])
    said = {run.id: run.annotations for run in (*store.runs(), *store.trash.runs())}
    assert said[first] == run_record.Annotations(("cnn", "Homework"), "two\nlines")
    assert said[second].archived
    assert said[second].trashed
    store.close()
    assert check.check(home).problems == ()
    assert check.check(home).trashed == 1
    (home / "studio.sqlite").unlink()
    rebuild.rebuild(home)
    with RunStore(home) as again:
        assert {r.id: r.annotations for r in (*again.runs(), *again.trash.runs())} == said


def test_a_crash_between_database_and_record_loses_no_annotation(
    home: Path, store: RunStore, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs[0]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RecordWriter, "_written", die)
    for act in (
        lambda: store.rename(run.id, "My best"),
        lambda: store.annotate([run.id], annotations.with_tags(["homework"])),
        lambda: store.move_to_trash([run.id]),
    ):
        with pytest.raises(KeyboardInterrupt):
            act()
    store.close()
    monkeypatch.undo()
    assert run_record.read(run.folder).annotations == NO_ANNOTATIONS
    assert check.check(home).problems == ()
    rebuild.rebuild(home)
    with RunStore(home) as again:
        (found,) = again.trash.runs()
        assert (found.title, found.annotations.tags) == ("My best", ("homework",))
    record = run_record.read(run.folder)
    assert (record.title, record.annotations) == (found.title, found.annotations)


def test_a_damaged_annotation_costs_only_itself(
    home: Path, store: RunStore, runs: list[Run], caplog: pytest.LogCaptureFixture
) -> None:
    store.annotate([run.id for run in runs], annotations.with_tags(["homework"]))
    store.move_to_trash([runs[1].id])
    store.close()
    with closing(sqlite3.connect(home / "studio.sqlite", isolation_level=None)) as connection:
        change = "UPDATE annotations SET trashed = 'x' WHERE run = ?"
        connection.execute(change, (runs[1].id,))
    with RunStore(home) as again:
        assert ids(again.runs()) == [run.id for run in sorted(runs, key=lambda run: run.id)]
        assert again.run(runs[0].id).annotations.tags == ("homework",)
        assert again.run(runs[1].id).annotations == NO_ANNOTATIONS
    assert "annotations of the stored run" in caplog.text
    report = check.check(home)
    bad = [problem.row for problem in report.problems if problem.row]
    assert [row.table for row in bad] == ["annotations"]
    bad_rows.set_aside(bad, home)
    # The record has them still.
    rebuild.rebuild(home)
    with RunStore(home) as again:
        assert ids(again.trash.runs()) == [runs[1].id]


def test_a_store_of_version_5_opens_without_annotations(
    home: Path, store: RunStore, runs: list[Run]
) -> None:
    store.close()
    with closing(sqlite3.connect(home / "studio.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TABLE annotations")
        connection.execute("PRAGMA user_version = 5")
    with RunStore(home) as again:
        assert {run.annotations for run in again.runs()} == {NO_ANNOTATIONS}
        again.annotate([runs[0].id], annotations.with_tags(["new"]))
        assert again.run(runs[0].id).annotations.tags == ("new",)
    assert list((home / "backups").glob("before-version-6-*"))
