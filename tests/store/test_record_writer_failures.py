"""Records that could not be written are remembered, and what the child wrote is never lost."""

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.events import Machine, Measures
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import annotations, artifacts, record_writer, run_record, step_curve
from mnist_studio.store.experiments import Membership
from mnist_studio.store.record_writer import adopt_epochs, from_database, insert, joined
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Annotations, Belongs, RunRecord
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, failed, finished, stopped
from tests.store.test_experiments import STUDY

ID = "20260102-030405-abcd"


@pytest.fixture
def run(store: RunStore, spec: RunSpec) -> Run:
    made = store.create(spec)
    store.record(epoch(made.id))
    return made


def refuse(*_: object) -> None:
    raise StoreError("The disk is full.", "Free some space.")


def unwritten(store: RunStore) -> list[str]:
    return [run for (run,) in store._database.rows("SELECT run FROM unwritten ORDER BY run")]


def test_a_run_that_is_not_listed_has_no_record(store: RunStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        from_database(store._database, tmp_path / ID)
    assert (raised.value.problem, raised.value.remedy) == (
        f"There is no run {ID}.", "Check the list of runs.",
    )  # fmt: skip


def test_a_record_has_all_that_the_database_knows(store: RunStore, spec: RunSpec) -> None:
    experiment = store.experiments.add(STUDY)
    run = store.create(spec, Membership(experiment.id, 3, "worker"))
    for number in (2, 1):
        store.record(epoch(run.id, number))
    store.record(failed(run.id))
    store.annotate([run.id], annotations.with_tags(["cnn"]))
    record = from_database(store._database, run.folder)
    assert record == RunRecord(
        run=run.id, title=run.title, spec=record.spec, created=run.created, status="failed",
        terminal=failed(run.id), epochs=(epoch(run.id), epoch(run.id, 2)),
        belongs=Belongs(experiment.id, 3, "worker"), annotations=Annotations(("cnn",)),
    )  # fmt: skip
    assert record.run_spec() == spec
    assert replace(run_record.read(run.folder), steps=None) == record
    store.experiments.delete(experiment.id)
    assert from_database(store._database, run.folder).belongs == Belongs("", 3, "worker")


def test_a_damaged_row_makes_no_record(store: RunStore, run: Run) -> None:
    store._database.write("UPDATE runs SET spec = 'x'")
    with pytest.raises(StoreDamaged):
        from_database(store._database, run.folder)


def test_what_the_child_wrote_stays_when_the_run_ends(store: RunStore, run: Run) -> None:
    measures = Measures(
        wall_seconds=1.0, earlier_seconds=0.0, train_images_per_second=None,
        peak_memory_bytes=None, machine=Machine(processors=2),
    )  # fmt: skip
    run_record.add_progress(
        run.folder, [epoch(run.id), epoch(run.id, 2)], 1876, {"train": 3.0}, "cuda", measures
    )
    step_curve.append(run.folder, [1.0] * 7, [0.5] * 7)
    (run.folder / artifacts.WEIGHTS).touch()
    store.rename(run.id, "Mine")
    record = run_record.read(run.folder)
    assert (record.title, record.status) == ("Mine", "running")
    assert (record.steps, record.files) == (None, ())
    assert record.epochs == (epoch(run.id), epoch(run.id, 2))
    store.record(stopped(run.id))
    record = run_record.read(run.folder)
    assert (record.step, record.seconds, record.device, record.measures) == (
        1876, {"train": 3.0}, "cuda", measures,
    )  # fmt: skip
    # Of a run that has ended, the database has all epochs.
    assert record.epochs == (epoch(run.id),)
    assert record.steps == step_curve.summary(run.folder)
    assert record.files == (artifacts.WEIGHTS, step_curve.STEPS)


@pytest.mark.parametrize(("count", "sealed"), [(6, False), (7, True), (8, False)])
def test_steps_are_sealed_only_if_they_are_those_of_the_end(
    store: RunStore, run: Run, count: int, sealed: bool
) -> None:
    step_curve.append(run.folder, [1.0] * count, [0.5] * count)
    store.record(stopped(run.id))
    assert (run_record.read(run.folder).steps is not None) is sealed


def test_a_run_without_weights_has_as_many_steps_as_its_file(store: RunStore, run: Run) -> None:
    step_curve.append(run.folder, [1.0] * 5, [0.5] * 5)
    store.record(failed(run.id))
    steps = run_record.read(run.folder).steps
    assert steps is not None
    assert steps.count == 5


def test_a_failure_is_logged_and_made_good_by_the_next_change(
    store: RunStore, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(run_record, "write", refuse)
        changes: list[Callable[[], None]] = [
            partial(store.rename, run.id, "Mine"),
            partial(store.record, finished(run.id)),
        ]
        for change in changes:
            caplog.clear()
            change()
            assert f"The record of the run {run.id} was not written" in caplog.text
            assert "The disk is full." in caplog.text
            assert unwritten(store) == [run.id]
    assert run_record.read(run.folder).title != "Mine"
    store.annotate([run.id], annotations.with_note("x"))
    assert unwritten(store) == []
    record = run_record.read(run.folder)
    assert (record.title, record.status, record.annotations.note) == ("Mine", "finished", "x")


def test_one_failure_among_several_runs_is_remembered_alone(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [store.create(spec) for _ in range(3)]
    write = run_record.write

    def refuse_second(folder: Path, record: RunRecord) -> None:
        if folder == runs[1].folder:
            refuse()
        write(folder, record)

    monkeypatch.setattr(run_record, "write", refuse_second)
    store.annotate([run.id for run in runs], annotations.with_note("x"))
    assert unwritten(store) == [runs[1].id]
    assert [run_record.read(run.folder).annotations.note for run in runs] == ["x", "", "x"]


def test_a_run_whose_folder_is_gone_needs_no_record(store: RunStore, run: Run, home: Path) -> None:
    run.folder.rename(home / "elsewhere")
    store.rename(run.id, "Mine")
    store.record(finished(run.id))
    assert unwritten(store) == []
    assert not run.folder.exists()


def test_missing_records_are_written_until_one_fails(
    store: RunStore,
    spec: RunSpec,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs = [store.create(spec) for _ in range(2)]
    for name in (*(run.id for run in runs), "../x", ID):
        store._database.write("INSERT INTO unwritten VALUES (?)", name)
    store._database.write("UPDATE runs SET status = 'odd' WHERE id = ?", runs[0].id)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(run_record, "write", refuse)
        store._records.write_missing()
    assert "The disk is full." in caplog.text
    assert runs[1].id in unwritten(store)
    store._records.write_missing()
    # A damaged row, an id that is a path, and a run without a folder wait for nothing.
    assert unwritten(store) == []
    assert f"The stored run {runs[0].id} cannot be read" in caplog.text


def test_an_opening_writes_for_half_a_second(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record_writer.SECONDS_PER_OPENING == 0.5
    runs = [store.create(spec) for _ in range(3)]
    for run in runs:
        store._database.write("INSERT INTO unwritten VALUES (?)", run.id)
    clock = iter([10.0, 10.25, 10.5, 10.75])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    written: list[object] = []
    monkeypatch.setattr(store._records, "_write_missing", written.append)
    store._records.write_missing()
    assert len(written) == 1
    clock = iter([10.0, 10.25, 10.5, 11.0, 12.0])
    written.clear()
    store._records.write_missing(2.0)
    assert len(written) == 3


def test_epochs_of_a_record_are_adopted_once(
    store: RunStore, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    every = [epoch(run.id, number, accuracy=0.5) for number in (1, 2, 3)]
    run_record.add_progress(run.folder, every, 2814, {})
    adopt_epochs(store._database, run.folder)
    # The first one is known, and stays as it is.
    assert store.epochs(run.id) == (epoch(run.id), *every[1:])
    (run.folder / run_record.RECORD).write_bytes(b"{}")
    adopt_epochs(store._database, run.folder)
    assert "record.json is damaged" in caplog.text
    caplog.clear()
    (run.folder / run_record.RECORD).unlink()
    adopt_epochs(store._database, run.folder)
    assert caplog.text == ""
    assert len(store.epochs(run.id)) == 3


def test_an_inserted_record_replaces_what_is_there(store: RunStore, run: Run) -> None:
    experiment = store.experiments.add(STUDY)
    record = replace(
        from_database(store._database, run.folder), title="Mine", created=7.5,
        epochs=(epoch(run.id, 2),), belongs=Belongs(experiment.id, 2, "a"),
        annotations=Annotations(("cnn",)),
    )  # fmt: skip
    with store._database.writing() as connection:
        insert(connection, record)
    # Epochs of a running run are added.
    assert [each.epoch for each in store.epochs(run.id)] == [1, 2]
    found = store.run(run.id)
    assert (found.title, found.created, found.annotations.tags) == ("Mine", 7.5, ("cnn",))
    assert store.experiments.memberships()[run.id] == Membership(experiment.id, 2, "a")
    ended = replace(
        record, status="finished", terminal=finished(run.id),
        belongs=Belongs("20200101-000000-aaaa", 1, "b"), annotations=Annotations(),
    )  # fmt: skip
    with store._database.writing() as connection:
        insert(connection, ended)
    assert [each.epoch for each in store.epochs(run.id)] == [2]
    assert store.run(run.id).terminal == finished(run.id)
    # An unknown experiment does not end a membership, and the highest concurrency stays.
    assert store.experiments.memberships()[run.id] == Membership(experiment.id, 2, "b")
    assert store.run(run.id).annotations.tags == ("cnn",)


def test_of_two_epochs_of_a_number_the_first_is_taken() -> None:
    some = [epoch(ID, 3), epoch(ID, 1, accuracy=0.1)]
    more = [epoch(ID, 1, accuracy=0.2), epoch(ID, 2, accuracy=0.3)]
    assert joined(some, more) == (some[1], more[1], some[0])
    assert joined((), ()) == ()


def test_a_resumed_run_begins_without_steps_and_files(store: RunStore, run: Run) -> None:
    step_curve.append(run.folder, [1.0] * 7, [0.5] * 7)
    store.record(stopped(run.id))
    assert run_record.read(run.folder).files == (step_curve.STEPS,)
    store.release(run.id)
    store.reopen(run.id)
    record = run_record.read(run.folder)
    assert (record.status, record.steps, record.files, record.terminal) == (
        "running", None, (), stopped(run.id),
    )  # fmt: skip


def test_a_run_whose_record_cannot_be_written_is_not_resumed(
    store: RunStore, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(stopped(run.id))
    store.release(run.id)
    with monkeypatch.context() as patch:
        patch.setattr(run_record, "write", refuse)
        with pytest.raises(StoreError, match="The disk is full"):
            store.reopen(run.id)
    assert store.run(run.id).status == "stopped"
    store.reopen(run.id)
    assert store.run(run.id).status == "running"


def test_a_run_whose_first_record_cannot_be_written_is_not_made(
    store: RunStore, spec: RunSpec, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_record, "write", refuse)
    with pytest.raises(StoreError, match="The disk is full"):
        store.create(spec)
    assert store.runs() == ()
    assert list((home / "runs").iterdir()) == []


def test_a_running_run_has_no_end_in_the_database(store: RunStore, run: Run) -> None:
    record = from_database(store._database, run.folder)
    with store._database.writing() as connection:
        insert(connection, record)
    assert store._database.rows("SELECT status, terminal FROM runs") == [("running", None)]
