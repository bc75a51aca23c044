"""Lets other programs go first while a child process does work that nobody waits for.

Lower priority is easy to set, but most systems do not let a program take it back. It is therefore
set only where it can be restored: a process that waits for a run must later train at full speed.
"""

import os
import sys
from contextlib import suppress

import psutil

NICENESS = 5
"""Added to the niceness of this process, on systems that have one."""


def lower(pid: int) -> None:
    """Lowers the priority of a child that has just started; does nothing if that is permanent."""
    with suppress(psutil.Error, OSError):  # It has ended.
        if sys.platform == "win32":
            psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        elif _restorable():
            os.setpriority(os.PRIO_PROCESS, pid, _own() + NICENESS)


def restore(pid: int) -> None:
    """Gives a child the priority of this process again, with all of its threads."""
    with suppress(psutil.Error, OSError):  # It has ended.
        if sys.platform == "win32":
            psutil.Process(pid).nice(psutil.Process().nice())
        elif _restorable():
            os.setpriority(os.PRIO_PROCESS, pid, _own())
            _restore_threads(pid)


def _restore_threads(pid: int) -> None:
    """On Linux, each thread has its own niceness and passes it on to threads that it starts."""
    if sys.platform == "linux":
        for thread in psutil.Process(pid).threads():
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, thread.id, _own())


def _own() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _restorable() -> bool:
    """Whether this process may set the niceness of a child back to its own."""
    if os.geteuid() == 0:
        return True
    import resource  # Windows has no such module.

    limit = getattr(resource, "RLIMIT_NICE", None)
    return limit is not None and resource.getrlimit(limit)[0] >= 20 - _own()
