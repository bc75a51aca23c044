"""What a search has found so far: its best trial, and how the same settings do by other seeds."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mnist_studio.analysis import intervals, ranking
from mnist_studio.errors import SpecError
from mnist_studio.events import Epoch
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.formatting import counted, number, percent, percentage_points, word
from mnist_studio.spec.datasets import training_images
from mnist_studio.spec.experiment import ExperimentSpec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.search import (
    Search,
    Value,
    base_run,
    choice_title,
    setting_title,
    values_of,
    winner_specs,
)
from mnist_studio.store.runs import RunStore
from mnist_studio.training.early_stopping import best_epoch

Finals = Mapping[int, Epoch]
"""Number of a cell -> the epoch whose weights it keeps."""


def final_epoch(spec: RunSpec, epochs: Sequence[Epoch]) -> Epoch | None:
    """The epoch whose weights a run keeps: its last one, or the best by its validation set."""
    training = spec.training
    best = best_epoch(epochs, training.monitor) if training.best_epoch else None
    return best or (epochs[-1] if epochs else None)


def check_validation(experiment: ExperimentSpec) -> None:
    """Checks that the dataset has more images than a search holds out: else every trial fails.

    Raises:
        SpecError: it has not.
    """
    dataset = (experiment.datasets or ("mnist",))[0]
    count = training_images(dataset)
    if experiment.search and experiment.search.validation >= count:
        raise SpecError(
            f"The training set has {count:,} images, so a search cannot hold out "
            f"{experiment.search.validation:,} of them.",
            "Choose fewer validation images, or another dataset.",
            ("search", "validation"),
        )


class SearchResult(msgspec.Struct, frozen=True):
    """The best trial of a search.

    Attributes:
        cell: number of its cell.
        settings: the values that it found, as text.
        accuracy: validation accuracy of that trial, a fraction.
        fresh: validation accuracies of the same settings with seeds that no trial had.
        test: test accuracies of these runs, which the search has never seen.
        seeds: number of runs that ``fresh`` is going to have.
        equal: number of finished trials whose validation accuracy reads the same, with this one.
    """

    cell: int
    settings: str
    accuracy: float
    fresh: tuple[float, ...]
    test: tuple[float, ...]
    seeds: int
    equal: int = 1

    @property
    def complete(self) -> bool:
        """Whether all runs with other seeds are there."""
        return len(self.fresh) >= self.seeds


def is_trial(search: Search, spec: RunSpec) -> bool:
    """Whether a run of a search is a trial, not the winner with another seed."""
    return spec.training.seed == base_run(search).training.seed


def best_cell(
    experiment: ExperimentSpec, cells: Iterable[ExperimentCell], finals: Finals
) -> ExperimentCell | None:
    """The finished trial with the highest validation accuracy, the first of equal ones."""
    scores = _trial_scores(experiment, cells, finals)
    return max(scores, key=scores.__getitem__, default=None)


def _trial_scores(
    experiment: ExperimentSpec, cells: Iterable[ExperimentCell], finals: Finals
) -> dict[ExperimentCell, float]:
    """The validation accuracy of every finished trial."""
    assert experiment.search is not None
    return {
        cell: _validation(finals[cell.number])
        for cell in cells
        if cell.state == "finished"
        and is_trial(experiment.search, cell.spec)
        and cell.number in finals
    }


def search_result(
    experiment: ExperimentSpec,
    cells: Iterable[ExperimentCell],
    finals: Finals,
) -> SearchResult | None:
    """The result so far; None before the first trial has finished.

    Args:
        experiment: that is a search.
        cells: all of it.
        finals: of its cells.
    """
    cells = tuple(cells)
    best = best_cell(experiment, cells, finals)
    if best is None or experiment.search is None:
        return None
    specs = winner_specs(experiment.search, best.spec)
    fresh = [
        finals[cell.number]
        for cell in cells
        if cell.spec in specs and cell.state == "finished" and cell.number in finals
    ]
    return SearchResult(
        cell=best.number,
        settings=settings_text(experiment.search, best.spec),
        accuracy=_validation(finals[best.number]),
        fresh=tuple(_validation(epoch) for epoch in fresh),
        test=tuple(epoch.test_accuracy for epoch in fresh),
        seeds=len(specs),
        equal=len(ranking.best(_trial_scores(experiment, cells, finals), "fraction")),
    )


def _validation(epoch: Epoch) -> float:
    """The validation accuracy after an epoch; 0 without one, which a search does not have."""
    return epoch.validation_accuracy or 0.0


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
    ended = {cell.number: final_epoch(cell.spec, store.epochs(cell.run)) for cell in cells}
    finals = {number: epoch for number, epoch in ended.items() if epoch}
    result = search_result(experiment, cells, finals)
    return result_sentences(result) if result else ()


def settings_text(search: Search, spec: RunSpec) -> str:
    """The settings of a trial: ``learning rate 0.01, batch size 32``."""
    return ", ".join(
        f"{setting_title(name)} {_value_text(name, value)}"
        for name, value in values_of(search, spec).items()
    )


def _value_text(path: str, value: Value) -> str:
    if isinstance(value, float):
        return number(value)
    return choice_title(path, value) if isinstance(value, str) else str(value)


def result_sentences(result: SearchResult) -> tuple[str, ...]:
    """The result in words: the best trial, and what is left of it with other seeds."""
    which = "Best trial" if result.equal == 1 else f"One of the {word(result.equal)} best trials"
    best = f"{which}: {percent(result.accuracy)} validation accuracy with {result.settings}."
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
    if distance == percentage_points(0):
        return "The best trial was as good as this mean, so it was not lucky."
    if difference <= 0:
        return f"The best trial was {distance} below this mean, so it was not lucky."
    return f"The best trial was {distance} above this mean, by luck."
