"""Who holds the lock of a run supervises it; what nobody holds is recovered or goes on."""

import shutil
import threading
from pathlib import Path

import msgspec
import pytest

from mnist_studio.errors import StoreError
from mnist_studio.events import Cancelled, Crashed
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import locks
from mnist_studio.store.artifacts import CHECKPOINT
from mnist_studio.store.runs import RunStore
from tests.store.example_events import epoch, finished, stopped


def test_recovery_leaves_what_is_held_here_or_elsewhere(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = store.create(spec).id
    with RunStore(home) as other:
        theirs = other.create(spec).id
        assert store.recover() == other.recover() == ()
    assert store.recover() == (theirs,)
    assert store.run(run).status == "running"
    assert store.run(theirs).status == "crashed"
    assert isinstance(store.run(theirs).terminal, Crashed)
    assert store.recover() == ()


def test_recovery_does_not_keep_the_lock(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.release(run)
    assert store.recover() == (run,)
    store.delete(run)


def test_a_running_run_without_a_folder_is_crashed(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec)
    store.release(run.id)
    shutil.rmtree(run.folder)
    assert store.recover() == (run.id,)


def test_a_run_that_ended_goes_on_after_reopening(
    store: RunStore, spec: RunSpec, home: Path
) -> None:
    run = store.create(spec).id
    store.record(epoch(run, 1))
    store.record(stopped(run))
    store.release(run)

    again = store.reopen(run)

    assert again == store.run(run)
    assert (again.status, again.terminal) == ("running", None)
    assert store.epochs(run) == (epoch(run, 1),)
    with RunStore(home) as other, pytest.raises(StoreError, match="still running"):
        other.reopen(run)
    store.record(finished(run))
    assert store.run(run).trained


def test_releasing_twice_or_in_vain_does_nothing(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec).id
    store.release(run)
    store.release(run)
    store.release("20200101-000000-aaaa")
    assert store.recover() == (run,)


def test_closing_lets_all_locks_go_and_may_be_repeated(home: Path, spec: RunSpec) -> None:
    store = RunStore(home)
    run = store.create(spec).id
    store.close()
    store.close()
    with RunStore(home) as other:
        other.delete(run)
        assert other.runs() == ()


@pytest.mark.parametrize("died", [False, True])
def test_a_reopened_run_without_new_weights_is_as_it_was_before(
    store: RunStore, spec: RunSpec, home: Path, died: bool
) -> None:
    run = store.create(spec).id
    store.record(epoch(run, 1))
    store.record(msgspec.structs.replace(stopped(run), step=938))
    store.release(run)
    former = store.run(run)
    store.reopen(run)
    store.record(epoch(run, 40_000))
    if died:
        store.release(run)
        with RunStore(home) as other:
            assert other.recover() == (run,)
    else:
        store.record(Cancelled(run=run, framework="keras", reason="no time"))

    assert store.run(run) == former
    assert store.epochs(run) == (epoch(run, 1),)


def test_a_run_can_go_on_if_it_ended_early_with_a_checkpoint(
    store: RunStore, spec: RunSpec
) -> None:
    run = store.create(spec)
    store.record(stopped(run.id))
    assert not store.run(run.id).resumable
    (run.folder / CHECKPOINT).touch()
    assert store.run(run.id).resumable


def test_only_one_child_writes_into_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    inner = locks.only_child(tmp_path)
    with (
        locks.only_child(tmp_path),
        pytest.raises(StoreError, match="earlier process is still training"),
        inner,
    ):
        pass
    with locks.only_child(tmp_path):
        pass


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    held = locks.Locks()
    assert tmp_path.name not in held
    held.hold(tmp_path)
    assert tmp_path.name in held
    assert not held.try_hold(tmp_path)
    assert locks.take(tmp_path) is None
    assert not locks.is_free(tmp_path)
    with pytest.raises(StoreError) as raised:
        locks.Locks().hold(tmp_path)
    assert (raised.value.problem, raised.value.remedy) == (
        f"The run {tmp_path.name} is still running.", "Stop it first.",
    )  # fmt: skip
    held.release(tmp_path.name)
    assert tmp_path.name not in held
    assert locks.is_free(tmp_path)
    assert locks.is_free(tmp_path)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_all_locks_are_released_by_any_thread(tmp_path: Path) -> None:
    held = locks.Locks()
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
        assert held.try_hold(folder)
    thread = threading.Thread(target=held.release_all)
    thread.start()
    thread.join()
    assert all(map(locks.is_free, folders))
    held.release_all()


def test_who_waits_gets_the_lock_or_the_error(tmp_path: Path) -> None:
    assert locks.PATIENCE_SECONDS == 10.0
    busy = StoreError("It is in use.", "Wait.")
    with locks.waiting(tmp_path / "a.lock", 0, busy):
        assert (tmp_path / "a.lock").stat().st_mode & 0o777 == 0o600
        inner = locks.waiting(tmp_path / "a.lock", 0, busy)
        with pytest.raises(StoreError) as raised, inner:
            pass
        assert raised.value is busy
    with pytest.raises(ValueError, match="mine"), locks.waiting(tmp_path / "a.lock", 0, busy):
        raise ValueError("mine")
    with locks.waiting(tmp_path / "a.lock", 0, busy):
        pass


def test_a_second_child_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    inner = locks.only_child(tmp_path)
    with locks.only_child(tmp_path), pytest.raises(StoreError) as raised, inner:
        pass
    assert (tmp_path / "child.lock").exists()
    assert (raised.value.problem, raised.value.remedy) == (
        f"An earlier process is still training the run {tmp_path.name}.",
        "Try again in a moment, or end that process.",
    )
    # The lock of the supervisor is another one.
    with locks.only_child(tmp_path):
        assert locks.is_free(tmp_path)


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "file" / "gone"
    (tmp_path / "file").touch()
    for act in (locks.take, locks.is_free, locks.Locks().hold):
        with pytest.raises(StoreError, match="could not be written"):
            act(gone)
