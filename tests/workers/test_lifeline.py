"""Children end with their parent, whatever they are doing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.workers.child_entry import LARGEST_CONSOLE
from mnist_studio.workers.lifeline import Lifeline
from mnist_studio.workers.worker import Worker, final_result
from tests.trained_runs import alive, until
from tests.workers import example_tasks as tasks

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc")

PARENT = """
import os, sys
from mnist_studio.workers.channel import Update
from mnist_studio.workers.worker import Worker
from tests.workers import example_tasks as tasks

def main():
    path = {"PYTHONPATH": os.environ["PYTHONPATH"]}
    worker = Worker(getattr(tasks, sys.argv[1]), path, sys.argv[2])
    if sys.argv[3] == "busy":
        worker.send(60.0)
        while not (reply := worker.receive(0.1)):
            pass
        assert isinstance(reply, Update), reply
    print(worker.pid, flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    main()
"""


@linux
@pytest.mark.parametrize("python", ["", sys.executable], ids=["own", "another Python"])
@pytest.mark.parametrize(
    ("task", "busy"), [("HOLD_THE_LOCK", "busy"), ("SLEEP", "busy"), ("SLEEP", "idle")]
)
def test_a_child_ends_at_once_with_its_parent(
    tmp_path: Path, python: str, task: str, busy: str
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script), task, python, busy],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
    ) as parent:  # fmt: skip
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert alive(child)
        time.sleep(0.2)  # Until the lock is held; without this pause the test would show less.
        parent.kill()
        killed = time.monotonic()
    until(lambda: not alive(child), seconds=5.0)
    assert time.monotonic() - killed < 5.0


WAITING = """
import sys, time
from multiprocessing.connection import Connection
from mnist_studio.workers import lifeline
if sys.argv[2] == "thread":
    lifeline.hold_on_to(Connection(int(sys.argv[1]), writable=False))
print("waiting", flush=True)
time.sleep(60)
"""


@contextmanager
def waiting(line: Lifeline, by: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A process with a copy of the child's end."""
    end = line.child_end.fileno()
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, str(end), by], pass_fds=[end], stdout=subprocess.PIPE,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as child:  # fmt: skip
        yield child


@pytest.mark.skipif(sys.platform == "win32", reason="passes a descriptor")
def test_the_thread_alone_ends_the_child() -> None:
    line = Lifeline()
    with waiting(line, "thread") as child:
        assert child.stdout
        assert child.stdout.readline().strip() == b"waiting"
        assert child.poll() is None
        line.close()
        assert child.wait(10) == 0


@linux
def test_the_kernel_alone_ends_the_child_from_its_first_instruction_on() -> None:
    line = Lifeline()
    with waiting(line, "kernel") as child:
        line.attach(child.pid)
        line.close()
        assert child.wait(10) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="passes a descriptor")
def test_a_pipe_that_closed_before_ends_the_child_too() -> None:
    line = Lifeline()
    line._parent_end.close()
    with waiting(line, "thread") as child:
        line.close()
        assert child.wait(10) == 0


def test_a_large_console_is_moved_aside_once(tmp_path: Path) -> None:
    console, older = tmp_path / "console.txt", tmp_path / "console.txt.1"
    for content in ("a", "b"):
        console.write_text(content * (LARGEST_CONSOLE + 1))
        with Worker(tasks.SPEAK, {}, console=console) as worker:
            final_result(worker.request("new", 30.0))
        assert set(console.read_text("utf-8").splitlines()) == {"new", "from C"}
        assert older.read_text("utf-8")[0] == content
    assert sorted(file.name for file in tmp_path.iterdir()) == [console.name, older.name]


def test_a_child_works_without_a_console_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for console in (tmp_path, tmp_path / "file" / "console.txt"):
        with Worker(tasks.ADD, {}, console=console) as worker:
            assert final_result(worker.request(tasks.Sum(np.array([1.0, 2.0])), 30.0)) == 3.0
