import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.check import check
from mnist_studio.store.experiments import Membership
from mnist_studio.store.runs import RunStore
from tests.store.example_events import finished
from tests.store.test_database import opened

VERSION_2 = Path(__file__).parent / "version_2.sql"
ROOT = Path(__file__).parents[2]

STUDY = ExperimentSpec(title="Größer?", grid=Grid(("tiny-10",), ("keras", "numpy")), seeds=(1, 2))

HOLDER = """
import sys
from pathlib import Path
from mnist_studio.store.runs import RunStore
with RunStore(Path(sys.argv[1])) as store:
    store.experiments.hold(store.experiments.all()[0])
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_same_experiment_is_stored_once(store: RunStore, home: Path) -> None:
    kept = store.experiments.add(STUDY)
    assert store.experiments.add(STUDY) == kept
    other = store.experiments.add(replace(STUDY, seeds=(1,)))
    with RunStore(home) as again:
        assert again.experiments.add(STUDY) == kept
        assert set(again.experiments.all()) == {kept, other}
        assert again.experiments.experiment(kept.id) == kept
        assert kept.spec == STUDY
        assert experiment_files.read(kept.text) == STUDY


def test_an_invalid_experiment_is_not_stored(store: RunStore) -> None:
    with pytest.raises(SpecError, match="no recipe called"):
        store.experiments.add(replace(STUDY, grid=Grid(("tiny-11",))))
    assert store.experiments.all() == ()


@pytest.mark.parametrize("beginning", ["", "nothing", "größer"])
def test_an_unknown_experiment_is_reported(store: RunStore, beginning: str) -> None:
    store.experiments.add(STUDY)
    with pytest.raises(UnknownName):
        store.experiments.experiment(beginning)


def test_the_beginning_of_an_id_is_enough_if_only_one_has_it(store: RunStore) -> None:
    first = store.experiments.add(STUDY)
    assert store.experiments.experiment(first.id[:4]) == first
    store.experiments.add(replace(STUDY, seeds=(1,)))
    with pytest.raises(UnknownName, match="2 experiments begin"):
        store.experiments.experiment(first.id[:4])


def test_runs_are_members_with_the_honesty_of_their_clocks(store: RunStore, spec: RunSpec) -> None:
    experiment = store.experiments.add(STUDY)
    alone = store.create(spec, Membership(experiment.id))
    concurrency = store.create(spec, Membership(experiment.id, 3))
    elsewhere = store.create(spec, Membership(experiment.id, 1, "host"))
    outside = store.create(spec)
    members = store.experiments.members(experiment.id)
    assert {one.run.id: one.membership.timing_comparable for one in members} == {
        alone.id: True, concurrency.id: False, elsewhere.id: False,
    }  # fmt: skip
    assert outside.id not in store.experiments.memberships()


def test_a_run_that_once_had_company_stays_so(store: RunStore, spec: RunSpec) -> None:
    experiment = store.experiments.add(STUDY)
    run = store.create(spec, Membership(experiment.id, 2)).id
    store.experiments.set_membership(run, Membership(experiment.id, 1))
    assert store.experiments.memberships()[run] == Membership(experiment.id, 2)
    store.experiments.set_membership(run, Membership(experiment.id, 1, "host"))
    assert store.experiments.memberships()[run] == Membership(experiment.id, 2, "host")


def test_a_run_that_cannot_be_a_member_is_not_made(store: RunStore, spec: RunSpec) -> None:
    with pytest.raises(StoreError):
        store.create(spec, Membership("no such experiment"))
    assert store.runs() == ()


def test_deleting_a_run_ends_its_membership_and_deleting_an_experiment_keeps_its_runs(
    store: RunStore, spec: RunSpec
) -> None:
    experiment = store.experiments.add(STUDY)
    runs = [store.create(spec, Membership(experiment.id, 2)).id for _ in range(2)]
    for run in runs:
        store.record(finished(run))
        store.release(run)
    store.delete(runs[0])
    assert [one.run.id for one in store.experiments.members(experiment.id)] == [runs[1]]

    store.experiments.delete(experiment.id)
    assert store.experiments.all() == ()
    assert [run.id for run in store.runs()] == [runs[1]]
    assert store.experiments.memberships() == {runs[1]: Membership("", 2)}


def test_a_deleted_experiment_comes_back_with_its_runs(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    experiment = store.experiments.add(STUDY)
    runs = [store.create(spec, Membership(experiment.id, 2)).id for _ in range(2)]
    for run in runs:
        store.record(finished(run))
        store.release(run)
    removed = store.experiments.delete(experiment.id)
    assert not [p for p in check(home).problems if "differ" in p.what]
    store.experiments.restore(removed)
    assert store.experiments.all() == (experiment,)
    members = store.experiments.members(experiment.id)
    assert [one.run.id for one in members] == runs
    assert {one.membership for one in members} == {Membership(experiment.id, 2)}
    assert not [p for p in check(home).problems if "differ" in p.what]


def test_only_one_may_hold_an_experiment(store: RunStore, home: Path) -> None:
    experiment = store.experiments.add(STUDY)
    store.experiments.hold(experiment)
    with RunStore(home) as other:
        for holder in (store, other):
            with pytest.raises(StoreError, match="already running"):
                holder.experiments.hold(experiment)
        with pytest.raises(StoreError, match="already running"):
            other.experiments.delete(experiment.id)
        store.experiments.release(experiment.id)
        other.experiments.hold(experiment)
    store.experiments.hold(experiment)


def test_a_killed_process_lets_its_experiment_go(store: RunStore, home: Path) -> None:
    experiment = store.experiments.add(STUDY)
    holder = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, str(home)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert holder.stdout
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="already running"):
            store.experiments.hold(experiment)
    finally:
        holder.kill()
        holder.communicate()
    store.experiments.hold(experiment)


def test_an_experiment_that_cannot_be_read_is_logged_and_left_out(
    store: RunStore, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept, broken = store.experiments.add(STUDY), store.experiments.add(replace(STUDY, seeds=(1,)))
    with opened(home / "studio.sqlite") as connection:
        connection.execute("UPDATE experiments SET text = 'format = 99' WHERE id = ?", (broken.id,))
    with caplog.at_level(logging.WARNING):
        assert store.experiments.all() == (kept,)
    assert broken.id in caplog.text


def test_the_example_of_version_2_opens_for_ever(home: Path) -> None:
    home.mkdir()
    with opened(home / "studio.sqlite") as connection:
        connection.executescript(VERSION_2.read_text("utf-8"))

    with RunStore(home) as store:
        (experiment,) = store.experiments.all()
        assert (experiment.title, experiment.spec) == ("Größer?", replace(STUDY, seeds=()))
        members = store.experiments.members(experiment.id)
        assert [one.run.status for one in members] == ["finished", "running"]
        assert [one.membership for one in members] == [
            Membership(experiment.id, 2),
            Membership(experiment.id, 1, "elsewhere"),
        ]
