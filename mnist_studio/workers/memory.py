"""Whether there is memory for the children that answer: one costs half a gigabyte and more."""

import psutil

KEPT = 300 << 20
"""Bytes that stay for other programs: below this the children leave."""

NEEDED = 1 << 30
"""Bytes below which none is started."""

LOOK_SECONDS = 2.0
"""So often a child that waits for work looks."""


def available() -> int:
    """Bytes that programs can still have without anything being moved to the disk."""
    return int(psutil.virtual_memory().available)
