"""The thread that owns the store: it outlives every error and never tells old epochs."""

import sqlite3
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mnist_studio import events
from mnist_studio.errors import StoreError
from mnist_studio.gui.services import memory, store_thread
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run

(SPEC,) = run_specs(recipe_form("tiny-10", ("numpy",), "builtin"))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunLibrary]:
    monkeypatch.setattr(store_thread, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(store_thread, "REOPEN_SECONDS", 0.05)
    monkeypatch.setattr(store_thread, "RECOVER_SECONDS", 0.1)
    made = RunLibrary()
    yield made
    made.close()
    made.deleteLater()


def failing(method: str, error: Exception, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a method of the store fail the first times it is called."""
    real, left = getattr(RunStore, method), [times]

    def broken(self: RunStore, *arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error
        return real(self, *arguments)

    monkeypatch.setattr(RunStore, method, broken)


@pytest.mark.parametrize("method", ["__init__", "recover", "version", "runs"])
def test_it_outlives_a_store_that_breaks_at_the_start(
    qtbot: QtBot, library: RunLibrary, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    told: list[Exception] = []
    library.failed.connect(told.append)
    failing(method, StoreError("The disk is busy."), 3, monkeypatch)
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.open()
    assert [str(error) for error in told] == ["The disk is busy."]


def test_free_memory_is_returned_after_a_training_and_not_at_the_start(
    qtbot: QtBot, library: RunLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers: list[int] = []
    monkeypatch.setattr(memory.Returns, "offer", lambda self: offers.append(1))
    with RunStore() as store:
        runs = [made_run(store, SPEC) for _ in range(2)]
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.open()
    library.rename(runs[0].id, "Another")
    qtbot.waitUntil(lambda: any(row.title == "Another" for row in library.rows))
    assert offers == []
    with RunStore() as store:
        made_run(store, SPEC)
    qtbot.waitUntil(lambda: len([row for row in library.rows if not row.run.bundled]) == 3)
    qtbot.waitUntil(lambda: offers == [1])


@pytest.mark.parametrize("method", ["version", "runs"])
def test_it_outlives_a_store_that_breaks_later(
    qtbot: QtBot, library: RunLibrary, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.open()
    failing(method, sqlite3.OperationalError("disk I/O error"), 2, monkeypatch)
    with qtbot.waitSignal(library.failed, timeout=30_000) as failed:
        library.refresh()
    assert failed.args is not None
    assert "disk I/O error" in str(failed.args[0])
    with RunStore() as store:
        run = store.create(SPEC).id
    qtbot.waitUntil(lambda: bool(library.rows), timeout=30_000)
    assert [row.id for row in library.rows] == [run]


def test_an_end_is_heard_while_the_store_cannot_be_opened(
    qtbot: QtBot, library: RunLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_thread, "REOPEN_SECONDS", 60.0)
    failing("__init__", StoreError("Too new."), 99, monkeypatch)
    with qtbot.waitSignal(library.failed, timeout=30_000):
        library.open()
    before = monotonic()
    library.close()
    assert monotonic() - before < store_thread.REOPEN_SECONDS / 2


def epoch(run: str, number: int) -> events.Epoch:
    return events.Epoch(
        run=run, framework="numpy", epoch=number, step=number * 2, train_loss=1.0,
        train_accuracy=0.5, validation_loss=None, validation_accuracy=None, test_loss=0.9,
        test_accuracy=0.6, learning_rate=0.1, train_seconds=0.2 * number,
    )  # fmt: skip


def stopped(run: str, epochs: int) -> events.Stopped:
    return events.Stopped(
        run=run, framework="numpy", epochs=epochs, step=2 * epochs, test_accuracy=0.6,
        test_loss=0.9, seconds={}, device="CPU",
    )  # fmt: skip


def test_a_run_that_is_stopped_twice_has_the_epochs_of_both(
    qtbot: QtBot, library: RunLibrary
) -> None:
    library.open()
    with RunStore() as store:
        run = store.create(SPEC).id
        for event in (epoch(run, 1), stopped(run, 1)):
            store.record(event)
        store.release(run)
        qtbot.waitUntil(lambda: len(library.trained) == 1, timeout=30_000)
        # All of it between two looks at the store.
        store.reopen(run)
        for event in (epoch(run, 2), stopped(run, 2)):
            store.record(event)
        qtbot.waitUntil(lambda: len(library.rows[0].epochs) == 2, timeout=30_000)
    assert library.rows[0].figures.epochs == 2


def test_a_run_that_fails_twice_in_the_same_words_has_the_epochs_of_both(
    qtbot: QtBot, library: RunLibrary
) -> None:
    library.open()
    with RunStore() as store:
        run = store.create(SPEC).id
        end = events.Failed(run=run, framework="numpy", reason="No memory.")
        for event in (epoch(run, 1), end):
            store.record(event)
        store.release(run)
        qtbot.waitUntil(lambda: [row.state for row in library.rows] == ["Failed"], timeout=30_000)
        store.reopen(run)
        for event in (epoch(run, 2), end):
            store.record(event)
        qtbot.waitUntil(lambda: len(library.rows[0].epochs) == 2, timeout=30_000)
    assert library.rows[0].epochs == (epoch(run, 1), epoch(run, 2))
    assert library.rows[0].state == "Failed"


def test_a_run_whose_supervisor_died_is_reported_while_the_window_is_open(
    qtbot: QtBot, library: RunLibrary
) -> None:
    library.open()
    supervisor = RunStore()
    run = supervisor.create(SPEC).id
    qtbot.waitUntil(lambda: [row.run.status for row in library.rows] == ["running"], timeout=30_000)
    qtbot.wait(300)
    assert library.rows[0].run.status == "running"
    # As if it were killed: its lock is gone, its row says nothing.
    supervisor.close()
    qtbot.waitUntil(lambda: library.rows[0].run.status == "crashed", timeout=30_000)
    assert library.rows[0].id == run


def test_a_run_that_was_training_at_the_last_end_is_reported_once(
    qtbot: QtBot, library: RunLibrary
) -> None:
    supervisor = RunStore()
    run = supervisor.create(SPEC).id
    supervisor.close()
    with qtbot.waitSignal(library.interrupted, timeout=30_000) as interrupted:
        library.open()
    assert interrupted.args == [(run,)]
    assert library.rows[0].run.status == "crashed"


def test_an_unchanged_run_stays_the_same_object(qtbot: QtBot, library: RunLibrary) -> None:
    library.open()
    with RunStore() as store:
        first, second = store.create(SPEC).id, store.create(SPEC).id
        for run in (first, second):
            for event in (epoch(run, 1), stopped(run, 1)):
                store.record(event)
            store.release(run)
        qtbot.waitUntil(lambda: len(library.trained) == 2, timeout=30_000)
        before = {row.id: row for row in library.rows}
        store.rename(first, "Renamed")
        qtbot.waitUntil(
            lambda: "Renamed" in {row.run.title for row in library.rows}, timeout=30_000
        )
    after = {row.id: row for row in library.rows}
    assert after[second] is before[second]
    assert after[first] is not before[first]
