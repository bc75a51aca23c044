"""What a search says of trials that are equally good."""

import pytest
from msgspec.structs import replace

from mnist_studio.events import Epoch
from mnist_studio.experiments.events import ExperimentCell
from mnist_studio.experiments.search_result import result_sentences, search_result
from mnist_studio.spec.experiment import trial_spec
from mnist_studio.spec.search import winner_specs
from tests.experiments.search_runs import EXPERIMENT, SEARCH, epoch_of


def sentences(*accuracies: float, fresh: float | None = None) -> tuple[str, ...]:
    """The result of trials with these validation accuracies, and of the winner's other seeds."""
    cells, finals = [], {}

    def add(cell: ExperimentCell, accuracy: float) -> None:
        cells.append(cell)
        epoch: Epoch = epoch_of(cell.spec, 4, str(cell.number))
        finals[cell.number] = replace(epoch, validation_accuracy=accuracy)

    for number, accuracy in enumerate(accuracies):
        settings = {
            "optimizer.learning_rate": 10.0 ** -(1 + number), "batch_size": 16, "layers.2.units": 8
        }  # fmt: skip
        add(ExperimentCell(number, trial_spec(EXPERIMENT, settings), "finished"), accuracy)
    if fresh is not None:
        for at, spec in enumerate(winner_specs(SEARCH, cells[0].spec)):
            add(ExperimentCell(100 + at, spec, "finished"), fresh)
    result = search_result(EXPERIMENT, cells, finals)
    assert result
    return result_sentences(result)


@pytest.mark.parametrize(
    ("accuracies", "start"),
    [
        ((0.8, 0.9, 0.7), "Best trial: 90.00 % validation accuracy with learning rate 0.01"),
        ((0.9, 0.9, 0.7), "One of the two best trials: 90.00 % validation accuracy with learning"),
        # They differ by less than is shown.
        ((0.9, 0.90001, 0.9), "One of the three best trials: 90.00 % validation accuracy"),
    ],
)
def test_equal_trials_have_no_winner(accuracies: tuple[float, ...], start: str) -> None:
    assert sentences(*accuracies)[0].startswith(start)


@pytest.mark.parametrize(
    ("fresh", "end"),
    [
        (0.89, "The best trial was 1.00 pp above this mean, by luck."),
        (0.91, "The best trial was 1.00 pp below this mean, so it was not lucky."),
        (0.90001, "The best trial was as good as this mean, so it was not lucky."),
        (0.89999, "The best trial was as good as this mean, so it was not lucky."),
    ],
)
def test_how_lucky_the_best_trial_was(fresh: float, end: str) -> None:
    assert sentences(0.9, 0.8, fresh=fresh)[1].endswith(end)
