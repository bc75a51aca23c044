import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.run import RunSpec
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
    store.studies.hold(store.studies.all()[0])
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_same_study_is_kept_once(store: RunStore, home: Path) -> None:
    kept = store.studies.keep(STUDY)
    assert store.studies.keep(STUDY) == kept
    other = store.studies.keep(replace(STUDY, seeds=(1,)))
    with RunStore(home) as again:
        assert again.studies.keep(STUDY) == kept
        assert set(again.studies.all()) == {kept, other}
        assert again.studies.study(kept.id) == kept
        assert kept.spec == STUDY


def test_a_study_that_cannot_work_is_not_kept(store: RunStore) -> None:
    with pytest.raises(SpecError, match="no recipe called"):
        store.studies.keep(replace(STUDY, grid=Grid(("tiny-11",))))
    assert store.studies.all() == ()


@pytest.mark.parametrize("beginning", ["", "nothing", "größer"])
def test_an_unknown_study_is_told(store: RunStore, beginning: str) -> None:
    store.studies.keep(STUDY)
    with pytest.raises(UnknownName):
        store.studies.study(beginning)


def test_the_beginning_of_an_id_is_enough_if_only_one_has_it(store: RunStore) -> None:
    first = store.studies.keep(STUDY)
    assert store.studies.study(first.id[:4]) == first
    store.studies.keep(replace(STUDY, seeds=(1,)))
    with pytest.raises(UnknownName, match="2 studies begin"):
        store.studies.study(first.id[:4])


def test_runs_are_members_with_the_honesty_of_their_clocks(store: RunStore, spec: RunSpec) -> None:
    study = store.studies.keep(STUDY)
    alone = store.create(spec, Membership(study.id))
    abreast = store.create(spec, Membership(study.id, 3))
    elsewhere = store.create(spec, Membership(study.id, 1, "host"))
    outside = store.create(spec)
    members = store.studies.members(study.id)
    assert {one.run.id: one.membership.honest for one in members} == {
        alone.id: True, abreast.id: False, elsewhere.id: False,
    }  # fmt: skip
    assert outside.id not in store.studies.memberships()


def test_a_run_that_once_had_company_stays_so(store: RunStore, spec: RunSpec) -> None:
    study = store.studies.keep(STUDY)
    run = store.create(spec, Membership(study.id, 2)).id
    store.studies.joins(run, Membership(study.id, 1))
    assert store.studies.memberships()[run] == Membership(study.id, 2)
    store.studies.joins(run, Membership(study.id, 1, "host"))
    assert store.studies.memberships()[run] == Membership(study.id, 2, "host")


def test_a_run_that_cannot_be_a_member_is_not_made(store: RunStore, spec: RunSpec) -> None:
    with pytest.raises(StoreError):
        store.create(spec, Membership("no such study"))
    assert store.runs() == ()


def test_deleting_a_run_ends_its_membership_and_deleting_a_study_keeps_its_runs(
    store: RunStore, spec: RunSpec
) -> None:
    study = store.studies.keep(STUDY)
    runs = [store.create(spec, Membership(study.id, 2)).id for _ in range(2)]
    for run in runs:
        store.record(finished(run))
        store.release(run)
    store.delete(runs[0])
    assert [one.run.id for one in store.studies.members(study.id)] == [runs[1]]

    store.studies.delete(study.id)
    assert store.studies.all() == ()
    assert [run.id for run in store.runs()] == [runs[1]]
    assert store.studies.memberships() == {runs[1]: Membership("", 2)}


def test_only_one_may_hold_a_study(store: RunStore, home: Path) -> None:
    study = store.studies.keep(STUDY)
    store.studies.hold(study)
    with RunStore(home) as other:
        for holder in (store, other):
            with pytest.raises(StoreError, match="being run already"):
                holder.studies.hold(study)
        with pytest.raises(StoreError, match="being run already"):
            other.studies.delete(study.id)
        store.studies.release(study.id)
        other.studies.hold(study)
    store.studies.hold(study)


def test_a_killed_process_lets_its_study_go(store: RunStore, home: Path) -> None:
    study = store.studies.keep(STUDY)
    holder = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, str(home)], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert holder.stdout
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="being run already"):
            store.studies.hold(study)
    finally:
        holder.kill()
        holder.communicate()
    store.studies.hold(study)


def test_a_study_that_cannot_be_read_is_logged_and_left_out(
    store: RunStore, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept, broken = store.studies.keep(STUDY), store.studies.keep(replace(STUDY, seeds=(1,)))
    with opened(home / "studio.sqlite") as connection:
        connection.execute("UPDATE studies SET text = 'format = 99' WHERE id = ?", (broken.id,))
    with caplog.at_level(logging.WARNING):
        assert store.studies.all() == (kept,)
    assert broken.id in caplog.text


def test_the_example_of_version_2_opens_for_ever(home: Path) -> None:
    home.mkdir()
    with opened(home / "studio.sqlite") as connection:
        connection.executescript(VERSION_2.read_text("utf-8"))

    with RunStore(home) as store:
        (study,) = store.studies.all()
        assert (study.title, study.spec) == ("Größer?", replace(STUDY, seeds=()))
        members = store.studies.members(study.id)
        assert [one.run.status for one in members] == ["finished", "running"]
        assert [one.membership for one in members] == [
            Membership(study.id, 2),
            Membership(study.id, 1, "elsewhere"),
        ]
