"""Chunks made ahead of need, in a thread, while the one before is trained on."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from mnist_studio.frameworks.base import Chunk
from mnist_studio.training.chunks import ChunkMaker, ChunkSizer

POLL_SECONDS = 0.05

MOST_BYTES_AHEAD = 64 * 2**20
"""A larger step is made only when it is needed: two of them at once would take too much memory."""


@dataclass(frozen=True)
class PreparedChunk:
    """A chunk.

    Attributes:
        chunk: itself.
        seconds: it took to make.
    """

    chunk: Chunk
    seconds: float


class Prefetcher:
    """The chunks of some steps, one of them ahead; a context manager.

    The thread ends with the block, at the latest after a few more digits.

    Args:
        maker: of the chunks.
        sizer: how many steps they shall have.
        steps: from which to before which, all of one epoch.
        validation: accuracy on the validation digits after every epoch so far.
    """

    def __init__(
        self, maker: ChunkMaker, sizer: ChunkSizer, steps: range, validation: Sequence[float] = ()
    ) -> None:
        self._maker = maker
        self._sizer = sizer
        self._left = steps
        self._validation = tuple(validation)
        self._closing = False
        self._ahead = maker.bytes_a_step() <= MOST_BYTES_AHEAD
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="chunks")
        self._next: Future[PreparedChunk] | None = None

    def __enter__(self) -> Self:
        """Begins with the first chunk."""
        self._begin_next()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the thread, whatever it is doing."""
        self._closing = True
        self._pool.shutdown(cancel_futures=True)

    def take(self, go_on: Callable[[], bool]) -> PreparedChunk | None:
        """The next chunk; None at the end, or if ``go_on``, asked all the time, said no."""
        if self._next is None:
            self._begin_next()
        future = self._next
        if future is None:
            return None
        while not wait([future], POLL_SECONDS).done:
            if not go_on():
                return None
        made = future.result()
        self._left = self._left[len(made.chunk.indices) :]
        self._next = None
        if self._ahead:
            self._begin_next()
        return made

    def _begin_next(self) -> None:
        if self._left:
            most = min(self._sizer.steps, len(self._left))
            self._next = self._pool.submit(self._make, self._left.start, most)

    def _make(self, first: int, most: int) -> PreparedChunk:
        begun = perf_counter()
        chunk = self._maker.make(first, most, self._validation, lambda: not self._closing)
        return PreparedChunk(chunk, perf_counter() - begun)
