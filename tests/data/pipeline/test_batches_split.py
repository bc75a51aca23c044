import numpy as np
import pytest

from mnist_studio.data.images import LabeledImages
from mnist_studio.data.pipeline.batches import split
from mnist_studio.errors import DataError


@pytest.fixture
def train() -> LabeledImages:
    images = np.zeros((100, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(100)
    return LabeledImages(images, (np.arange(100) % 10).astype(np.uint8))


def places(digits: LabeledImages | None) -> list[int]:
    assert digits is not None
    return [int(level) for level in digits.images[:, 0, 0]]


def test_without_validation_nothing_changes(train: LabeledImages) -> None:
    assert split(train, 0, seed=1) == (train, None)


def test_every_digit_is_in_exactly_one_part_in_its_order(train: LabeledImages) -> None:
    kept, apart = split(train, 30, seed=1)
    assert len(places(apart)) == 30
    assert sorted(places(kept) + places(apart)) == list(range(100))
    assert places(kept) == sorted(places(kept))
    assert apart is not None
    assert (apart.labels == np.array(places(apart)) % 10).all()


def test_the_seed_decides(train: LabeledImages) -> None:
    first, again, other = (places(split(train, 30, seed)[1]) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("validation", [100, 101, -1])
def test_too_many_are_refused(train: LabeledImages, validation: int) -> None:
    with pytest.raises(DataError, match="must be 0 to 99") as caught:
        split(train, validation, seed=1)
    assert "0 to 99" in caught.value.problem
