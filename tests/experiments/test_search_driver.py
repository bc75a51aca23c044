import pytest
from msgspec.structs import replace

from mnist_studio.errors import JobError
from mnist_studio.experiments import search_driver
from mnist_studio.experiments.events import (
    BestChanged,
    CellAdded,
    ExperimentEnded,
    ExperimentStarted,
)
from mnist_studio.experiments.runner import ExperimentRunner
from mnist_studio.experiments.search_driver import SearchDriver
from mnist_studio.experiments.search_messages import SearchReply, SearchRequest
from mnist_studio.experiments.search_result import final_epoch
from mnist_studio.experiments.search_task import search
from mnist_studio.experiments.stored_cells import stored_cells
from mnist_studio.spec.experiment import trial_spec
from mnist_studio.spec.search import SearchSetting, values_of
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.task import Context
from tests.experiments.conftest import outcome
from tests.experiments.search_runs import (
    EXPERIMENT,
    RATE,
    SEARCH,
    SIZES,
    Formula,
    Session,
    accuracy,
    epoch_of,
    judged,
)


@pytest.fixture(autouse=True)
def _no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Optuna in this process: its own takes a second to start."""

    def reply(self: SearchDriver, request: SearchRequest) -> SearchReply:
        return search(request, Context())

    monkeypatch.setattr(SearchDriver, "_reply", reply)
    monkeypatch.setattr(SearchDriver, "prune_reason", judged)


def values(session: Session) -> list[object]:
    return [(cell.spec, cell.state, cell.reason) for cell in session.cells]


def test_trials_are_pruned_and_the_winner_is_trained_with_other_seeds() -> None:
    session = Session(EXPERIMENT).train()
    trials, winners = session.cells[:8], session.cells[8:]
    assert {cell.state for cell in trials} == {"finished", "pruned"}
    assert {cell.spec.training.seed for cell in trials} == {42}
    assert len({cell.spec for cell in trials}) == 8
    assert [cell.spec.training.seed for cell in winners] == [43, 44, 45]
    # The formula makes test accuracies the worse, the better the validation accuracies are.
    finished = [cell for cell in trials if cell.state == "finished"]
    best = max(finished, key=lambda cell: accuracy(cell.spec, 4))
    assert values_of(SEARCH, winners[0].spec) == values_of(SEARCH, best.spec)
    assert all(not winner.reason for winner in winners)
    pruned = next(cell for cell in trials if cell.state == "pruned")
    assert pruned.reason.startswith("Pruned after 1 of 4 epochs: the validation accuracy of ")
    assert session.driver.planned(session.cells) == 11


def test_a_search_is_repeatable_and_an_interrupted_one_goes_on_as_if_it_had_not_been() -> None:
    whole = Session(EXPERIMENT).train()
    assert values(Session(EXPERIMENT).train()) == values(whole)
    interrupted = Session(EXPERIMENT).train(3)
    for most in (4, 4):
        interrupted = Session(EXPERIMENT, interrupted).train(most)
    assert values(interrupted) == values(whole)
    other = replace(EXPERIMENT, search=replace(SEARCH, seed=2))
    assert values(Session(other).train(8)) != values(whole)[:8]


@pytest.mark.parametrize("late", [1, 3])
def test_how_soon_a_pruned_trial_stops_makes_no_difference(late: int) -> None:
    short = replace(EXPERIMENT, search=replace(SEARCH, trials=5))
    specs = [cell.spec for cell in Session(short).train().cells]
    slow = Session(short, Session(short).train(4, late))
    assert [cell.spec for cell in slow.train().cells] == specs


def test_a_small_space_is_searched_once() -> None:
    two = replace(SEARCH, settings=(replace(SIZES, choices=(16, 32)),), sampler="random")
    session = Session(replace(EXPERIMENT, search=two)).train()
    assert [cell.spec.training.batch_size for cell in session.cells[:2]] in ([16, 32], [32, 16])
    assert len(session.cells) == 5
    assert session.driver.planned(session.cells) == 5


def test_bayesian_search_finds_more_than_random_search() -> None:
    rate = replace(SEARCH, settings=(RATE,), trials=24, pruner="none")
    best = {}
    for sampler in ("tpe", "random"):
        experiment = replace(EXPERIMENT, epochs=1, search=replace(rate, sampler=sampler))
        last = Session(experiment).train(24).cells[12:]
        best[sampler] = sum(accuracy(cell.spec, 1) for cell in last) / len(last)
    assert best["tpe"] > best["random"] + 0.02


def test_a_runner_searches_stores_and_reports() -> None:
    small = replace(SEARCH, trials=2, winner_seeds=3, settings=(RATE,))
    experiment = replace(EXPERIMENT, epochs=1, search=small)
    events = list(ExperimentRunner(experiment, Formula()).events())
    assert isinstance(events[0], ExperimentStarted)
    assert (events[0].cells, events[0].planned) == ((), 5)
    assert [event.planned for event in events if isinstance(event, CellAdded)] == [5] * 5
    assert outcome(events) == "complete"
    with RunStore() as store:
        cells = stored_cells(store, store.experiments.add(experiment))
    assert [cell.state for cell in cells] == ["finished"] * 5
    ended = events[-1]
    assert isinstance(ended, ExperimentEnded)
    assert (ended.finished, ended.total) == (5, 5)
    found = [event.found for event in events if isinstance(event, BestChanged)]
    first, again, test = found[-1]
    assert first.startswith("Best trial: ")
    assert "three other seeds" in again
    assert "0.40 pp above this mean, by luck" in again
    assert "never used" in test
    last = list(ExperimentRunner(experiment, Formula()).events())
    assert not any(isinstance(event, CellAdded) for event in last)
    assert [event.found for event in last if isinstance(event, BestChanged)] == found[-1:]


def test_without_optuna_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_driver, "find_spec", lambda name: None)
    with pytest.raises(JobError, match=r"pip install mnist-studio\[search\]"):
        next(ExperimentRunner(EXPERIMENT, Formula()).events())
    with RunStore() as store:
        assert store.experiments.all() == ()


def test_a_run_that_keeps_its_best_epoch_counts_with_that_epoch() -> None:
    spec = Session(EXPERIMENT).train(1).cells[0].spec
    epochs = [epoch_of(spec, number) for number in (1, 4, 2)]
    assert final_epoch(spec, epochs) == epochs[2]
    best = replace(spec, training=replace(spec.training, best_epoch=True))
    assert final_epoch(best, epochs) == epochs[1]
    assert final_epoch(best, ()) is None


def test_a_kind_can_be_searched() -> None:
    kinds = SearchSetting("optimizer.kind", choices=("sgd", "adam", "rmsprop"))
    alone = replace(SEARCH, settings=(kinds, RATE), sampler="random", pruner="none")
    experiment = replace(EXPERIMENT, epochs=1, search=alone)
    session = Session(experiment).train(8)
    found = {type(cell.spec.training.optimizer).__name__ for cell in session.cells}
    assert found == {"Sgd", "Adam", "RmsProp"}
    again = values_of(alone, session.cells[3].spec)
    assert trial_spec(experiment, again) == session.cells[3].spec
