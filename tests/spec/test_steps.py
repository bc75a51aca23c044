import pytest

from mnist_studio.spec.optimizers import Adam, Sgd
from mnist_studio.spec.run import FULL_BATCH, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle
from mnist_studio.spec.steps import batch_sizes, learning_rate, steps_per_epoch, steps_per_pass


@pytest.mark.parametrize(
    ("digits", "batch", "steps"),
    [(60_000, 64, 938), (60_000, 60_000, 1), (1, 64, 1), (128, 64, 2), (129, 64, 3)],
)
def test_the_ragged_last_batch_is_never_dropped(digits: int, batch: int, steps: int) -> None:
    training = TrainingSpec(optimizer=Adam(), batch_size=batch)
    assert steps_per_epoch(training, digits) == steps


def test_an_epoch_may_have_steps_of_its_own() -> None:
    training = TrainingSpec(optimizer=Adam(), batch_size=50, epoch_steps=5)
    assert steps_per_epoch(training, 120) == 5
    assert steps_per_pass(training, 120) == 3
    assert batch_sizes(training, 120, 1, 5) == (50, 20, 50, 50)


def test_batches_drawn_with_replacement_are_never_ragged() -> None:
    training = TrainingSpec(optimizer=Adam(), batch_size=50, sampling="with_replacement")
    assert batch_sizes(training, 120, 0, 4) == (50, 50, 50, 50)


def test_a_full_batch_has_all_digits() -> None:
    training = TrainingSpec(optimizer=Adam(), batch_size=FULL_BATCH)
    assert batch_sizes(training, 120, 0, 2) == (120, 120)


def test_the_learning_rate_is_the_optimizers_times_the_schedules_factor() -> None:
    training = TrainingSpec(optimizer=Sgd(0.2), schedule=Exponential(0.5), batch_size=10, epochs=3)
    rates = [learning_rate(training, step, images=20) for step in range(6)]
    assert rates == pytest.approx([0.2, 0.2, 0.1, 0.1, 0.05, 0.05])


def test_the_one_cycle_of_a_single_batch_has_a_rate() -> None:
    training = TrainingSpec(optimizer=Sgd(0.2), schedule=OneCycle(), batch_size=64, epochs=1)
    assert 0 < learning_rate(training, 0, images=1) <= 0.2
