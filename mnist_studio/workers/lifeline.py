"""Ends a child process at once when its parent is gone, whatever the child is doing.

A pipe that nothing is written to closes with the parent. A thread that waits for this needs
Python's interpreter lock, which a framework can hold for seconds while it loads or compiles. On
Linux the kernel therefore ends the child by itself, from its first instruction on; elsewhere the
thread must be enough.

Imports only the standard library: see ``child_entry``.
"""

import os
import signal
import sys
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection
from threading import Thread


class Lifeline:
    """The parent's side of the pipe to one child.

    Attributes:
        child_end: that the child gets a copy of.
    """

    def __init__(self) -> None:
        """Opens the pipe.

        Raises:
            OSError: the system opens no more files.
        """
        self.child_end, self._parent_end = Pipe(duplex=False)

    def attach(self, pid: int) -> None:
        """Lets the kernel watch a child that has its copy, and closes this process's own."""
        if sys.platform == "linux":
            _let_the_kernel_watch(self.child_end.fileno(), pid)
        self.child_end.close()

    def close(self) -> None:
        """Closes the pipe; the child ends if it still lives. May be called twice."""
        self.child_end.close()
        self._parent_end.close()


def hold_on_to(lifeline: Connection) -> None:
    """Ends this process as soon as the other end of a pipe closes, even if that happened before."""
    Thread(target=_wait, args=(lifeline,), name="lifeline", daemon=True).start()


def _wait(lifeline: Connection) -> None:
    connection.wait([lifeline])
    # Nobody waits for the work any more, which may take hours.
    os._exit(0)


def _let_the_kernel_watch(descriptor: int, pid: int) -> None:
    """Makes the kernel kill a process when that end of a pipe changes, so when it closes.

    The setting belongs to the end itself, which the process shares.
    """
    import fcntl  # Windows has no such module.

    fcntl.fcntl(descriptor, fcntl.F_SETOWN, pid)
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
