import threading
import time
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.frameworks.base import Chunk
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.run import FULL_BATCH, RunSpec
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer
from mnist_studio.training.prefetch import MOST_BYTES_AHEAD, Prefetcher
from tests.training.conftest import Sizer


class Maker:
    """Makes chunks that hold the numbers of their steps."""

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.begun: list[int] = []
        self.hold = threading.Event()
        self.hold.set()
        self.asked = threading.Event()

    def bytes_per_step(self) -> int:
        return self.size

    def make(
        self,
        first: int,
        most: int,
        validation: Sequence[float],
        should_continue: Callable[[], bool],
    ) -> Chunk:
        self.begun.append(first)
        while should_continue() and not self.hold.wait(0.01):
            self.asked.set()
        return Chunk(np.arange(first, first + most).reshape(-1, 1), np.full(most, len(validation)))


def _prefetcher(
    maker: Maker, steps: range, sizer: Sizer, validation: Sequence[float] = ()
) -> Prefetcher:
    return Prefetcher(maker, sizer, steps, validation)  # type: ignore[arg-type]


def _always() -> bool:
    return True


@pytest.mark.parametrize("size", [1, MOST_BYTES_AHEAD + 1])
def test_all_steps_come_once_and_in_order(size: int) -> None:
    got: list[list[int]] = []
    with _prefetcher(Maker(size), range(3, 10), Sizer(3), [0.5, 0.75]) as prefetcher:
        while made := prefetcher.take(_always):
            got.append(made.chunk.indices[:, 0].tolist())
            assert made.chunk.rates[0] == 2
            assert made.seconds >= 0
    assert got == [[3, 4, 5], [6, 7, 8], [9]]


def test_only_one_chunk_is_prepared_in_advance() -> None:
    maker = Maker()
    with _prefetcher(maker, range(4), Sizer(1)) as prefetcher:
        prefetcher.take(_always)
        prefetcher.take(_always)
        while len(maker.begun) < 3:
            pass
    assert maker.begun == [0, 1, 2]


def test_a_step_too_large_to_store_twice_is_not_prepared_in_advance() -> None:
    maker = Maker(size=MOST_BYTES_AHEAD + 1)
    with _prefetcher(maker, range(4), Sizer(1)) as prefetcher:
        prefetcher.take(_always)
    assert maker.begun == [0]


def test_a_stop_takes_effect_while_waiting_for_a_chunk() -> None:
    maker, asked = Maker(), count()
    maker.hold.clear()
    with _prefetcher(maker, range(4), Sizer(1)) as prefetcher:
        assert prefetcher.take(lambda: next(asked) < 2) is None
    # The thread asks whether it shall go on; otherwise the block would never have ended.
    assert maker.asked.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("chunks")]


def test_an_error_while_preparing_is_raised_by_take() -> None:
    maker = Maker()
    maker.make = lambda *_: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError), _prefetcher(maker, range(4), Sizer(1)) as prefetcher:
        prefetcher.take(_always)


def test_a_stop_takes_effect_quickly_while_all_of_mnist_is_augmented(spec: RunSpec) -> None:
    elastic = Augmentation(rotation=10, elastic=3)
    training = replace(spec.training, batch_size=FULL_BATCH, augmentation=elastic)
    maker = ChunkMaker(spec.model, training, np.zeros((60_000, 28, 28), np.uint8))
    assert maker.bytes_per_step() <= MOST_BYTES_AHEAD
    begun = time.monotonic()
    with Prefetcher(maker, ChunkSizer(1), range(5)) as prefetcher:
        assert prefetcher.take(lambda: False) is None
    # All of it would take a minute; how long a moment is says how busy the machine is.
    assert time.monotonic() - begun < 5.0
