from itertools import product

import msgspec
import numpy as np
import pytest

from mnist_studio.data.pipeline.augmentation import augmented
from mnist_studio.data.pipeline.randomness import Purpose, random_bytes
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Dense, Dropout, Flatten
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec
from mnist_studio.spec.schedules import Exponential, OneCycle, Plateau
from mnist_studio.spec.steps import learning_rate
from mnist_studio.training import chunks
from mnist_studio.training.chunks import TARGET_SECONDS, ChunkMaker, ChunkSizer
from mnist_studio.training.session import DataSplit

DROPPED = ModelSpec((Flatten(), Dropout(0.25), Dense(16), Dropout(0.5), Dense(10)))
MOVED = Augmentation(rotation=10, shift=2, elastic=2)


@pytest.fixture
def images(digits: DataSplit) -> np.ndarray:
    """210: three batches of 64 and one of 18."""
    return digits.train.images


def _maker(spec: RunSpec, images: np.ndarray, **training: object) -> ChunkMaker:
    return ChunkMaker(DROPPED, msgspec.structs.replace(spec.training, **training), images)


def test_the_sizer_aims_at_its_seconds_and_grows_at_most_fourfold() -> None:
    sizer = ChunkSizer(capacity=50)
    seen = [sizer.steps]
    for _ in range(4):
        sizer.update(sizer.steps, sizer.steps * TARGET_SECONDS / 1000)
        seen.append(sizer.steps)
    assert seen == [1, 4, 16, 50, 50]

    sizer.update(50, 50 * TARGET_SECONDS / 8)
    assert sizer.steps == 8
    sizer.update(8, 100 * TARGET_SECONDS)
    assert sizer.steps == 1
    sizer.update(1, 0.0)
    assert sizer.steps == 4


def test_generated_digits_can_stay_as_they_are(spec: RunSpec, images: np.ndarray) -> None:
    changes = {"augmentation": MOVED, "batch_size": 210, "sampling": "stored"}
    for augment, unchanged in ((True, 0), (False, 30)):
        training = msgspec.structs.replace(spec.training, augment_generated=augment, **changes)
        made = ChunkMaker(spec.model, training, images, generated=30).make(0, 1).images
        assert made is not None
        same = (made[0] == images).all(axis=(1, 2))
        assert same.sum() == unchanged
        assert same[210 - unchanged :].all()


@pytest.mark.parametrize("schedule", [Exponential(0.5), OneCycle()])
def test_every_step_has_the_rate_of_the_schedule(
    spec: RunSpec, images: np.ndarray, schedule: Exponential | OneCycle
) -> None:
    training = msgspec.structs.replace(spec.training, schedule=schedule)
    maker = ChunkMaker(spec.model, training, images)
    rates = [maker.make(step, 1).rates[0] for step in range(12)]
    assert rates == [learning_rate(training, step, 210) for step in range(12)]
    assert len(set(rates)) > 1


def test_the_rate_of_a_plateau_follows_the_accuracies_so_far(
    spec: RunSpec, images: np.ndarray
) -> None:
    maker = _maker(spec, images, schedule=Plateau(0.5, patience=1), validation=10)
    first = spec.training.optimizer.learning_rate
    assert maker.make(4, 3, [0.9]).rates.tolist() == [first] * 3
    assert maker.make(8, 3, [0.9, 0.9]).rates.tolist() == [first / 2] * 3


def test_the_last_batch_of_a_pass_comes_alone(spec: RunSpec, images: np.ndarray) -> None:
    maker = _maker(spec, images)
    assert [maker.make(step, 9).indices.shape for step in (0, 2, 3, 4)] == [
        (3, 64), (1, 64), (1, 18), (3, 64),
    ]  # fmt: skip


def test_masks_depend_on_seed_step_and_layer_alone(spec: RunSpec, images: np.ndarray) -> None:
    maker = _maker(spec, images, batch_size=4)
    together = maker.make(7, 5).masks

    assert {name: masks.shape for name, masks in together.items()} == {
        "dropout1": (5, 4, 784),
        "dropout2": (5, 4, 16),
    }
    for k in range(5):
        alone = maker.make(7 + k, 1).masks
        for name, masks in together.items():
            np.testing.assert_array_equal(alone[name][0], masks[k])
    drawn = random_bytes(spec.training.seed, Purpose.DROPOUT, 8, 3, 4 * 16).reshape(4, 16)
    np.testing.assert_array_equal(together["dropout2"][1], drawn >= 128)


def test_masks_differ_between_steps_and_seeds_and_keep_the_wanted_part(
    spec: RunSpec, images: np.ndarray
) -> None:
    first, second = _maker(spec, images).make(0, 2).masks["dropout1"]
    reseeded = _maker(spec, images, seed=43).make(0, 1).masks["dropout1"][0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, reseeded)
    assert first.mean() == pytest.approx(0.75, abs=0.01)


def test_augmented_digits_are_those_of_their_step_whatever_the_chunk(
    spec: RunSpec, images: np.ndarray
) -> None:
    maker = _maker(spec, images, augmentation=MOVED)
    together = maker.make(4, 3)
    assert together.images is not None
    for k, step in product(range(3), range(4, 7)):
        alone = augmented(images[together.indices[k]], MOVED, spec.training.seed, step)
        assert np.array_equal(together.images[k], alone) == (step == 4 + k)
    assert _maker(spec, images).make(4, 3).images is None


def test_a_chunk_of_no_step_has_the_shapes_of_the_others(spec: RunSpec, images: np.ndarray) -> None:
    chunk = _maker(spec, images, augmentation=MOVED).empty(18)
    assert chunk.rates.shape == (0,)
    assert chunk.indices.shape == (0, 18)
    assert chunk.masks["dropout2"].shape == (0, 18, 16)
    assert chunk.images is not None
    assert chunk.images.shape == (0, 18, 28, 28)


def test_a_chunk_has_no_more_steps_than_its_memory_allows(
    spec: RunSpec, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = _maker(spec, images, augmentation=MOVED)
    chunk = maker.make(0, 1)
    assert chunk.images is not None
    arrays: tuple[Array, ...] = (chunk.indices, chunk.images, *chunk.masks.values())
    assert maker.bytes_per_step() == sum(array.nbytes for array in arrays)
    assert _maker(spec, images, batch_size=60_000).bytes_per_step() == 210 * (8 + 784 + 16)
    for bound, steps in ((2.5, 2), (0.5, 1)):
        monkeypatch.setattr(chunks, "MOST_BYTES", int(bound * maker.bytes_per_step()))
        assert len(maker.make(0, 3).indices) == steps


def test_the_chunk_that_only_compiles_has_no_step_but_every_shape(
    spec: RunSpec, images: np.ndarray
) -> None:
    empty = _maker(spec, images, augmentation=MOVED).empty(18)
    assert (empty.indices.shape, empty.indices.dtype.name) == ((0, 18), "int64")
    assert empty.rates.shape == (0,)
    assert empty.images is not None
    assert (empty.images.shape, empty.images.dtype.name) == ((0, 18, 28, 28), "uint8")
    shapes = {name: mask.shape for name, mask in empty.masks.items()}
    assert shapes == {"dropout1": (0, 18, 784), "dropout2": (0, 18, 16)}
    assert {mask.dtype.name for mask in empty.masks.values()} == {"uint8"}
