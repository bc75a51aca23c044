"""Whether there is memory for persistent workers. One with a framework needs 500 MB or more."""

import psutil

RESERVED = 300 << 20
"""Bytes left for other programs. With less available, persistent workers end."""

NEEDED = 1 << 30
"""With fewer bytes available, no persistent worker starts."""

CHECK_SECONDS = 2.0
"""Interval at which the owner of an idle worker checks."""


def available() -> int:
    """Bytes that programs can still allocate without swapping."""
    return int(psutil.virtual_memory().available)
