import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from mnist_studio.errors import JobError
from mnist_studio.workers.messages import Ready, from_task
from mnist_studio.workers.process import Child, ChildGoneError
from tests.trained_runs import alive


def first_answer(child: Child) -> bytes:
    for _ in range(300):
        message = child.receive(0.1)
        if message:
            return message
    raise AssertionError("the child said nothing")


@contextmanager
def waiting() -> Iterator[Child]:
    """A child that has imported NumPy and waits for questions."""
    child = Child("predict", "numpy", {})
    try:
        first_answer(child)
        yield child
    finally:
        child.end(0.0)


def _open_files() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names only


def test_a_child_answers_and_ends_with_its_pipe() -> None:
    child = Child("predict", "numpy", {})
    assert isinstance(from_task.decode(first_answer(child)), Ready)
    child._connection.close()
    child._process.join(5)
    assert child.exit_code == 0


def test_a_child_imports_nothing_of_the_script_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # Without a guard, as scripts are: a child that imported it would start children of its own.
    script.write_text(
        "import numpy\n"
        "from mnist_studio.workers.process import Child\n"
        "child = Child('probe', 'numpy', {})\n"
        "while not (said := child.receive(0.1)):\n"
        "    pass\n"
        "print(said.decode())\n"
        "child.end(5)\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=True
    )
    assert len(done.stdout.splitlines()) == 1
    assert not done.stderr


def test_nothing_is_received_in_time_when_nothing_is_said() -> None:
    with waiting() as child:
        assert child.receive(0.01) is None
        assert child.exit_code is None


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_a_child_ignores_ctrl_c_from_its_birth() -> None:
    child = Child("probe", "numpy", {})
    try:
        for _ in range(50):
            assert child.pid
            os.kill(child.pid, signal.SIGINT)
        assert b"probed" in first_answer(child)
    finally:
        child.end(2.0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_child_can_be_started_by_any_thread() -> None:
    ends: list[str] = []

    def start() -> None:
        with waiting() as child:
            ends.append(str(child.exit_code))

    thread = Thread(target=start)
    thread.start()
    thread.join(30)
    assert ends == ["None"]


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_a_killed_child_is_gone_and_sending_to_it_says_so() -> None:
    with waiting() as child:
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(ChildGoneError):
            child.receive(10.0)
        assert not child.send(b"anything")
        assert child.end(1.0) == "ended"
        assert child.exit_code == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_ended_children_leave_no_process_and_no_open_file() -> None:
    with waiting():
        pass  # The first one starts Python's own resource tracker.
    before, pids = _open_files(), []
    for _ in range(3):
        with waiting() as child:
            pids.append(child.pid)
        assert child.end(0.0) == "ended"  # Ending twice does no harm.
        del child
    assert not any(alive(pid) for pid in pids if pid)
    assert _open_files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process by a signal")
def test_a_child_that_hears_nothing_is_ended_all_the_same() -> None:
    with waiting() as child:
        assert child.pid
        os.kill(child.pid, signal.SIGSTOP)
        assert child.end(0.0) in ("terminated", "killed")
        assert not alive(child.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="limits open files by RLIMIT_NOFILE")
def test_a_system_that_gives_no_pipe_is_told_in_a_sentence() -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(_open_files()) - 1, limits[1]))
    try:
        with pytest.raises(JobError, match=r"Too many open files.*Close other programs"):
            Child("probe", "numpy", {})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
