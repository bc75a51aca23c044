"""Parallel coordinates and the importance of settings, from made-up trials of a search."""

from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mnist_studio.analysis.view import Bars, Parallel, axis_place, decode, encode, ranks
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog, searches
from mnist_studio.errors import JobError
from mnist_studio.events import PRUNED, Finished, Stopped
from mnist_studio.experiments import optuna_study
from mnist_studio.spec import experiment_files
from mnist_studio.spec.experiment import ExperimentSpec, trial_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.search import Search, winner_specs
from mnist_studio.store.rows import Run
from mnist_studio.store.run_record import Status
from tests.experiments.search_runs import EXPERIMENT, RATE, SEARCH, SIZES, accuracy, epoch_of

TWO = replace(SEARCH, settings=(RATE, SIZES))
RATES = (
    *(1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 3e-2, 1e-1, 3e-1, 1.0, 0.012, 0.009),
    *(2e-4, 5e-4, 2e-3, 5e-3, 5e-2, 2e-1, 5e-1, 0.9),
)


def made(specs: list[RunSpec], experiment: ExperimentSpec, pruned: int = -1) -> RunData:
    """Runs of a formula, one of which was pruned after its first epoch."""
    runs = []
    epochs = {}
    for number, spec in enumerate(specs):
        name = f"run-{number}"
        trained = tuple(epoch_of(spec, at, name) for at in range(1, 2 if number == pruned else 5))
        epochs[name] = trained
        runs.append(_run(name, spec, number == pruned))
    text = experiment_files.write(experiment)
    return RunData(Selection(tuple(runs), epochs, text=text))


def _run(name: str, spec: RunSpec, pruned: bool) -> Run:
    ids: Any = {"run": name, "framework": "numpy"}
    end = Stopped(**ids, epochs=1, step=1, test_accuracy=0.1, test_loss=1.0, seconds={},
                  device="CPU", reason=f"{PRUNED} after 1 of 4 epochs: bad.")  # fmt: skip
    done = Finished(**ids, epochs=4, step=4, test_accuracy=0.1, test_loss=1.0, seconds={},
                    device="CPU", latency_ms=1.0)  # fmt: skip
    status: Status = "stopped" if pruned else "finished"
    return Run(name, name, spec, status, 0.0, Path(name), end if pruned else done)


def trials(search: Search = TWO) -> tuple[ExperimentSpec, list[RunSpec]]:
    experiment = replace(EXPERIMENT, search=search)
    return experiment, [
        trial_spec(
            experiment, {"optimizer.learning_rate": rate, "batch_size": (16, 32, 64)[at % 3]}
        )
        for at, rate in enumerate(RATES)
    ]


def test_every_run_is_a_line_colored_by_its_validation_accuracy() -> None:
    experiment, specs = trials()
    data = made([*specs, *winner_specs(TWO, specs[4])], experiment, pruned=0)
    view = catalog.compute("parallel-coordinates", data, ViewOptions())
    assert decode(encode(view)).sentence == view.sentence
    (chart,) = view.charts
    assert isinstance(chart, Parallel)
    assert [axis.title for axis in chart.axes] == [
        "Learning rate", "Batch size", "Validation accuracy"
    ]  # fmt: skip
    assert [axis.log for axis in chart.axes] == [True, False, False]
    assert len(chart.lines) == 23
    assert chart.lines[4].values == (0.01, 32.0, accuracy(specs[4], 4))
    assert ranks(chart)[4] == 1.0
    assert axis_place(chart, 0, 0.01) == pytest.approx(0.5)
    # The pruned run has the figures of its only epoch.
    assert chart.lines[0].values[-1] == accuracy(specs[0], 1)
    assert view.table.rows[0].cells[2:] == (0.01, 32, accuracy(specs[4], 4))
    assert view.sentence.startswith("Best trial: 85.50 % validation accuracy with learning rate")
    assert "0.40 pp above this mean, by luck" in view.sentence


def test_the_setting_that_decides_is_the_important_one() -> None:
    experiment, specs = trials()
    view = catalog.compute("importance", made(specs, experiment), ViewOptions())
    (chart,) = view.charts
    assert isinstance(chart, Bars)
    shares = {bar.title: bar.value for bar in chart.bars}
    assert sum(filter(None, shares.values())) == pytest.approx(1)
    assert chart.bars[0].title == "Learning rate"
    assert (shares["Learning rate"] or 0) > 0.6
    assert view.sentence.startswith("The learning rate has the largest share")


