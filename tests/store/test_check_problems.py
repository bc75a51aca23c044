"""Each problem that a check finds has its exact sentence, its remedy, and its row."""

import shutil
from collections.abc import Callable
from dataclasses import replace as with_values
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import (
    annotations,
    artifacts,
    backup,
    check,
    epoch_records,
    epoch_weights,
    folders,
    run_record,
    step_curve,
    tensors,
)
from mnist_studio.store.bad_rows import BadRow
from mnist_studio.store.check import Problem
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished
from tests.store.made_runs import made_run
from tests.store.test_check import change
from tests.store.test_epoch_records import RECORD
from tests.store.test_experiments import STUDY
from tests.store.test_housekeeping import LONG_AGO, STAGE, left

REBUILD = "Rebuild the database: mnist-studio store rebuild"
TRAIN_AGAIN = "Train this run again."
SET_ASIDE = "To set it aside, run: mnist-studio store check --set-aside"


@pytest.fixture
def runs(home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Two runs, in the order of their ids, with every file that a training writes."""
    ids = iter(("20260102-030405-aaaa", "20260102-030405-bbbb"))
    with RunStore(home) as store:
        with monkeypatch.context() as patch:
            patch.setattr(folders, "new_id", lambda: next(ids))
            runs = [made_run(store, spec) for _ in range(2)]
        for run in runs:
            epoch_records.save(run.folder, with_values(RECORD, epoch=1))
        return runs


def unlist(home: Path, run: Run) -> None:
    change(home, "DELETE FROM epochs WHERE run = ?", run.id)
    change(home, "DELETE FROM runs WHERE id = ?", run.id)


def only(home: Path) -> Problem:
    (problem,) = check.check(home).problems
    return problem


FILES: dict[str, Callable[[Path], object]] = {
    artifacts.WEIGHTS: lambda path: path.write_bytes(b"x"),
    artifacts.CHECKPOINT: lambda path: path.write_bytes(b"x"),
    artifacts.TEST_LOGITS: lambda path: path.write_bytes(b"x"),
    step_curve.STEPS: lambda path: path.write_bytes(path.read_bytes()[:-8]),
    "epoch-0001.safetensors": lambda path: path.write_bytes(b"x"),
    "epoch-0001-record.safetensors": lambda path: path.write_bytes(b"x"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_of_a_run_is_named_unless_the_check_is_quick(
    home: Path, runs: list[Run], name: str
) -> None:
    assert check.check(home).problems == ()
    path = runs[1].folder / name
    FILES[name](path)
    problem = only(home)
    assert problem.what.startswith(f"{path} is damaged: ")
    assert (problem.remedy, problem.row) == (TRAIN_AGAIN, None)
    assert check.check(home, deep=False).problems == ()


@pytest.mark.parametrize("name", artifacts.ARRAYS)
def test_a_file_that_the_record_names_must_be_there(home: Path, runs: list[Run], name: str) -> None:
    path = runs[0].folder / name
    path.unlink()
    assert only(home) == Problem(f"{path} is missing.", TRAIN_AGAIN)
    assert check.check(home, deep=False).problems == ()


def test_a_file_that_a_record_does_not_name_may_be_missing(home: Path, runs: list[Run]) -> None:
    path = runs[0].folder / artifacts.TEST_LOGITS
    path.unlink()
    run_record.update(runs[0].folder, lambda record: replace(record, files=()))
    assert check.check(home).problems == ()


def test_logits_of_another_number_of_classes_are_damage(home: Path, runs: list[Run]) -> None:
    arrays: dict[str, Array] = {"logits": np.zeros((4, 3), np.float32)}
    tensors.save(runs[0].folder / artifacts.TEST_LOGITS, arrays)
    assert only(home).what.endswith("it does not have 10 logits of each image.")


def test_a_damaged_record_asks_for_a_rebuild(home: Path, runs: list[Run]) -> None:
    path = runs[0].folder / run_record.RECORD
    path.write_bytes(b"{}")
    problem = only(home)
    assert problem.what.startswith(f"{path} is damaged: ")
    assert (problem.remedy, problem.row) == (REBUILD, None)


def test_files_are_checked_without_a_record_and_without_a_row(home: Path, runs: list[Run]) -> None:
    weights = [run.folder / artifacts.WEIGHTS for run in runs]
    for path in weights:
        path.write_bytes(b"x")
    (runs[0].folder / run_record.RECORD).unlink()
    unlist(home, runs[1])
    found = [problem.what for problem in check.check(home).problems]
    assert found[1] == f"The run in “{runs[1].folder}” is not listed."
    assert [what.startswith(f"{path} is damaged") for what, path in zip(
        (found[0], found[2]), weights, strict=True,
    )] == [True, True]  # fmt: skip
    assert len(found) == 3


def test_a_description_in_a_record_that_cannot_be_read_is_named(
    home: Path, runs: list[Run]
) -> None:
    run_record.update(runs[0].folder, lambda record: replace(record, spec="{}"))
    (runs[0].folder / artifacts.WEIGHTS).write_bytes(b"x")
    problems = check.check(home).problems
    assert len(problems) == 1
    assert problems[0].row is None


def test_an_unlisted_run_needs_content_to_be_named(home: Path, runs: list[Run]) -> None:
    unlist(home, runs[0])
    assert only(home) == Problem(f"The run in “{runs[0].folder}” is not listed.", REBUILD)
    for file in runs[0].folder.iterdir():
        file.unlink()
    (runs[0].folder / "lock").touch()
    assert check.check(home).problems == ()


@pytest.mark.parametrize("column", ["title", "created"])
def test_a_row_and_its_record_that_differ_ask_for_a_rebuild(
    home: Path, runs: list[Run], column: str
) -> None:
    change(home, f"UPDATE runs SET {column} = 1234567 WHERE id = ?", runs[0].id)
    differ = f"The database and the record in “{runs[0].folder}” differ."
    assert only(home) == Problem(differ, REBUILD)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO annotations VALUES (?, 'cnn', '', 0, NULL)",
        "INSERT INTO members VALUES (?, NULL, 2, '')",
        "DELETE FROM epochs WHERE run = ?",
    ],
)
def test_what_belongs_to_a_row_is_compared_too(home: Path, runs: list[Run], statement: str) -> None:
    change(home, statement, runs[0].id)
    differ = f"The database and the record in “{runs[0].folder}” differ."
    assert only(home) == Problem(differ, REBUILD)
    # A record that waits to be written may differ.
    change(home, "INSERT INTO unwritten VALUES (?)", runs[0].id)
    assert check.check(home).problems == ()


def test_a_run_without_a_folder_is_named_unless_it_trains(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        ended, training = store.create(spec), store.create(spec)
        store.record(finished(ended.id))
        for run in (ended, training):
            store.release(run.id)
            shutil.rmtree(run.folder)
    assert only(home) == Problem(
        f"The run {ended.id} has no folder and therefore no weights.", "Delete it."
    )


def test_a_row_that_cannot_be_read_can_be_set_aside(home: Path, runs: list[Run]) -> None:
    change(home, "UPDATE epochs SET event = '{' WHERE run = ?", runs[1].id)
    problem = next(one for one in check.check(home).problems if one.row)
    assert problem.what.startswith(f"The epoch of the stored run {runs[1].id} cannot be read: ")
    assert (problem.remedy, problem.row) == (SET_ASIDE, BadRow("epochs", 2))


def test_a_row_that_belongs_to_nothing_can_be_set_aside(home: Path, runs: list[Run]) -> None:
    orphan = "20200101-000000-aaaa"
    change(home, "INSERT INTO annotations VALUES (?, '', '', 0, NULL)", orphan)
    assert only(home) == Problem(
        "A row of the table “annotations” belongs to nothing in “runs”.", SET_ASIDE,
        BadRow("annotations", 1),
    )  # fmt: skip


def test_a_row_of_a_newer_version_is_named_but_not_set_aside(home: Path, runs: list[Run]) -> None:
    with RunStore(home) as store:
        store.experiments.add(STUDY)
    change(home, "UPDATE experiments SET text = 'format = 99'")
    problem = only(home)
    assert problem.what.startswith("The stored experiment ")
    assert (problem.remedy, problem.row) == ("Update MNIST Studio.", None)


def test_an_experiment_and_its_record_are_compared(home: Path, runs: list[Run]) -> None:
    with RunStore(home) as store:
        first = store.experiments.add(STUDY)
        second = store.experiments.add(replace(STUDY, seeds=(1,)))
    places = [home / "experiments" / one.id for one in (first, second)]
    assert check.check(home).problems == ()
    change(home, "UPDATE experiments SET title = 'Other' WHERE id = ?", second.id)
    (places[0] / run_record.RECORD).write_bytes(b"{}")
    damaged, differs = check.check(home).problems
    assert damaged.what.startswith(f"{places[0] / run_record.RECORD} is damaged: ")
    assert damaged.remedy == REBUILD
    differ = f"The database and the record in “{places[1]}” differ."
    assert differs == Problem(differ, REBUILD)
    # One of an earlier version has no record until the store is opened.
    (places[0] / run_record.RECORD).unlink()
    assert [one.what for one in check.check(home).problems] == [differ]


def test_a_damaged_backup_is_to_be_deleted(home: Path, runs: list[Run]) -> None:
    newest = backup.all_in(home / "backups")[0].path
    newest.write_bytes(b"\0" * 9000)
    problem = only(home)
    assert problem.what.startswith(f"The database “{newest}” is damaged: ")
    assert problem.remedy == "Delete this backup."
    assert check.check(home, deep=False).problems == ()


@pytest.mark.parametrize(
    ("count", "what"),
    [
        (1, "One file of interrupted programs is left"),
        (2, "Two files of interrupted programs are left"),
    ],
)
def test_files_of_interrupted_programs_are_counted(
    home: Path, runs: list[Run], count: int, what: str
) -> None:
    stages = [left(home / name / STAGE, LONG_AGO) for name in ("backups", "recipes")[:count]]
    problem = only(home)
    assert problem.what == f"{what} behind, such as “{stages[0]}”."
    assert problem.remedy == "MNIST Studio removes such files after about an hour."


@pytest.mark.parametrize("remains", ["runs", "backups"])
def test_a_missing_database_is_named_if_anything_remains(
    home: Path, runs: list[Run], remains: str
) -> None:
    (home / "studio.sqlite").unlink()
    shutil.rmtree(home / {"runs": "backups", "backups": "runs"}[remains])
    missing = f"The database “{home / 'studio.sqlite'}” is missing or empty."
    assert check.check(home).problems[0] == Problem(missing, REBUILD)
    shutil.rmtree(home / remains)
    assert check.check(home).problems == ()


def test_runs_of_a_database_that_cannot_be_read_are_not_called_unlisted(
    home: Path, runs: list[Run]
) -> None:
    (home / "studio.sqlite").write_bytes(b"\0" * 9000)
    (problem,) = check.check(home).problems
    assert problem.what.startswith(f"The database “{home / 'studio.sqlite'}” is damaged: ")


def test_a_report_counts_what_it_could_read(home: Path, runs: list[Run]) -> None:
    with RunStore(home) as store:
        store.experiments.add(STUDY)
        store.annotate([run.id for run in runs], annotations.with_tags(["mine"]))
        store.move_to_trash([runs[0].id])
        copy = store.back_up()
    copies = backup.all_in(home / "backups")
    assert check.check(home) == check.StoreReport(
        (), runs=2, own_images=0, experiments=1, backups=len(copies),
        newest_backup=copies[0].created, trashed=1,
    )  # fmt: skip
    assert copy in [each.path for each in copies]
    with RunStore(home) as store:
        store.move_to_trash([runs[1].id])
    assert check.check(home).trashed == 2


def test_an_empty_home_has_nothing(home: Path) -> None:
    assert check.check(home) == check.StoreReport(())


def test_progress_counts_runs_and_in_a_deep_check_backups(home: Path, runs: list[Run]) -> None:
    copies = len(backup.all_in(home / "backups"))
    for deep, steps in ((True, 2 + copies), (False, 2)):
        fractions: list[float] = []
        check.check(home, fractions.append, deep=deep)
        assert fractions == [done / steps for done in range(1, steps + 1)]


def test_progress_is_reported_only_by_the_first_look(home: Path, runs: list[Run]) -> None:
    (runs[0].folder / artifacts.WEIGHTS).write_bytes(b"x")
    fractions: list[float] = []
    check.check(home, fractions.append, deep=False)
    assert fractions == [0.5, 1.0]
    fractions.clear()
    assert len(check.check(home, fractions.append).problems) == 1
    assert fractions == sorted(fractions)
    assert fractions.count(1.0) == 1


def test_a_canceled_check_says_that_nothing_was_changed(home: Path, runs: list[Run]) -> None:
    fractions: list[float] = []
    with pytest.raises(CancelledByUser) as raised:
        check.check(home, fractions.append, lambda: len(fractions) == 1)
    assert (raised.value.problem, raised.value.remedy) == (
        "The check was canceled.", "Nothing was changed.",
    )  # fmt: skip
    assert len(fractions) == 1


def test_weights_of_an_epoch_must_be_those_of_its_name(home: Path, runs: list[Run]) -> None:
    path = epoch_weights.FILES.path_of(runs[0].folder, 1)
    path.rename(epoch_weights.FILES.path_of(runs[0].folder, 2))
    assert only(home).what.endswith("it does not have the weights of epoch 2.")


def test_the_record_of_an_epoch_must_be_that_of_its_name(home: Path, runs: list[Run]) -> None:
    path = epoch_records.FILES.path_of(runs[0].folder, 1)
    path.rename(epoch_records.FILES.path_of(runs[0].folder, 2))
    assert only(home).what.endswith("it is not the record of epoch 2.")
