"""Rows as values: what each must be, and the sentence that names what it is not."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.errors import StoreDamaged, StoreError
from mnist_studio.events import Cancelled, Failed
from mnist_studio.spec import codec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.upgrades import RUN_VERSION
from mnist_studio.store import rows
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.rows import Row
from mnist_studio.store.run_record import NO_ANNOTATIONS, Annotations
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, failed, finished, stopped

RUN = "20260102-030405-abcd"
SET_ASIDE = "To set it aside, run: mnist-studio store check --set-aside"


@pytest.fixture
def row(spec: RunSpec) -> Row:
    terminal = events.encode(finished(RUN)).decode()
    return (RUN, "Mine\x1b", codec.encode(spec), "finished", 7.5, terminal)


def damage(read: Callable[[], object]) -> str:
    with pytest.raises(StoreDamaged) as raised:
        read()
    assert raised.value.remedy == SET_ASIDE
    return raised.value.problem


def test_a_row_is_a_run(row: Row, spec: RunSpec, tmp_path: Path) -> None:
    run = rows.run_of(row, tmp_path)
    assert (run.id, run.title, run.spec, run.status) == (RUN, "Mine�", spec, "finished")
    assert (run.created, run.folder, run.terminal) == (7.5, tmp_path / RUN, finished(RUN))
    assert (run.checkpoint, run.annotations) == (False, NO_ANNOTATIONS)
    (tmp_path / RUN).mkdir()
    (tmp_path / RUN / CHECKPOINT).touch()
    noted = Annotations(note="x")
    run = rows.run_of(row, tmp_path, noted)
    assert (run.checkpoint, run.annotations) == (True, noted)


def test_a_resumed_run_has_no_end_yet(row: Row, tmp_path: Path) -> None:
    assert rows.run_of((*row[:3], "running", *row[4:]), tmp_path).terminal is None


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (0, "../x", "The stored run '../x' cannot be read: Expected `str` matching regex"),
        (0, 7, "The stored run 7 cannot be read: Expected `str`, got `int`"),
        (1, b"x", f"The stored run {RUN} cannot be read: Expected `str`, got `bytes`"),
        (2, "nonsense", f"The stored run {RUN} cannot be read: "),
        (3, "odd", f"The stored run {RUN} cannot be read: Invalid enum value 'odd'"),
        (4, -1.0, f"The stored run {RUN} cannot be read: Expected `float` >= 0"),
        (5, None, f"The stored run {RUN} cannot be read: it has no outcome “finished”."),
        (5, "", f"The stored run {RUN} cannot be read: it has no outcome “finished”."),
        (5, "{", f"The stored run {RUN} cannot be read: Input data was truncated."),
        (5, events.encode(stopped(RUN)).decode(), f"The stored run {RUN} cannot be read: it has"),
    ],
)
def test_a_damaged_row_of_a_run_is_named(
    row: Row, tmp_path: Path, place: int, value: object, problem: str
) -> None:
    wrong = (*row[:place], value, *row[place + 1 :])
    assert damage(lambda: rows.run_of(wrong, tmp_path)).startswith(problem)


def test_a_row_of_a_newer_version_asks_for_an_update(row: Row, tmp_path: Path) -> None:
    text = row[2].replace(f'"version":{RUN_VERSION}', '"version":99')
    with pytest.raises(StoreError) as raised:
        rows.run_of((*row[:2], text, *row[3:]), tmp_path)
    assert not isinstance(raised.value, StoreDamaged)
    assert raised.value.problem.startswith(f"The stored run {RUN} cannot be read: ")
    assert raised.value.remedy == codec.UPDATE


def test_a_long_or_strange_name_is_cut(row: Row) -> None:
    shown = rows.unreadable("stored run", "x" * 100, "it is odd.").problem
    assert shown == f"The stored run '{'x' * 59} cannot be read: it is odd."
    assert damage(lambda: rows.typed((), rows.EpochRow, "epoch")).startswith("The epoch '' cannot")


def test_an_epoch_must_be_what_its_row_says() -> None:
    text = events.encode(epoch(RUN, 2)).decode()
    assert rows.epoch_of((RUN, 2, text)) == epoch(RUN, 2)
    what = f"The epoch of the stored run {RUN} cannot be read: "
    assert damage(lambda: rows.epoch_of((RUN, 3, text))) == f"{what}epoch 3 is called 2."
    assert damage(lambda: rows.epoch_of((RUN, 2, "{"))) == f"{what}Input data was truncated."
    assert damage(lambda: rows.epoch_of((RUN, 0, text))).startswith(f"{what}Expected `int` >= 1")


@pytest.mark.parametrize("concurrency", [1, 10_000])
def test_a_membership_has_limits(concurrency: int) -> None:
    member = rows.member_of((RUN, None, concurrency, "host"))
    assert (member.run, member.experiment, member.concurrency, member.host) == (
        RUN, None, concurrency, "host",
    )  # fmt: skip
    what = f"The membership of the stored run {RUN} cannot be read: "
    for wrong in (0, 10_001, "2"):
        assert damage(partial(rows.member_of, (RUN, None, wrong, ""))).startswith(what)


def test_annotations_are_those_of_the_row() -> None:
    row = (RUN, "a b", "one\x1b\ntwo", 1, 7.5)
    noted = Annotations(("a", "b"), "one�\ntwo", archived=True, trashed=7.5)
    assert rows.annotations_of(row) == (RUN, noted)
    assert rows.annotations_of((RUN, "", "", 0, None)) == (RUN, NO_ANNOTATIONS)
    assert rows.annotations_row(RUN, replace(noted, note="x")) == (RUN, "a b", "x", 1, 7.5)
    assert rows.annotations_row(RUN, NO_ANNOTATIONS) == (RUN, "", "", 0, None)
    what = f"The annotations of the stored run {RUN} cannot be read: "
    for wrong in (
        (RUN, "x" * 41, "", 0, None), (RUN, "", "x" * 10_001, 0, None), (RUN, "", "", 2, None),
        (RUN, " ".join(map(str, range(51))), "", 0, None), (RUN, "", "", 0, -1.0),
    ):  # fmt: skip
        assert damage(partial(rows.annotations_of, wrong)).startswith(what)
    longest = (RUN, " ".join(f"{n:040}" for n in range(50)), "x" * 10_000, 0, 0.0)
    assert len(rows.annotations_of(longest)[1].tags) == 50


def test_a_run_knows_how_it_ended(row: Row, tmp_path: Path) -> None:
    run = rows.run_of(row, tmp_path)
    assert run.trained
    assert run.ended == run.finished == run.tested == finished(RUN)
    assert not run.bundled
    end = events.encode(stopped(RUN)).decode()
    run = rows.run_of((*row[:3], "stopped", 7.5, end), tmp_path)
    assert run.trained
    assert (run.ended, run.finished, run.tested) == (stopped(RUN), None, None)
    end = events.encode(failed(RUN)).decode()
    run = rows.run_of((*row[:3], "failed", 7.5, end), tmp_path)
    assert not run.trained
    assert (run.ended, run.finished, run.tested) == (None, None, None)


def cancelled(run: str) -> Cancelled:
    return Cancelled(run=run, framework="keras", reason="no time")


@pytest.mark.parametrize("end", [failed, cancelled])
def test_a_resumed_run_without_new_weights_gets_its_former_end_and_its_former_epochs(
    store: RunStore, spec: RunSpec, end: Callable[[str], Failed | Cancelled]
) -> None:
    run = store.create(spec).id
    former = replace(stopped(run), step=938)
    for number in (1, 2, 3):
        store.record(epoch(run, number))
    store.record(former)
    store.release(run)
    store.reopen(run)
    store.record(end(run))
    assert store.run(run).terminal == former
    # Exactly those up to the step of that end; an epoch has 938 steps.
    assert [each.epoch for each in store.epochs(run)] == [1]


def test_a_resumed_run_with_new_weights_gets_its_new_end(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.record(epoch(run))
    store.record(stopped(run))
    store.release(run)
    store.reopen(run)
    store.record(epoch(run, 2))
    store.record(finished(run))
    assert store.run(run).terminal == finished(run)
    assert len(store.epochs(run)) == 2


def test_a_resumed_run_whose_former_end_is_damaged_gets_its_new_end(
    store: RunStore, spec: RunSpec
) -> None:
    for wrong in ("{", b"\xff", 7):
        run = store.create(spec).id
        store.record(stopped(run))
        store.release(run)
        store.reopen(run)
        store._database.write("UPDATE runs SET terminal = ? WHERE id = ?", wrong, run)
        store.record(failed(run))
        assert store.run(run).terminal == failed(run)


def test_an_end_is_stored_once(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    assert rows.end(store._database, run, finished(run))
    assert not rows.end(store._database, run, failed(run))
    assert not rows.end(store._database, "20200101-000000-aaaa", failed(run))
    assert store.run(run).terminal == finished(run)


def test_a_crash_has_its_reason(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    assert rows.crash(store._database, run)
    assert not rows.crash(store._database, run)
    found = store.run(run.id)
    assert (found.status, events.reason_of(found.terminal)) == (
        "crashed", "MNIST Studio ended while this run was training.",
    )  # fmt: skip
    assert found.terminal is not None
    assert (found.terminal.run, found.terminal.framework) == (run.id, spec.framework)
