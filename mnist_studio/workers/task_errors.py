"""Any exception of a child in words."""

import errno

from mnist_studio.errors import MnistStudioError


def explain(error: Exception) -> str:
    """What went wrong and what to do, in a sentence or two."""
    if isinstance(error, MnistStudioError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory. Close other programs or choose a smaller batch size."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full. Make room and train again."
    kind = type(error).__name__
    first = (str(error).strip().splitlines() or ["no text"])[0][:300]
    return f"Something unexpected happened: {kind}: {first}. The run's console has the details."
