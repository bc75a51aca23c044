import msgspec
import numpy as np
import pytest

from mnist_studio.data.randomness import Purpose, random_bytes
from mnist_studio.spec.layers import Dense, Dropout, Flatten
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec, learning_rate
from mnist_studio.spec.schedules import Exponential, OneCycle
from mnist_studio.training.chunks import TARGET_SECONDS, ChunkMaker, ChunkSizer, batches

from .conftest import Sizer

DROPPED = ModelSpec((Flatten(), Dropout(0.25), Dense(16), Dropout(0.5), Dense(10)))


def test_batches_cover_the_order_and_the_last_smaller_one_comes_alone() -> None:
    order = np.random.default_rng(0).permutation(23)
    got = list(batches(order, 5, 0, Sizer(3)))

    assert [part.shape for part in got] == [(3, 5), (1, 5), (1, 3)]
    np.testing.assert_array_equal(np.concatenate([part.ravel() for part in got]), order)


@pytest.mark.parametrize("start", range(6))
def test_batches_go_on_in_the_middle_of_an_epoch(start: int) -> None:
    order = np.arange(23)
    got = [part.ravel() for part in batches(order, 5, start, Sizer(2))]
    np.testing.assert_array_equal(np.concatenate([[], *got]), order[5 * start :])


def test_a_batch_larger_than_the_epoch_is_the_whole_epoch() -> None:
    (got,) = batches(np.arange(7), 64, 0, Sizer(4))
    np.testing.assert_array_equal(got, [np.arange(7)])


def test_whole_batches_leave_no_empty_one_behind() -> None:
    assert [part.shape for part in batches(np.arange(20), 5, 0, Sizer(4))] == [(4, 5)]


def test_the_sizer_aims_at_its_seconds_and_grows_at_most_fourfold() -> None:
    sizer = ChunkSizer(capacity=50)
    seen = [sizer.steps]
    for _ in range(4):
        sizer.took(sizer.steps, sizer.steps * TARGET_SECONDS / 1000)
        seen.append(sizer.steps)
    assert seen == [1, 4, 16, 50, 50]

    sizer.took(50, 50 * TARGET_SECONDS / 8)
    assert sizer.steps == 8
    sizer.took(8, 100 * TARGET_SECONDS)
    assert sizer.steps == 1
    sizer.took(1, 0.0)
    assert sizer.steps == 4


@pytest.mark.parametrize("schedule", [Exponential(0.5), OneCycle()])
def test_every_step_has_the_rate_of_the_schedule(
    spec: RunSpec, schedule: Exponential | OneCycle
) -> None:
    training = msgspec.structs.replace(spec.training, schedule=schedule)
    maker = ChunkMaker(spec.model, training, 210)
    chunk = maker.make(3, np.zeros((6, 64), np.int64))
    assert chunk.rates.tolist() == [learning_rate(training, step, 210) for step in range(3, 9)]
    assert len(set(chunk.rates)) > 1


def test_masks_depend_on_seed_step_and_layer_alone(spec: RunSpec) -> None:
    maker = ChunkMaker(DROPPED, spec.training, 210)
    indices = np.zeros((5, 4), np.int64)
    together = maker.make(7, indices).masks

    assert {name: masks.shape for name, masks in together.items()} == {
        "dropout1": (5, 4, 784),
        "dropout2": (5, 4, 16),
    }
    for k in range(5):
        alone = maker.make(7 + k, indices[k : k + 1]).masks
        for name, masks in together.items():
            np.testing.assert_array_equal(alone[name][0], masks[k])
    drawn = random_bytes(spec.training.seed, Purpose.DROPOUT, 8, 3, 4 * 16).reshape(4, 16)
    np.testing.assert_array_equal(together["dropout2"][1], drawn >= 128)


def test_masks_differ_between_steps_and_seeds_and_keep_the_wanted_part(spec: RunSpec) -> None:
    indices = np.zeros((2, 64), np.int64)
    first, second = ChunkMaker(DROPPED, spec.training, 210).make(0, indices).masks["dropout1"]
    other = msgspec.structs.replace(spec.training, seed=spec.training.seed + 1)
    reseeded = ChunkMaker(DROPPED, other, 210).make(0, indices).masks["dropout1"][0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, reseeded)
    assert first.mean() == pytest.approx(0.75, abs=0.01)


def test_a_chunk_of_no_step_has_masks_of_no_step(spec: RunSpec) -> None:
    chunk = ChunkMaker(DROPPED, spec.training, 210).make(0, np.empty((0, 18), np.int64))
    assert chunk.rates.shape == (0,)
    assert chunk.masks["dropout2"].shape == (0, 18, 16)
