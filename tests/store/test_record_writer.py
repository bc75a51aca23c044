"""The folder of a run always says what the database says, and more after a crash."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import StoreError
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import hashed_json, run_record, step_curve
from mnist_studio.store.experiments import ExperimentRecord, Membership
from mnist_studio.store.record_writer import RecordWriter
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Belongs
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished, stopped

EXPERIMENT = ExperimentSpec(
    title="Which?", grid=Grid(("tiny-10",), ("numpy", "keras")), seeds=(1,), datasets=("builtin",)
)


def test_a_record_follows_the_life_of_a_run(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    record = run_record.read(run.folder)
    assert (record.run, record.title, record.status) == (run.id, run.title, "running")
    assert (record.run_spec(), record.created) == (spec, run.created)

    store.rename(run.id, "mine")
    assert run_record.read(run.folder).title == "mine"

    step_curve.append(run.folder, [1.0] * 7, [0.5] * 7)
    store.record(epoch(run.id))
    store.record(stopped(run.id))
    ended = run_record.read(run.folder)
    assert (ended.status, ended.terminal, ended.epochs) == (
        "stopped", stopped(run.id), (epoch(run.id),),
    )  # fmt: skip
    assert ended.steps is not None
    assert ended.steps.count == 7

    store.release(run.id)
    store.reopen(run.id)
    again = run_record.read(run.folder)
    assert (again.status, again.terminal, again.steps) == ("running", stopped(run.id), None)


def test_a_record_names_the_experiment_and_its_conditions(store: RunStore, spec: RunSpec) -> None:
    experiment = store.experiments.add(EXPERIMENT)
    run = store.create(spec, Membership(experiment.id, 2, "worker"))
    assert run_record.read(run.folder).belongs == Belongs(experiment.id, 2, "worker")
    store.experiments.set_membership(run.id, Membership(experiment.id, 3, "other"))
    assert run_record.read(run.folder).belongs == Belongs(experiment.id, 3, "other")


def test_an_experiment_has_a_record_until_it_is_deleted(store: RunStore, home: Path) -> None:
    experiment = store.experiments.add(EXPERIMENT)
    path = home / "experiments" / experiment.id / run_record.RECORD
    record = hashed_json.read(path, ExperimentRecord)
    assert (record.id, record.title, record.text) == (experiment.id, "Which?", experiment.text)
    store.experiments.delete(experiment.id)
    assert not path.exists()


def test_what_the_child_wrote_survives_what_the_supervisor_writes(
    store: RunStore, spec: RunSpec
) -> None:
    run = store.create(spec)
    run_record.add_progress(run.folder, [epoch(run.id)], 938, {"train": 1.5}, "cpu")
    store.rename(run.id, "mine")
    record = run_record.read(run.folder)
    assert (record.epochs, record.step, record.device) == ((epoch(run.id),), 938, "cpu")


def test_epochs_that_a_dead_supervisor_had_not_stored_come_back(home: Path, spec: RunSpec) -> None:
    with RunStore(home) as store:
        run = store.create(spec)
        for number in (1, 2, 3):
            store.record(epoch(run.id, number))
        every = [epoch(run.id, number) for number in range(1, 13)]
        run_record.add_progress(run.folder, every, 12 * 938, {"train": 18.0})
    with RunStore(home) as store:
        assert store.recover() == (run.id,)
        assert list(store.epochs(run.id)) == every
        assert run_record.read(run.folder).status == "crashed"


def old_store(home: Path, spec: RunSpec, count: int = 1) -> list[Run]:
    """A store of a version without records."""
    with RunStore(home) as store:
        runs = [store.create(spec) for _ in range(count)]
        for run in runs:
            store.record(epoch(run.id))
            store.record(finished(run.id))
        experiment = store.experiments.add(EXPERIMENT)
    for run in runs:
        (run.folder / run_record.RECORD).unlink()
    (home / "experiments" / experiment.id / run_record.RECORD).unlink()
    with closing(sqlite3.connect(home / "studio.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TABLE unwritten")
        connection.execute("DROP TABLE annotations")
        connection.execute("PRAGMA user_version = 4")
    return runs


def test_runs_of_earlier_versions_get_their_records_at_an_opening(
    home: Path, spec: RunSpec
) -> None:
    (run,) = old_store(home, spec)
    with RunStore(home):
        pass
    record = run_record.read(run.folder)
    assert (record.terminal, record.epochs) == (finished(run.id), (epoch(run.id),))
    # The example has no file of steps, which contradicts its end.
    assert record.steps is None
    assert list((home / "experiments").glob("*/record.json"))


def test_a_large_old_store_gets_its_records_bit_by_bit(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = old_store(home, spec, 3)
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: 0.3 * next(clock))
    written = []
    for _ in range(3):
        with RunStore(home):
            written.append(sum(run_record.exists(run.folder) for run in runs))
    assert written == [1, 2, 3]


def test_a_record_that_cannot_be_written_is_written_later(
    home: Path, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The disk is full.")

    with RunStore(home) as store:
        run = store.create(spec)
        with monkeypatch.context() as broken:
            broken.setattr(run_record, "write", refuse)
            store.record(finished(run.id))
        assert run_record.read(run.folder).status == "running"
        assert store.run(run.id).status == "finished"
    with RunStore(home):
        assert run_record.read(run.folder).status == "finished"


def test_steps_that_were_cut_or_changed_after_the_end_are_refused(
    store: RunStore, spec: RunSpec
) -> None:
    run = store.create(spec)
    step_curve.append(run.folder, range(7), [0.5] * 7)
    store.record(stopped(run.id))
    path = run.folder / step_curve.STEPS
    content = path.read_bytes()
    assert len(step_curve.load(run.folder).losses) == 7
    flipped = bytearray(content)
    flipped[9] ^= 1
    for wrong in (b"", content[:-8], content[:3], bytes(flipped), content + content[:8]):
        path.write_bytes(wrong)
        with pytest.raises(StoreError, match=r"steps\.f32 is damaged"):
            step_curve.load(run.folder)
    path.unlink()
    with pytest.raises(StoreError, match=r"steps\.f32 is damaged"):
        step_curve.load(run.folder)


def test_a_damaged_record_is_replaced_from_the_database(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    store.record(epoch(run.id))
    (run.folder / run_record.RECORD).write_bytes(b"")
    store.record(finished(run.id))
    record = run_record.read(run.folder)
    assert replace(record, steps=None).epochs == (epoch(run.id),)


def test_a_change_that_is_stored_is_no_failure(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """The disk is full between the change and the note that its record is written."""
    run = store.create(spec)
    store.record(stopped(run.id))
    former = RecordWriter._written

    def written(writer: RecordWriter, run_id: str) -> bool:
        done = former(writer, run_id)
        writer._database.connection.execute("PRAGMA query_only = 1")
        return done

    monkeypatch.setattr(RecordWriter, "_written", written)
    store.rename(run.id, "mine")
    store.close()
    with RunStore(home) as again:
        assert again.run(run.id).title == "mine"
    assert run_record.read(run.folder).title == "mine"
    with closing(sqlite3.connect(home / "studio.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM unwritten").fetchone() == (0,)
