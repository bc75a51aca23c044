"""Experiments and their records: what is written, what comes back, and what is refused."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import MnistStudioError, StoreDamaged, StoreError, UnknownName
from mnist_studio.spec import codec, experiment_files
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import hashed_json, run_record
from mnist_studio.store.experiments import (
    ELSEWHERE,
    ExperimentRecord,
    Membership,
    experiment_of,
)
from mnist_studio.store.run_record import Belongs
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished
from tests.store.test_database import opened
from tests.store.test_experiments import STUDY

ID = "20260102-030405-abcd"


def refusal(raised: pytest.ExceptionInfo[MnistStudioError]) -> tuple[str, str]:
    return raised.value.problem, raised.value.remedy


def record_of(home: Path, experiment: str) -> ExperimentRecord:
    path = home / "experiments" / experiment / run_record.RECORD
    return hashed_json.read(path, ExperimentRecord)


def test_a_new_experiment_is_in_the_database_and_in_its_folder(store: RunStore, home: Path) -> None:
    before = time.time()
    made = store.experiments.add(replace(STUDY, title="  Größer?  "))
    assert before <= made.created <= time.time()
    assert made.title == "Größer?"
    wanted = ExperimentRecord(made.id, made.title, made.text, made.created)
    assert record_of(home, made.id) == wanted
    with opened(home / "studio.sqlite") as connection:
        (row,) = connection.execute("SELECT id, title, text, created FROM experiments").fetchall()
    assert row == (made.id, made.title, made.text, made.created)
    assert (home / "experiments" / made.id).stat().st_mode & 0o777 == 0o700


def test_experiments_come_newest_first(store: RunStore) -> None:
    made = [store.experiments.add(replace(STUDY, seeds=(seed,))) for seed in (1, 2, 3)]
    assert [one.id for one in store.experiments.all()] == [one.id for one in made[::-1]]


@pytest.mark.parametrize("beginning", ["", "x", "2²", "\ud800"])
def test_a_text_that_begins_no_id_is_refused(store: RunStore, beginning: str) -> None:
    store.experiments.add(STUDY)
    with pytest.raises(UnknownName) as raised:
        store.experiments.experiment(beginning)
    assert refusal(raised) == (
        f"No experiment begins with “{beginning}”.", "Check the list of experiments.",
    )  # fmt: skip


def test_a_beginning_of_several_ids_is_refused(store: RunStore) -> None:
    for seed in (1, 2):
        store.experiments.add(replace(STUDY, seeds=(seed,)))
    with pytest.raises(UnknownName) as raised:
        store.experiments.experiment("2")
    assert refusal(raised) == (
        "2 experiments begin with “2”.", "Check the list of experiments.",
    )  # fmt: skip


def test_a_running_experiment_is_neither_held_twice_nor_deleted(store: RunStore) -> None:
    made = store.experiments.add(STUDY)
    store.experiments.hold(made)
    for act in (lambda: store.experiments.hold(made), lambda: store.experiments.delete(made.id)):
        with pytest.raises(StoreError) as raised:
            act()
        assert refusal(raised) == (
            f"The experiment “{made.title}” is already running, here or in another process.",
            "Wait for it to finish, or stop it first.",
        )
    store.experiments.close()
    store.experiments.release("unknown")
    assert store.experiments.delete(made.id).experiment == made


def test_a_deleted_experiment_names_its_runs_and_its_record_is_gone(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    made = store.experiments.add(STUDY)
    other = store.experiments.add(replace(STUDY, seeds=(1,)))
    runs = [store.create(spec, Membership(each.id, 2)).id for each in (made, other, made)]
    for run in runs:
        store.record(finished(run))
    removed = store.experiments.delete(made.id[:20])
    assert removed.experiment == made
    assert sorted(removed.runs) == sorted([runs[0], runs[2]])
    assert not (home / "experiments" / made.id / run_record.RECORD).exists()
    assert run_record.read(home / "runs" / runs[0]).belongs == Belongs("", 2)
    # One that went to another experiment meanwhile stays there.
    store._database.write("UPDATE members SET experiment = ? WHERE run = ?", other.id, runs[0])
    store.experiments.restore(removed)
    store.experiments.restore(removed)
    assert record_of(home, made.id).created == made.created
    assert store.experiments.experiment(made.id) == made
    assert [one.run.id for one in store.experiments.members(made.id)] == [runs[2]]
    assert run_record.read(home / "runs" / runs[2]).belongs == Belongs(made.id, 2)


def test_members_come_oldest_first_without_those_in_the_trash(
    store: RunStore, spec: RunSpec
) -> None:
    made = store.experiments.add(STUDY)
    runs = [store.create(spec, Membership(made.id)).id for _ in range(3)]
    for run in runs:
        store.record(finished(run))
        store.release(run)
    assert [one.run.id for one in store.experiments.members(made.id)] == runs
    store.move_to_trash([runs[1]])
    assert [one.run.id for one in store.experiments.members(made.id)] == [runs[0], runs[2]]
    assert store.experiments.members("20200101-000000-aaaa") == ()


@pytest.mark.parametrize(
    ("membership", "comparable"),
    [
        (Membership("x"), True), (Membership("x", 1, "host"), False), (Membership("x", 2), False),
        (Membership("x", 2, "host"), False), (ELSEWHERE, False),
    ],
)  # fmt: skip
def test_timing_is_comparable_alone_on_this_computer(
    membership: Membership, comparable: bool
) -> None:
    assert membership.timing_comparable is comparable
    assert membership.belongs == Belongs(
        membership.experiment, membership.concurrency, membership.host
    )


def test_missing_records_are_written_at_an_opening_and_others_stay(home: Path) -> None:
    with RunStore(home) as store:
        made = [store.experiments.add(replace(STUDY, seeds=(seed,))) for seed in (1, 2, 3)]
    paths = [home / "experiments" / one.id / run_record.RECORD for one in made]
    paths[0].unlink()
    paths[1].write_bytes(b"{}")
    paths[2].unlink()
    with opened(home / "studio.sqlite") as connection:
        connection.execute("UPDATE experiments SET text = 'nonsense' WHERE id = ?", (made[2].id,))
        connection.execute("INSERT INTO experiments VALUES ('../x', 't', 'x', 1.0)")
    with RunStore(home) as store:
        assert {one.id for one in store.experiments.all()} == {one.id for one in made[:2]}
    assert record_of(home, made[0].id).text == made[0].text
    assert paths[1].read_bytes() == b"{}"
    assert not paths[2].exists()
    assert not (home / "x").exists()


def test_a_row_of_an_experiment_is_named_if_it_cannot_be_read() -> None:
    text = experiment_files.write(STUDY)
    assert experiment_of((ID, "a\x1b", text, 7.5)).title == "a�"
    with pytest.raises(StoreError) as raised:
        experiment_of((ID, "a", "format = 99", 7.5))
    assert not isinstance(raised.value, StoreDamaged)
    assert raised.value.problem.startswith(f"The stored experiment {ID} cannot be read: ")
    assert raised.value.remedy == codec.UPDATE
    for row in ((ID, "a", "nonsense", 7.5), (ID, "a", text, -1.0), ("x", "a", text, 7.5)):
        with pytest.raises(StoreDamaged) as damaged:
            experiment_of(row)
        shown = row[0] if row[0] == ID else "'x'"
        assert damaged.value.problem.startswith(f"The stored experiment {shown} cannot be read: ")
        assert damaged.value.remedy.endswith("mnist-studio store check --set-aside")