def test_what_cannot_be_shown_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, specs = trials()
    data = made(specs[:3], experiment)
    with pytest.raises(NotComparable, match="needs 20 runs or more"):
        catalog.compute("importance", data, ViewOptions())
    unseen = with_fields(data, selection=with_fields(data.selection, epochs={}))
    with pytest.raises(NotComparable, match="have a validation accuracy"):
        catalog.compute("parallel-coordinates", unseen, ViewOptions())
    seeds = made([specs[0], *winner_specs(TWO, specs[0])], experiment)
    with pytest.raises(NotComparable, match="differ only in their seed"):
        catalog.compute("parallel-coordinates", seeds, ViewOptions())

    def missing() -> None:
        raise JobError("A search needs Optuna.", "Install it: pip install mnist-studio[search]")

    monkeypatch.setattr(optuna_study, "_optuna", missing)
    with pytest.raises(NotComparable, match=r"mnist-studio\[search\]"):
        catalog.compute("importance", made(specs, experiment), ViewOptions())


def plain(accuracies: list[float], unfinished: tuple[int, ...] = ()) -> RunData:
    """Runs of no search with these validation accuracies."""
    _, specs = trials()
    data = made(specs[: len(accuracies)], EXPERIMENT)
    epochs = {
        run.id: (*data.epochs(run)[:-1], replace(data.epochs(run)[-1], validation_accuracy=value))
        for run, value in zip(data.runs, accuracies, strict=True)
    }
    runs = tuple(
        _run(run.id, run.spec, pruned=True) if at in unfinished else run
        for at, run in enumerate(data.runs)
    )
    return RunData(Selection(runs, epochs))


@pytest.mark.parametrize(
    ("accuracies", "unfinished", "start", "ranks"),
    [
        ([0.9, 0.8, 0.7], (), "The best of three finished runs has 90.00 % validation", [1, 2, 3]),
        ([0.9, 0.9, 0.7], (), "Two of three finished runs share the highest validation accuracy, "
         "90.00 %.", [1, 1, 3]),
        # They differ by less than is shown.
        ([0.9, 0.90001, 0.9], (), "All three finished runs have the same validation accuracy, "
         "90.00 %.", [1, 1, 1]),
        # One that ended early is not the best.
        ([0.8, 0.9, 0.7], (1,), "The best of two finished runs has 80.00 % validation", [1, 2, 3]),
        ([0.8, 0.9], (1,), "The finished run has 80.00 % validation", [1, 2]),
        ([0.8, 0.9], (0, 1), "None of these runs has finished.", [1, 2]),
    ],
)  # fmt: skip
def test_the_best_of_runs(
    accuracies: list[float], unfinished: tuple[int, ...], start: str, ranks: list[int]
) -> None:
    view = catalog.compute("parallel-coordinates", plain(accuracies, unfinished), ViewOptions())
    assert view.sentence.startswith(start)
    assert [row.cells[0] for row in view.table.rows] == ranks


def test_a_run_that_was_stopped_does_not_count_for_the_importance() -> None:
    experiment, specs = trials()
    data = made(specs, experiment, pruned=0)
    catalog.compute("importance", data, ViewOptions())
    (first, *others) = data.runs
    end = first.terminal
    assert isinstance(end, Stopped)
    by_user = with_fields(first, terminal=replace(end, reason=""))
    stopped = RunData(with_fields(data.selection, runs=(by_user, *others)))
    with pytest.raises(NotComparable, match="got 19 runs"):
        catalog.compute("importance", stopped, ViewOptions())


def test_equal_shares_have_no_first() -> None:
    sentence = searches._importance_sentence
    assert sentence({"rate": 0.7, "size": 0.3}, 20) == (
        "The rate has the largest share, 70.00 %, in what makes these 20 runs good."
    )
    assert sentence({"rate": 0.4, "size": 0.4, "units": 0.2}, 20).startswith(
        "The rate and the size each have the largest share, 40.00 %, in what"
    )
    assert sentence({"rate": 0.5, "size": 0.5}, 20).startswith(
        "The rate and the size each have the same share, 50.00 %, in what"
    )
