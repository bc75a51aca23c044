"""The priority of a child is lowered only where it can be restored."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from mnist_studio.workers import priority

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the niceness of threads")


@pytest.fixture
def child() -> Iterator[int]:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield process.pid
        process.communicate(b"\n")


@linux
def test_a_lowered_priority_is_restored(child: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    priority.lower(child)
    lowered = os.getpriority(os.PRIO_PROCESS, child) - own
    assert lowered == (priority.NICENESS if priority._restorable() else 0)
    priority.restore(child)
    assert os.getpriority(os.PRIO_PROCESS, child) == own


@linux
def test_a_priority_that_could_not_be_restored_stays(
    child: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priority, "_restorable", lambda: False)
    before = os.getpriority(os.PRIO_PROCESS, child)
    priority.lower(child)
    assert os.getpriority(os.PRIO_PROCESS, child) == before


def test_a_process_that_has_ended_is_ignored() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    own = psutil.Process().nice()
    priority.lower(process.pid)
    priority.restore(process.pid)
    assert psutil.Process().nice() == own
