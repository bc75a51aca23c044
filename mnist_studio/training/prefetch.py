"""Prepares the next chunk on a thread while the learner trains on the current one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from mnist_studio.frameworks.base import Chunk
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer

POLL_SECONDS = 0.05

MOST_BYTES_AHEAD = 64 * 2**20
"""Larger steps are not prepared in advance, because two of them would need too much memory."""


@dataclass(frozen=True)
class PreparedChunk:
    """A chunk and its cost.

    Attributes:
        chunk: the chunk.
        seconds: the time to prepare it.
    """

    chunk: Chunk
    seconds: float


class Prefetcher:
    """The chunks for a range of steps, of which it prepares one in advance. A context manager.

    The thread ends with the block, at the latest after a few more images.

    Args:
        maker: makes the chunks.
        sizer: chooses the number of steps in each chunk.
        steps: the steps to train, all of the same epoch.
        validation: accuracy on the validation set after every epoch so far.
    """

    def __init__(
        self, maker: ChunkMaker, sizer: ChunkSizer, steps: range, validation: Sequence[float] = ()
    ) -> None:
        self._maker = maker
        self._sizer = sizer
        self._left = steps
        self._validation = tuple(validation)
        self._closing = False
        self._ahead = maker.bytes_per_step() <= MOST_BYTES_AHEAD
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="chunks")
        self._next: Future[PreparedChunk] | None = None

    def __enter__(self) -> Self:
        """Starts to prepare the first chunk."""
        self._begin_next()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the thread, even while it prepares a chunk."""
        self._closing = True
        self._pool.shutdown(cancel_futures=True)

    def take(self, should_continue: Callable[[], bool]) -> PreparedChunk | None:
        """The next chunk; None at the end, or once ``should_continue`` returns False."""
        if self._next is None:
            self._begin_next()
        future = self._next
        if future is None:
            return None
        while not wait([future], POLL_SECONDS).done:
            if not should_continue():
                return None
        prepared = future.result()
        self._left = self._left[len(prepared.chunk.indices) :]
        self._next = None
        if self._ahead:
            self._begin_next()
        return prepared

    def _begin_next(self) -> None:
        if self._left:
            most = min(self._sizer.steps, len(self._left))
            self._next = self._pool.submit(self._make, self._left.start, most)

    def _make(self, first: int, most: int) -> PreparedChunk:
        begun = perf_counter()
        chunk = self._maker.make(first, most, self._validation, lambda: not self._closing)
        return PreparedChunk(chunk, perf_counter() - begun)
