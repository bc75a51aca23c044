import pytest

from mnist_studio.store.epoch_files import evenly


@pytest.mark.parametrize(
    ("count", "most", "best", "chosen"),
    [
        (5, 5, 2, (1, 2, 3, 4, 5)),
        (6, 5, 6, (1, 3, 5, 6)),
        (10, 5, 2, (1, 2, 5, 9, 10)),
        (9, 5, 9, (1, 3, 5, 7, 9)),
        (7, 3, 4, (1, 4, 7)),
        (7, 2, 4, (1, 7)),
        (7, 1, 4, (7,)),
        (7, 0, 4, ()),
        (0, 5, 4, ()),
    ],
)
def test_epochs_are_thinned_out_evenly(
    count: int, most: int, best: int, chosen: tuple[int, ...]
) -> None:
    assert evenly(range(1, count + 1), most, best) == chosen


def test_thinning_out_bit_by_bit_ends_like_all_at_once() -> None:
    for most in range(3, 20):
        left: tuple[int, ...] = ()
        for epoch in range(1, 200):
            left = evenly((*left, epoch), most, best=1)
            assert left == evenly(range(1, epoch + 1), most, best=1)
            assert len(left) <= most
