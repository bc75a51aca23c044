import numpy as np

from mnist_studio.data.batches import epoch_order

ORDER = [5, 2, 3, 7, 4, 6, 9, 8, 0, 1]
LONG = [54602, 3649, 6562, 59031]


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
