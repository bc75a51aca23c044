"""When a training ends early, and which epoch is the best."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from mnist_studio.events import Epoch
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import EarlyStopping, Monitor, TrainingSpec
from mnist_studio.training.early_stopping import best_epoch, ends_early


def epochs(accuracies: Sequence[float], losses: Sequence[float] = ()) -> list[Epoch]:
    return [
        Epoch(
            run="run", framework="numpy", epoch=number, step=number, train_loss=1.0,
            train_accuracy=0.5, validation_loss=loss, validation_accuracy=accuracy,
            test_loss=0.1 * number, test_accuracy=0.1 * number, learning_rate=0.1,
            train_seconds=1.0,
        )
        for number, (accuracy, loss) in enumerate(
            zip(accuracies, losses or [1.0] * len(accuracies), strict=True), start=1
        )
    ]  # fmt: skip


def stopped_after(stopping: EarlyStopping, monitor: Monitor, found: Sequence[Epoch]) -> int | None:
    """The number of epochs after which a training ends early."""
    training = TrainingSpec(Sgd(), early_stopping=stopping, monitor=monitor)
    ends = (n for n in range(1, len(found) + 1) if ends_early(training, found[:n]))
    return next(ends, None)


def test_a_training_ends_after_its_patience_without_improvement() -> None:
    found = epochs([0.8, 0.9, 0.9, 0.89, 0.95, 0.9, 0.9, 0.9])
    assert stopped_after(EarlyStopping(1), "accuracy", found) == 3
    assert stopped_after(EarlyStopping(2), "accuracy", found) == 4
    assert stopped_after(EarlyStopping(3), "accuracy", found) == 8
    assert stopped_after(EarlyStopping(4), "accuracy", found) is None
    assert not ends_early(TrainingSpec(Sgd()), found)


def test_small_improvements_do_not_count_but_add_up() -> None:
    slow = epochs([0.5, 0.6, 0.7, 0.8, 0.9])
    assert stopped_after(EarlyStopping(2, 0.15), "accuracy", slow) is None
    assert stopped_after(EarlyStopping(1, 0.15), "accuracy", slow) == 2


def test_a_loss_improves_downwards() -> None:
    found = epochs([0.5, 0.6, 0.7, 0.8], [0.5, 0.4, 0.45, 0.41])
    assert stopped_after(EarlyStopping(2), "loss", found) == 4
    best = best_epoch(found, "loss")
    assert best is not None
    assert best.epoch == 2


def test_the_best_epoch_is_the_first_of_equal_ones() -> None:
    best = best_epoch(epochs([0.5, 0.9, 0.7, 0.9]), "accuracy")
    assert best is not None
    assert best.epoch == 2
    assert best_epoch([], "accuracy") is None


@pytest.mark.parametrize("monitor", ["accuracy", "loss"])
def test_the_test_set_chooses_nothing(monitor: Monitor) -> None:
    found = epochs([0.5, 0.9, 0.7, 0.8], [0.5, 0.2, 0.4, 0.3])
    other = [replace(one, test_accuracy=1 - one.test_accuracy, test_loss=0.0) for one in found]
    best, of_other = best_epoch(found, monitor), best_epoch(other, monitor)
    assert best is not None
    assert of_other is not None
    assert best.epoch == of_other.epoch == 2
    patient = EarlyStopping(2)
    assert stopped_after(patient, monitor, found) == stopped_after(patient, monitor, other) == 4


def test_without_a_validation_set_nothing_is_chosen() -> None:
    found = [replace(e, validation_accuracy=None, validation_loss=None) for e in epochs([0.5] * 9)]
    assert best_epoch(found, "accuracy") is None
    assert stopped_after(EarlyStopping(1), "accuracy", found) is None
