"""What a search has found so far: its best trial, and how the same settings do by other seeds."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mnist_studio.analysis import intervals
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.formatting import counted, percent, percentage_points
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.search import Search, base_run, setting_title, values_of, winner_specs
from mnist_studio.store.runs import RunStore

Scores = Mapping[int, Sequence[tuple[int, float]]]
"""Number of a cell -> the validation accuracy of each of its epochs."""


class SearchResult(msgspec.Struct, frozen=True):
    """The best trial of a search.

    Attributes:
        cell: number of its cell.
        settings: the values that it found, as text.
        accuracy: validation accuracy of that trial, a fraction.
        fresh: validation accuracies of the same settings with seeds that no trial had.
        test: test accuracies of these runs, which the search has never seen.
        seeds: number of runs that ``fresh`` is going to have.
    """

    cell: int
    settings: str
    accuracy: float
    fresh: tuple[float, ...]
    test: tuple[float, ...]
    seeds: int

    @property
    def complete(self) -> bool:
        """Whether all runs with other seeds are there."""
        return len(self.fresh) >= self.seeds


def is_trial(search: Search, spec: RunSpec) -> bool:
    """Whether a run of a search is a trial, not the winner with another seed."""
    return spec.training.seed == base_run(search).training.seed


def best_cell(
    experiment: ExperimentSpec, cells: Iterable[ExperimentCell], scores: Scores
) -> ExperimentCell | None:
    """The finished trial with the highest validation accuracy, the first of equal ones."""
    assert experiment.search is not None
    done = [
        cell
        for cell in cells
        if cell.state == "finished"
        and is_trial(experiment.search, cell.spec)
        and scores.get(cell.number)
    ]
    return max(done, key=lambda cell: scores[cell.number][-1][1], default=None)


def search_result(
    experiment: ExperimentSpec,
    cells: Iterable[ExperimentCell],
    scores: Scores,
    tests: Mapping[int, float],
) -> SearchResult | None:
    """The result so far; None before the first trial has finished.

    Args:
        experiment: that is a search.
        cells: all of it.
        scores: of each cell.
        tests: number of a cell -> test accuracy after its last epoch.
    """
    cells = tuple(cells)
    best = best_cell(experiment, cells, scores)
    if best is None or experiment.search is None:
        return None
    specs = winner_specs(experiment.search, best.spec)
    fresh = [cell.number for cell in cells if cell.spec in specs and cell.state == "finished"]
    return SearchResult(
        cell=best.number,
        settings=settings_text(experiment.search, best.spec),
        accuracy=scores[best.number][-1][1],
        fresh=tuple(scores[number][-1][1] for number in fresh if scores.get(number)),
        test=tuple(tests[number] for number in fresh if number in tests),
        seeds=len(specs),
    )


def stored_sentences(
    store: RunStore, experiment: ExperimentSpec, cells: Iterable[ExperimentCell]
) -> tuple[str, ...]:
    """What a stored search has found, in words; empty for other experiments and at the beginning.

    Raises:
        StoreError: the store cannot be read.
    """
    if experiment.search is None:
        return ()
    cells = tuple(cells)
    done = [cell for cell in cells if cell.state == "finished"]
    scores = {
        cell.number: [(1, cell.validation_accuracy)]
        for cell in done
        if cell.validation_accuracy is not None
    }
    tests = {cell.number: store.epochs(cell.run)[-1].test_accuracy for cell in done}
    result = search_result(experiment, cells, scores, tests)
    return result_sentences(result) if result else ()


def settings_text(search: Search, spec: RunSpec) -> str:
    """The settings of a trial: ``learning rate 0.01, batch size 32``."""
    return ", ".join(
        f"{setting_title(name)} {f'{value:.4g}' if isinstance(value, float) else value}"
        for name, value in values_of(search, spec).items()
    )


def result_sentences(result: SearchResult) -> tuple[str, ...]:
    """The result in words: the best trial, and what is left of it with other seeds."""
    best = f"Best trial: {percent(result.accuracy)} validation accuracy with {result.settings}."
    if not result.fresh:
        return (best,)
    mean = intervals.mean(result.fresh)
    interval = mean.interval
    span = ""
    if interval:
        low, high = max(0.0, interval.low), min(1.0, interval.high)
        span = f", 95 % CI {percent(low)} to {percent(high)}"
    seeds = counted(len(result.fresh), "other seed")
    again = (
        f"Trained again with {seeds}: {percent(mean.value)} on average{span}. "
        f"{_luck(result.accuracy - mean.value)}"
    )
    if not result.test:
        return best, again
    test = (
        f"The test accuracy of these runs, which the search has never used, is "
        f"{percent(intervals.mean(result.test).value)} on average."
    )
    return best, again, test


def _luck(difference: float) -> str:
    """How far the best trial is from the mean of the same settings with other seeds."""
    distance = percentage_points(abs(difference))
    if difference <= 0:
        return f"The best trial was {distance} below this mean, so it was not lucky."
    return f"The best trial was {distance} above this mean, by luck."
