import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.errors import DataError, SpecError, StoreError
from mnist_studio.events import Epoch, Finished, Phase, Progress, Started
from mnist_studio.experiments.events import (
    AnyExperimentEvent,
    CellChanged,
    CellEvent,
    ExperimentEnded,
    ExperimentStarted,
    ProgressChanged,
    QueueChanged,
)
from mnist_studio.experiments.executors import Local
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.experiments.stored_cells import stored_cells
from mnist_studio.frameworks import registry
from mnist_studio.spec.experiment import RecipePair, expand_cells
from mnist_studio.store.runs import RunStore
from tests.experiments.conftest import SMALL, members, outcome, run_events

LONG = replace(SMALL, title="long", epochs=10_000)


def trained(events: list[AnyExperimentEvent]) -> list[int]:
    """The cells that finished, in that order."""
    return [e.cell for e in events if isinstance(e, CellEvent) and isinstance(e.event, Finished)]


def acting(
    runner: ExperimentRunner,
    when: Callable[[AnyExperimentEvent], bool],
    act: Callable[[], None],
) -> list[AnyExperimentEvent]:
    """The events of a session in which something is done once."""
    events = []
    done = False
    for event in runner.events():
        events.append(event)
        if not done and when(event):
            done = True
            act()
    assert done
    return events


def trains(cell: int) -> Callable[[AnyExperimentEvent], bool]:
    return lambda event: (
        isinstance(event, CellEvent) and event.cell == cell and isinstance(event.event, Progress)
    )


def after_epoch(number: int) -> Callable[[AnyExperimentEvent], bool]:
    return lambda event: (
        isinstance(event, CellEvent)
        and isinstance(event.event, Epoch)
        and event.event.epoch == number
    )


def test_an_experiment_trains_every_cell_once_and_a_second_session_nothing() -> None:
    events = run_events()
    assert isinstance(events[0], ExperimentStarted)
    assert outcome(events) == "complete"
    assert trained(events) == [0, 1, 2]
    assert [event for event in events if isinstance(event, ExperimentEnded)] == events[-1:]
    runs = [one.run for one in members()]
    assert {run.spec for run in runs} == set(expand_cells(SMALL))
    assert {run.status for run in runs} == {"finished"}
    assert all(one.membership.timing_comparable for one in members())

    again = run_events()
    assert outcome(again) == "complete"
    assert not any(isinstance(event, CellEvent) for event in again)
    assert [one.run for one in members()] == runs


def test_progress_has_the_time_that_is_left() -> None:
    overall = [event for event in run_events() if isinstance(event, ProgressChanged)]
    assert (overall[0].fraction, overall[0].seconds_left) == (0.0, None)
    assert (overall[-1].fraction, overall[-1].seconds_left) == (1.0, 0.0)
    assert (overall[-1].finished, overall[-1].total) == (3, 3)
    after_first = next(one for one in overall if one.finished == 1)
    assert after_first.fraction == pytest.approx(1 / 3)
    assert after_first.seconds_left is not None
    assert 0.0 < after_first.seconds_left < 60.0
    fractions = [one.fraction for one in overall]
    assert fractions == sorted(fractions)


def test_the_queue_can_be_reordered() -> None:
    runner = ExperimentRunner(SMALL)
    events = acting(runner, lambda e: isinstance(e, ExperimentStarted), lambda: runner.move(2, 0))
    assert QueueChanged((2, 0, 1)) in events
    assert trained(events) == [2, 0, 1]


def test_a_removed_cell_is_left_to_the_next_session() -> None:
    runner = ExperimentRunner(SMALL)
    events = acting(runner, lambda e: isinstance(e, ExperimentStarted), lambda: runner.remove(1))
    assert (outcome(events), trained(events)) == ("incomplete", [0, 2])
    assert trained(run_events()) == [1]


def test_a_running_cell_can_be_removed() -> None:
    experiment = replace(LONG, seeds=(1,))
    runner = ExperimentRunner(experiment)
    events = acting(runner, trains(0), lambda: runner.remove(0))
    assert outcome(events) == "incomplete"
    assert any(isinstance(e, CellChanged) and e.state == "cancelled" for e in events)
    assert [one.run.status for one in members(experiment)] == ["cancelled"]


def test_a_paused_experiment_starts_nothing_until_it_is_resumed() -> None:
    runner = ExperimentRunner(SMALL)
    timer = threading.Timer(0.5, runner.resume)
    events: list[AnyExperimentEvent] = []
    runner.pause()
    for event in runner.events():
        events.append(event)
        if isinstance(event, ProgressChanged) and not timer.ident:
            assert not any(isinstance(one, CellChanged) for one in events)
            timer.start()
    timer.join()
    assert outcome(events) == "complete"


def test_a_paused_training_waits_and_continues() -> None:
    experiment = replace(LONG, seeds=(1,))
    runner = ExperimentRunner(experiment)
    events = []
    for event in runner.events():
        events.append(event)
        if trains(0)(event) and not any(_is_paused(one) for one in events):
            runner.pause()
        if _is_paused(event):
            runner.resume()
            runner.stop()
    assert any(_is_paused(one) for one in events)
    assert outcome(events) == "stopped"


def _is_paused(event: AnyExperimentEvent) -> bool:
    return (
        isinstance(event, CellEvent)
        and isinstance(event.event, Phase)
        and event.event.phase == "paused"
    )


