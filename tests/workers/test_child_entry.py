import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_studio.frameworks import registry
from mnist_studio.workers import child_entry
from mnist_studio.workers.worker import Worker, final_result
from tests.workers import example_tasks as tasks

ROOT = Path(__file__).parents[2]
FRESH = """
import sys
from importlib import import_module
import_module("mnist_studio.workers.child_entry")
roots = {name.split(".")[0] for name in sys.modules}
print(*sorted(roots - set(sys.stdlib_module_names) - {"__main__", "__mp_main__"}))
"""


def test_the_entry_of_children_imports_only_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}){FRESH}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["mnist_studio"]


@pytest.mark.parametrize("name", list(registry.ENTRIES))
def test_the_environment_of_a_child_is_text(name: str) -> None:
    variables = registry.environment(name, 1)
    assert variables["OMP_NUM_THREADS"] == "1"
    assert all(isinstance(value, str) for value in variables.values())
    assert ("KERAS_BACKEND" in variables) == (name == "keras")


def test_this_process_has_imported_no_framework_but_numpy() -> None:
    assert np.__name__ in sys.modules
    assert not {"torch", "tensorflow", "keras"} & sys.modules.keys()


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_a_log_out_leaves_a_child_to_its_parent() -> None:
    with Worker(tasks.COUNT, {}) as worker:
        assert worker.pid
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            os.kill(worker.pid, number)
        assert final_result(worker.request(2, 30.0)) == "2 numbers"
        for number in (signal.SIGHUP, signal.SIGTERM):
            os.kill(worker.pid, number)
        assert final_result(worker.request(3, 30.0)) == "3 numbers"


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
def test_a_child_whose_parent_has_left_it_can_be_terminated() -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    try:
        assert not child_entry._is_closed(theirs)
        ours.close()
        assert child_entry._is_closed(theirs)
    finally:
        theirs.close()
    assert child_entry._is_closed(theirs)
