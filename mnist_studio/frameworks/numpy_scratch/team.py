"""Threads that do the same to different parts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Team:
    """As many threads as ``size``, the caller's among them; the others end with this object."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size - 1) if size > 1 else None

    def each(self, work: Callable[[int], T]) -> list[T]:
        """What ``work`` gives for every place from 0 to before ``size``, all at the same time."""
        if self._pool is None:
            return [work(0)]
        others = [self._pool.submit(work, place) for place in range(1, self.size)]
        return [work(0), *(other.result() for other in others)]