def test_stop_saves_weights_and_the_next_session_resumes_there() -> None:
    experiment = replace(SMALL, epochs=60, seeds=(1,))
    runner = ExperimentRunner(experiment)
    events = acting(runner, after_epoch(5), runner.stop)
    assert outcome(events) == "stopped"
    (stopped,) = members(experiment)
    assert stopped.run.status == "stopped"
    with RunStore() as store:
        (cell,) = stored_cells(store, store.experiments.add(experiment))
        reached = len(store.epochs(stopped.run.id))
    assert (cell.state, cell.run, cell.fraction) == ("stopped", stopped.run.id, reached / 60)

    again = run_events(experiment)
    overall = next(event for event in again if isinstance(event, ProgressChanged))
    assert overall.fraction == reached / 60
    first = next(
        e.event for e in again if isinstance(e, CellEvent) and isinstance(e.event, Progress)
    )
    assert isinstance(first, Progress)
    assert first.step > reached
    (finished,) = members(experiment)
    assert (finished.run.id, finished.run.status) == (stopped.run.id, "finished")
    with RunStore() as store:
        assert [epoch.epoch for epoch in store.epochs(finished.run.id)] == list(range(1, 61))


def test_cancel_loses_running_cells_and_no_finished_ones() -> None:
    runner = ExperimentRunner(SMALL)
    events = acting(runner, trains(1), runner.cancel)
    assert outcome(events) in ("cancelled", "complete")
    assert 0 in trained(events)
    assert outcome(run_events()) == "complete"
    assert sorted(one.run.spec.training.seed for one in members()) == [1, 2, 3]


def test_a_session_that_is_closed_early_stops_its_jobs() -> None:
    events = ExperimentRunner(LONG).events()
    for event in events:
        if trains(0)(event):
            break
    events.close()
    assert [one.run.status for one in members(LONG)] == ["stopped"]


def test_commands_from_before_the_session_count() -> None:
    runner = ExperimentRunner(SMALL)
    runner.stop()
    events = list(runner.events())
    assert (outcome(events), trained(events)) == ("stopped", [])
    assert members() == ()


def test_two_parallel_runs_are_reported_and_recorded_as_such() -> None:
    events = run_events(SMALL, Local(jobs=2))
    begun = events[0]
    assert isinstance(begun, ExperimentStarted)
    assert begun.concurrency == 2
    assert outcome(events) == "complete"
    running: set[int] = set()
    most = 0
    for event in events:
        if isinstance(event, CellEvent) and isinstance(event.event, Started):
            running.add(event.cell)
        if isinstance(event, CellEvent) and isinstance(event.event, Finished):
            running.discard(event.cell)
        most = max(most, len(running))
    assert most == 2
    assert [one.membership.concurrency for one in members()] == [2, 2, 2]
    assert not any(one.membership.timing_comparable for one in members())
    assert {one.run.status for one in members()} == {"finished"}


def test_a_cell_that_fails_is_tried_again_and_the_others_are_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = registry.version
    monkeypatch.setattr(
        registry, "version", lambda name: version(name) if name == "numpy" else None
    )
    pairs = (RecipePair("tiny-10", "pytorch"), RecipePair("tiny-10", "numpy"))
    experiment = replace(SMALL, grid=None, pairs=pairs, seeds=(1,))
    events = run_events(experiment)
    assert outcome(events) == "incomplete"
    tries = [
        e
        for e in events
        if isinstance(e, CellEvent) and e.cell == 0 and isinstance(e.event, Started)
    ]
    assert len(tries) == 2
    (failed,) = (e for e in events if isinstance(e, CellChanged) and e.state == "failed")
    assert "PyTorch is not installed" in failed.reason
    assert trained(events) == [1]
    # The first try left nothing to go on from and made room for the second.
    assert sorted(one.run.status for one in members(experiment)) == ["failed", "finished"]

    monkeypatch.setattr(registry, "version", version)
    if version("pytorch"):
        assert outcome(run_events(experiment)) == "complete"
        assert [one.run.status for one in members(experiment)].count("finished") == 2


def test_a_cell_whose_run_was_deleted_is_trained_again() -> None:
    run_events()
    with RunStore() as store:
        store.delete(members()[1].run.id)
    assert trained(run_events()) == [1]
    assert len(members()) == 3


def test_an_experiment_that_is_running_is_refused() -> None:
    runner = ExperimentRunner(LONG)
    refused = []

    def run_too() -> None:
        try:
            run_events(LONG)
        except StoreError as error:
            refused.append(error.problem)
        runner.cancel()

    thread = threading.Thread(target=run_too)
    acting(runner, trains(0), thread.start)
    thread.join()
    assert len(refused) == 1
    assert "already running" in refused[0]


def test_what_could_never_be_trained_is_refused_before(home: Path) -> None:
    with pytest.raises(DataError, match="needs MNIST"):
        run_events(replace(SMALL, datasets=()))
    with pytest.raises(SpecError, match="no native script"):
        run_events(
            replace(
                SMALL,
                grid=None,
                pairs=(RecipePair("tiny-gd", "keras", ("bias-gradients",)),),
                style="native",
            )
        )
    with RunStore() as store:
        assert store.runs() == ()


def test_an_unexpected_error_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def events(self) -> None:
            raise ZeroDivisionError

        def stop(self) -> None:
            pass

    executor = Local()
    monkeypatch.setattr(executor, "job", lambda ticket: Broken())
    with pytest.raises(ZeroDivisionError):
        run_events(SMALL, executor)
