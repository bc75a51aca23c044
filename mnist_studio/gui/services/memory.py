"""Keeps the memory of the window small over hours, on Linux with glibc. No Qt.

glibc gives threads heaps of their own, by default up to eight for each processor. The window starts
a thread for every training. Each leaves pieces in another heap, which the others cannot use, so the
window grew although it did not use more. Other systems have allocators of their own.
"""

import ctypes
import sys
from functools import cache
from time import monotonic
from typing import Any

HEAPS = 2
"""One for the main thread, and one that all others share."""

SECONDS = 60.0
"""The least time between two times that free memory is returned; each takes some milliseconds."""

_ARENA_MAX = -8
"""Number of the option in glibc's ``malloc.h``."""


@cache
def _libc() -> Any:
    """The C library, if it is glibc; else None."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def limit_heaps() -> bool:
    """Lets all threads that start from now on share a heap; whether that is possible here."""
    return _libc() is not None and bool(_libc().mallopt(_ARENA_MAX, HEAPS))


class Returns:
    """Returns free memory to the system now and then, in the thread that calls it."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def offer(self) -> bool:
        """Returns it unless that was done a short time ago; whether it was done now."""
        if _libc() is None or monotonic() < self._last + SECONDS:
            return False
        self._last = monotonic()
        _libc().malloc_trim(0)
        return True
