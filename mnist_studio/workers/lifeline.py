"""Ends a child process at once when its parent is gone, whatever the child is doing.

A pipe that nothing is written to closes with the parent. A thread that waits for this would need
Python's interpreter lock, which a framework can hold for seconds while it loads or compiles. On
Linux the kernel therefore ends the process by itself; elsewhere the thread must be enough.

Imports only the standard library: see ``child_entry``.
"""

import os
import signal
import sys
from multiprocessing import connection
from threading import Thread
from typing import Any


def hold_on_to(lifeline: Any) -> None:
    """Ends this process as soon as the other end of a pipe closes, even if that happened before.

    Args:
        lifeline: a connection, or the sentinel of ``multiprocessing``'s parent process.
    """
    if sys.platform == "linux":
        _let_the_kernel_watch(lifeline if isinstance(lifeline, int) else lifeline.fileno())
    Thread(target=_wait, args=(lifeline,), name="lifeline", daemon=True).start()


def _wait(lifeline: Any) -> None:
    connection.wait([lifeline])
    # Nobody waits for the work any more, which may take hours.
    os._exit(0)


def _let_the_kernel_watch(descriptor: int) -> None:
    """Makes the kernel kill this process when that end of a pipe changes, so when it closes."""
    import fcntl  # Windows has no such module.

    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
