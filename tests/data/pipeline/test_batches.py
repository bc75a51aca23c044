import numpy as np
import pytest

from mnist_studio.data.pipeline.batches import Batches, epoch_order
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import FULL_BATCH, Sampling, TrainingSpec
from mnist_studio.spec.steps import batch_sizes

ORDER = [5, 2, 3, 7, 4, 6, 9, 8, 0, 1]
LONG = [54602, 3649, 6562, 59031]
DRAWN = [13, 5, 17, 13, 0]


def _batches(sampling: Sampling = "shuffled", size: int = 5, digits: int = 23) -> Batches:
    return Batches(TrainingSpec(Sgd(), batch_size=size, sampling=sampling), digits)


def _steps(batches: Batches, first: int, last: int, most: int) -> list[np.ndarray]:
    """Arrays of batches of at most so many steps."""
    found = []
    while first < last:
        count = batches.alike(first, min(most, last - first))
        found.append(batches.take(first, count))
        first += count
    return found


def test_an_order_is_a_permutation() -> None:
    for count in (1, 2, 1000):
        order = epoch_order(42, 1, count)
        assert order.dtype == np.int64
        assert np.sort(order).tolist() == list(range(count))


def test_epochs_and_seeds_have_their_own_order() -> None:
    orders = {tuple(epoch_order(seed, epoch, 50)) for seed in (1, 2) for epoch in (1, 2, 3)}
    assert len(orders) == 6


def test_an_order_is_the_same_on_every_call() -> None:
    assert (epoch_order(3, 4, 60_000) == epoch_order(3, 4, 60_000)).all()


def test_the_order_is_pinned() -> None:
    assert epoch_order(42, 1, 10).tolist() == ORDER
    assert epoch_order(42, 2, 60_000)[:4].tolist() == LONG
    assert _batches("with_replacement").take(3, 1).tolist() == [DRAWN]


def test_a_pass_covers_its_order_and_the_last_smaller_batch_comes_alone() -> None:
    got = _steps(_batches(), 0, 10, most=3)
    assert [part.shape for part in got] == [(3, 5), (1, 5), (1, 3)] * 2
    for number in range(2):
        seen = np.concatenate([part.ravel() for part in got[3 * number : 3 * number + 3]])
        np.testing.assert_array_equal(seen, epoch_order(42, number, 23))


def test_stored_digits_come_as_the_file_has_them_in_every_pass() -> None:
    got = np.concatenate([part.ravel() for part in _steps(_batches("stored"), 0, 10, most=2)])
    np.testing.assert_array_equal(got, np.tile(np.arange(23), 2))


@pytest.mark.parametrize("sampling", ["shuffled", "stored", "with_replacement"])
@pytest.mark.parametrize("size", [1, 5, 7, 23, 64])
def test_a_batch_is_a_function_of_its_step_alone(sampling: Sampling, size: int) -> None:
    training = TrainingSpec(Sgd(), batch_size=size, sampling=sampling)
    together = [row for part in _steps(_batches(sampling, size), 0, 60, most=4) for row in part]
    assert tuple(map(len, together)) == batch_sizes(training, 23, 0, 60)
    for step in (59, 0, 7, 31):
        alone = _batches(sampling, size).take(step, 1)
        np.testing.assert_array_equal(alone, [together[step]])


def test_whole_batches_never_reach_into_the_next_pass() -> None:
    batches = _batches(digits=20)
    assert [batches.alike(step, 9) for step in range(5)] == [4, 3, 2, 1, 4]


def test_a_full_batch_is_all_digits() -> None:
    batches = _batches(size=FULL_BATCH)
    assert batches.alike(0, 9) == 1
    np.testing.assert_array_equal(np.sort(batches.take(4, 1)), [np.arange(23)])


def test_draws_with_replacement_are_even_and_repeat_digits() -> None:
    batches = _batches("with_replacement", size=500, digits=100)
    drawn = batches.take(0, 80)
    assert drawn.shape == (80, 500)
    counts = np.bincount(drawn.ravel(), minlength=100)
    assert len(counts) == 100
    # 99 degrees of freedom: mean 99, standard deviation 14.1.
    assert 50 < ((counts - 400) ** 2 / 400).sum() < 150
    assert len(np.unique(drawn[0, :100])) < 80
