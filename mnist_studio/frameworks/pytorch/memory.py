"""The memory that a step needs stays with the process until the next one."""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""The parameters of glibc's ``mallopt``, as malloc.h numbers them."""

LARGEST_BLOCK = 32 * 2**20
"""The most that glibc takes for ``MMAP_THRESHOLD`` on 64 bits."""

LARGEST_REST = 2**30


def keep() -> None:
    """Lets glibc keep freed blocks; does nothing elsewhere.

    By itself it returns a step's feature maps and gradients to the system, which then hands them
    out again page by page, every one filled with zeros: a tenth of the time of wide-cnn's step.
    PyTorch has a cache of blocks for GPUs only.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGEST_BLOCK)
        mallopt(TRIM_THRESHOLD, LARGEST_REST)
