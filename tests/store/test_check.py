"""A check names everything that is wrong, changes nothing, and a bad row costs only itself."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mnist_studio.errors import StoreDamaged
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, backup, bad_rows, check, run_record, step_curve
from mnist_studio.store.own_recipes import OwnRecipes
from mnist_studio.store.rebuild import rebuild
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, failed, finished
from tests.store.example_own_images import written


@pytest.fixture
def runs(home: Path, spec: RunSpec) -> list[Run]:
    with RunStore(home) as store:
        runs = [store.create(spec) for _ in range(3)]
        for run in runs:
            store.record(epoch(run.id))
            store.record(epoch(run.id, 2))
            store.record(finished(run.id))
        store.own_images.add([written(number) for number in range(3)])
        return [store.run(run.id) for run in runs]


def change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "studio.sqlite", isolation_level=None)) as connection:
        connection.execute(statement, values)


def texts(home: Path) -> list[str]:
    return [problem.what for problem in check.check(home).problems]


HOSTILE = {
    "a title that is not UTF-8": ("title", b"\xff\xfe", "CAST(? AS TEXT)"),
    "a blob as the title": ("title", b"\x00\x01", "?"),
    "a date of 1e300": ("created", 1e300, "?"),
    "a text as the date": ("created", "yesterday", "?"),
    "a negative date": ("created", -1.0, "?"),
    "an unknown status": ("status", "sleeping", "?"),
    "an outcome that contradicts the status": ("status", "failed", "?"),
    "no outcome": ("terminal", None, "?"),
    "an outcome that is not JSON": ("terminal", "{", "?"),
    "an outcome that is a blob": ("terminal", b"\x80", "?"),
    "a description that is not JSON": ("spec", "nonsense", "?"),
    "a description that is nested too deep": ("spec", "[" * 100_000, "?"),
    "a path as the id": ("id", "../../victim", "?"),
    "an empty id": ("id", "", "?"),
    "an id with a line break": ("id", "20260102-030405-abcd\n", "?"),
    "a blob as the id": ("id", b"20260102-030405-abcd", "?"),
    "a number as the id": ("id", 7, "?"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_bad_row_costs_only_itself(home: Path, runs: list[Run], name: str) -> None:
    column, value, how = HOSTILE[name]
    first, second, third = runs
    # Deferred, because epochs refer to the id.
    change(home, f"UPDATE runs SET {column} = {how} WHERE id = ?", value, second.id)
    with RunStore(home) as store:
        assert {run.id for run in store.runs()} == {first.id, third.id}
        assert len(store.epochs(first.id)) == 2
        store.recover()
        store.create(first.spec)

    report = check.check(home)
    bad = [one for one in report.problems if one.row]
    assert bad[0].row == bad_rows.BadRow("runs", 2)
    assert "--set-aside" in bad[0].remedy

    files = bad_rows.set_aside([one.row for one in bad if one.row], home)
    content = msgspec.json.decode(files[0].read_bytes())
    assert content["table"] == "runs"
    assert set(content["row"]) == {"id", "title", "spec", "status", "created", "terminal"}
    with RunStore(home) as store:
        # The record in the folder brings the run back.
        assert store.run(second.id) == second
        assert len(store.epochs(second.id)) == 2
    assert not [one for one in check.check(home).problems if one.row]


IMAGES = {
    "a picture of two bytes": ("picture", b"\x01\x02"),
    "a label of 77": ("label", 77),
    "a text as the label": ("label", "seven"),
    "a date of 1e300": ("created", 1e300),
    "strokes that are not JSON": ("strokes", "["),
    "strokes outside of everything": ("strokes", "[[[1e30,0,0,0.5]]]"),
    "no content": ("strokes", "[]"),
    "a pen of no width": ("pen", 0.0),
    "a key that is a path": ("key", "../victim"),
}


@pytest.mark.parametrize("name", IMAGES)
def test_one_bad_own_image_costs_only_itself(home: Path, runs: list[Run], name: str) -> None:
    column, value = IMAGES[name]
    change(home, f"UPDATE own_images SET {column} = ? WHERE rowid = 2", value)
    with RunStore(home) as store:
        assert store.own_images.all() == (written(0), written(2))
    (bad,) = [one for one in check.check(home).problems if one.row]
    assert bad.row == bad_rows.BadRow("own_images", 2)
    assert bad.row is not None
    (file,) = bad_rows.set_aside([bad.row], home)
    assert file.parent == home / "set-aside"
    assert not [one for one in check.check(home).problems if one.row]


@pytest.mark.parametrize(
    ("column", "value"),
    [("event", "{"), ("event", b"\xff"), ("epoch", 7), ("epoch", -1), ("run", "nobody")],
)
def test_one_bad_epoch_costs_only_itself(
    home: Path, runs: list[Run], column: str, value: object
) -> None:
    change(home, f"UPDATE epochs SET {column} = ? WHERE rowid = 1", value)
    with RunStore(home) as store:
        assert [one.epoch for one in store.epochs(runs[0].id)] == [2]
    rows = [one.row for one in check.check(home).problems if one.row]
    assert set(rows) == {bad_rows.BadRow("epochs", 1)}


def test_a_whole_store_has_no_problems(home: Path, runs: list[Run]) -> None:
    before = sorted(home.rglob("*"))
    report = check.check(home)
    assert report.problems == ()
    assert (report.runs, report.own_images, report.experiments) == (3, 3, 0)
    assert report.backups >= 1
    assert sorted(home.rglob("*")) == before


def test_a_damaged_recipe_of_yours_is_named(home: Path, spec: RunSpec) -> None:
    yours = OwnRecipes(home)
    yours.add(of_run(spec, "Mine"))
    (yours.folder / "bad.toml").write_text("format = 4\n")
    report = check.check(home)
    assert report.own_recipes == 1
    assert ["bad.toml cannot be used" in problem.what for problem in report.problems] == [True]


def test_damage_to_every_kind_of_file_is_named(home: Path, runs: list[Run]) -> None:
    first, second, third = (run.folder for run in runs)
    (first / run_record.RECORD).write_bytes(b"{}")
    (second / artifacts.TEST_LOGITS).write_bytes(b"short")
    step_curve.append(third, [1.0], [0.5])
    backup = next((home / "backups").iterdir())
    backup.write_bytes(backup.read_bytes()[:5000])
    found = " ".join(texts(home))
    for path in (first / run_record.RECORD, second / artifacts.TEST_LOGITS, backup):
        assert str(path) in found


@pytest.mark.parametrize("name", artifacts.ARRAYS)
def test_a_file_that_was_deleted_is_named(home: Path, spec: RunSpec, name: str) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        for each in artifacts.ARRAYS:
            (run.folder / each).touch()
        store.record(failed(run.id))
    (run.folder / name).unlink()
    assert any(str(run.folder / name) in what for what in texts(home))


def test_runs_without_rows_and_rows_without_folders_are_named(home: Path, runs: list[Run]) -> None:
    change(home, "DELETE FROM runs WHERE id = ?", runs[0].id)
    runs[1].folder.rename(home / "elsewhere")
    found = {problem.what: problem.remedy for problem in check.check(home).problems}
    assert "store rebuild" in found[f"The run in “{runs[0].folder}” is not listed."]
    assert f"The run {runs[1].id} has no folder and therefore no weights." in found


@pytest.mark.parametrize("content", [b"", b"\0" * 9000])
def test_a_damaged_database_is_named_and_the_rest_is_checked_too(
    home: Path, runs: list[Run], content: bytes
) -> None:
    (home / "studio.sqlite").write_bytes(content)
    (runs[0].folder / run_record.RECORD).write_bytes(b"{}")
    first, *others = check.check(home).problems
    assert "studio.sqlite" in first.what
    assert "mnist-studio store rebuild" in first.remedy
    assert any(run_record.RECORD in one.what for one in others)


def test_progress_is_given_and_a_cancelled_check_ends(home: Path, runs: list[Run]) -> None:
    fractions: list[float] = []
    check.check(home, fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with pytest.raises(Exception, match="canceled"):
        check.check(home, is_cancelled=lambda: True)


def test_a_database_that_cannot_be_opened_sets_nothing_aside(home: Path, runs: list[Run]) -> None:
    (home / "studio.sqlite").write_bytes(b"\0" * 9000)
    with pytest.raises(StoreDamaged):
        bad_rows.set_aside([bad_rows.BadRow("runs", 1)], home)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET title = title || '!' WHERE rowid = 1",
        "UPDATE runs SET created = created + 1 WHERE rowid = 1",
        "UPDATE runs SET terminal = replace(terminal, '0.93', '0.98') WHERE rowid = 1",
        "UPDATE epochs SET event = replace(event, '0.25', '0.26') WHERE rowid = 1",
    ],
)
def test_a_row_that_differs_from_its_record_is_named_and_rebuilt(
    home: Path, runs: list[Run], statement: str
) -> None:
    """SQLite has no checksums: a changed digit is still a valid row."""
    change(home, statement)
    (problem,) = check.check(home).problems
    assert problem.what == f"The database and the record in “{runs[0].folder}” differ."
    rebuild(home)
    assert check.check(home).problems == ()
    with RunStore(home) as store:
        assert store.run(runs[0].id) == runs[0]
        assert store.epochs(runs[0].id) == (epoch(runs[0].id), epoch(runs[0].id, 2))


def test_a_backup_that_is_deleted_during_the_check_is_no_problem(
    home: Path, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = backup.all_in(home / "backups")[-1].path
    read = backup.contents

    def thinned_out(path: Path) -> backup.Contents:
        if path == victim:
            path.unlink()
        return read(path)

    monkeypatch.setattr(backup, "contents", thinned_out)
    assert check.check(home).problems == ()
    assert not victim.exists()


def test_a_run_that_is_deleted_during_the_check_is_no_problem(
    home: Path, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_rows = check._Check._check_rows

    def deleted_meanwhile(self: check._Check, connection: Any, table: str, *rest: Any) -> None:
        read_rows(self, connection, table, *rest)
        if table == "runs":
            monkeypatch.undo()
            with RunStore(home) as store:
                store.delete(runs[0].id)

    monkeypatch.setattr(check._Check, "_check_rows", deleted_meanwhile)
    assert check.check(home).problems == ()
