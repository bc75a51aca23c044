import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.workers.channel import Channel, Update
from mnist_studio.workers.worker import (
    PersistentWorker,
    Worker,
    WorkerDied,
    final_result,
    request_once,
)
from tests.workers import example_tasks as tasks

linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc")


def alive(pid: int | None) -> bool:
    """Whether a process lives, a zombie not counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def counting(*arguments: object) -> "PersistentWorker[int, int, str]":
    return PersistentWorker(tasks.COUNT, "numpy", 30.0)


def remembering() -> "PersistentWorker[str, None, tuple[str, ...]]":
    return PersistentWorker(tasks.MEMORY, "numpy", 30.0)


@contextmanager
def sleeping() -> "Iterator[Worker[float, str, str]]":
    """A worker whose task sleeps."""
    with Worker(tasks.SLEEP, {}) as worker:
        worker.send(60.0)
        until(lambda: isinstance(worker.receive(0.1), Update))
        yield worker


def test_a_function_is_requested_once() -> None:
    assert request_once(tasks.ADD, tasks.Sum(np.array([1.5, 2.0])), "numpy", 30.0) == 3.5
    assert active_children() == []


def test_arrays_come_back() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    doubled = request_once(tasks.DOUBLE, array, "numpy", 30.0)
    np.testing.assert_array_equal(doubled, 2 * array)
    assert doubled.dtype == np.float32


def test_a_generator_sends_progress_before_its_result() -> None:
    counted: list[int] = []
    assert request_once(tasks.COUNT, 3, "numpy", 30.0, on_progress=counted.append) == "3 numbers"
    assert counted == [0, 1, 2]


def test_the_error_of_a_task_is_a_sentence_and_in_the_console(tmp_path: Path) -> None:
    console = tmp_path / "new" / "console.txt"
    with Worker(tasks.FAIL, {}, console=console) as worker:
        with pytest.raises(JobError, match=r"^The file is damaged\. Download it again\.$"):
            final_result(worker.request("studio", 30.0))
        with pytest.raises(JobError, match=r"Unexpected error: KeyError: 'x'\..*console\.txt"):
            final_result(worker.request("x", 30.0))
    assert console.read_text().count("Traceback") == 2


def test_a_task_that_cannot_be_imported_is_an_error_too() -> None:
    with pytest.raises(JobError, match="AttributeError"):
        request_once(tasks.UNKNOWN, None, "numpy", 30.0)


def test_a_process_that_exits_has_died() -> None:
    with pytest.raises(WorkerDied, match="ended unexpectedly"):
        request_once(tasks.FAIL, "exit", "numpy", 30.0)


def test_the_environment_is_set_before_anything_is_imported() -> None:
    variables = {"OPENBLAS_NUM_THREADS": "1", "A_VARIABLE": "ü"}
    with Worker(tasks.ENVIRONMENT, variables) as worker:
        assert final_result(worker.request("A_VARIABLE", 30.0)) == "ü"
        assert final_result(worker.request("OPENBLAS_NUM_THREADS", 30.0)) == "1"


def test_what_a_child_prints_is_in_its_console(tmp_path: Path) -> None:
    console = tmp_path / "console.txt"
    with Worker(tasks.SPEAK, {}, console=console) as worker:
        final_result(worker.request("from Python ü", 30.0))
    assert set(console.read_text("utf-8").splitlines()) == {"from Python ü", "from C"}


def test_a_child_imports_no_framework_that_its_task_does_not_need() -> None:
    found = request_once(tasks.MODULES, None, "numpy", 30.0)
    assert not {"torch", "tensorflow", "scipy", "matplotlib", "PySide6"} & set(found)


def test_a_request_that_takes_too_long_fails() -> None:
    with pytest.raises(JobError, match="did not answer in time"):
        request_once(tasks.SLEEP, 60.0, "numpy", 0.0)


def test_a_cancelled_request_ends_its_process() -> None:
    with pytest.raises(CancelledByUser):
        request_once(tasks.SLEEP, 60.0, "numpy", 30.0, is_cancelled=lambda: True)
    assert active_children() == []


def test_commands_reach_the_task_from_any_thread() -> None:
    with Worker(tasks.SLEEP, {}) as worker:
        # Before the task has named what takes them.
        worker.command("pause")
        response = worker.request(60.0, 30.0)
        next(response)
        thread = Thread(target=worker.command, args=("stop",))
        thread.start()
        thread.join()
        assert final_result(response) == "pause stop"


def test_a_newer_request_cancels_an_older_one_whose_answers_are_ignored() -> None:
    with PersistentWorker(tasks.SLEEP, "numpy", 30.0) as worker:
        older = worker.request(60.0)
        next(older)
        newer = worker.request(0.0)
        assert list(newer) == ["sleeping"]
    assert active_children() == []


def test_a_cancelled_request_leaves_a_persistent_worker_alive() -> None:
    cancelled: list[bool] = []
    with PersistentWorker(tasks.SLEEP, "numpy", 30.0) as worker:
        response = worker.request(60.0, lambda: bool(cancelled))
        next(response)
        pid = worker.pid
        cancelled.append(True)
        with pytest.raises(CancelledByUser):
            final_result(response)
        assert final_result(worker.request(0.0)) == "slept"
        assert worker.pid == pid


def test_a_persistent_worker_keeps_what_its_task_keeps() -> None:
    with remembering() as worker:
        assert worker.pid is None
        assert final_result(worker.request("a")) == ("a",)
        assert final_result(worker.request("b")) == ("a", "b")
        assert len(active_children()) == 1
    assert active_children() == []
    assert worker.pid is None


def test_a_persistent_worker_may_be_closed_twice_and_used_again() -> None:
    worker = remembering()
    worker.close()
    final_result(worker.request("a"))
    worker.close()
    worker.close()
    assert final_result(worker.request("b")) == ("b",)
    worker.close()
    assert active_children() == []


def test_a_failed_request_ends_a_persistent_worker() -> None:
    with PersistentWorker(tasks.FAIL, "numpy", 30.0) as worker:
        for request in ("exit", "x"):
            with pytest.raises(JobError):
                final_result(worker.request(request))
            assert worker.pid is None
    assert active_children() == []


@linux
def test_a_killed_child_has_died_and_the_next_request_starts_another() -> None:
    with remembering() as worker:
        final_result(worker.request("a"))
        pid = worker.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            final_result(worker.request("b"))
        assert final_result(worker.request("c")) == ("c",)
        assert worker.pid != pid


@linux
def test_the_exit_code_of_a_killed_child_is_known() -> None:
    with sleeping() as worker:
        assert worker.exit_code is None
        assert worker.pid
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied):
            worker.receive(10.0)
        worker.command("stop")  # Sending to it does no harm.
        assert worker.end(1.0) == "ended"
        assert worker.exit_code == -signal.SIGKILL


def test_a_child_ends_with_its_pipe_idle_or_not() -> None:
    with Worker(tasks.COUNT, {}) as idle:
        assert final_result(idle.request(1, 30.0))
        assert idle.end(10.0) == "ended"
        assert idle.exit_code == 0
    with sleeping() as busy:
        assert busy.end(10.0) == "ended"
        assert busy.exit_code == 0


@linux
def test_a_child_ends_when_its_parent_is_killed() -> None:
    script = (
        "import sys, time\n"
        "from tests.workers.example_tasks import SLEEP\n"
        "from mnist_studio.workers.worker import Worker\n"
        "worker = Worker(SLEEP, {})\n"
        "next(iter(worker.request(60.0, 30.0)))\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    until(lambda: not alive(pid))


@linux
def test_a_child_ignores_ctrl_c_from_its_start() -> None:
    with Worker(tasks.COUNT, {}) as worker:
        for _ in range(50):
            assert worker.pid
            os.kill(worker.pid, signal.SIGINT)
        assert final_result(worker.request(2, 30.0)) == "2 numbers"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_worker_can_be_started_by_any_thread() -> None:
    found: list[str] = []

    def start() -> None:
        found.append(request_once(tasks.COUNT, 1, "numpy", 30.0))

    thread = Thread(target=start)
    thread.start()
    thread.join(30)
    assert found == ["1 numbers"]


def test_a_child_imports_nothing_of_the_script_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    # Scripts often have no guard. A child that imported it would start children of its own.
    script.write_text(
        "import numpy\n"
        "from tests.workers.example_tasks import COUNT\n"
        "from mnist_studio.workers.worker import request_once\n"
        "print(request_once(COUNT, 2, 'numpy', 30.0))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=True,
        env=environment,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["2 numbers"]
    assert not done.stderr


@linux
def test_ended_workers_leave_no_process_and_no_open_file() -> None:
    request_once(tasks.COUNT, 1, "numpy", 30.0)  # The first one starts Python's resource tracker.
    before, pids = _open_files(), []
    for _ in range(3):
        with Worker(tasks.COUNT, {}) as worker:
            pids.append(worker.pid)
        assert worker.end(0.0) == "ended"  # Ending it twice does no harm.
        del worker
    assert not any(alive(pid) for pid in pids)
    # Others may leave meanwhile: those of an earlier test that Python collects now.
    assert _open_files() <= before


@linux
def test_a_child_that_does_not_react_is_ended_all_the_same() -> None:
    with sleeping() as worker:
        assert worker.pid
        os.kill(worker.pid, signal.SIGSTOP)
        assert worker.end(0.0) in ("terminated", "killed")
        assert not alive(worker.pid)


@linux
def test_a_system_without_pipes_is_explained_in_a_sentence() -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(_open_files()) - 1, limits[1]))
    try:
        with pytest.raises(JobError, match=r"Too many open files.*Close other programs"):
            Worker(tasks.COUNT, {})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_message_that_cannot_be_read_is_the_death_of_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Channel, "receive", lambda self, timeout: b"\xc1")
    with Worker(tasks.COUNT, {}) as worker, pytest.raises(WorkerDied):
        final_result(worker.request(1, 30.0))


def _open_files() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names only


def test_a_process_takes_another_task_and_another_console(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    worker = Worker(tasks.ADD, {}, console=first)
    worker.send(tasks.Sum(np.ones(2)))
    other = worker.for_task(tasks.SPEAK, second)
    with other:
        assert other.pid == worker.pid
        # The answer to the first task is ignored.
        assert final_result(other.request("hello")) is None
        assert final_result(other.request("again")) is None
    assert first.read_text() == ""
    assert second.read_text() == "hello\nfrom Cagain\nfrom C"
