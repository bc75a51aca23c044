"""One framework a process: torch and TensorFlow in one process crash on some systems."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.conftest import MISSING

HERE = Path(__file__).parent

# Read when TensorFlow and Keras are imported, so set before any test module is.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
# Two threads that wait for each other on a busy computer are ten times slower than one.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["KERAS_HOME"] = tempfile.gettempdir()

HEAVY = {"pytorch": "pytorch", "keras": "tensorflow_keras"}
ABSENT = [HERE / folder for name, folder in HEAVY.items() if name in MISSING]

_entered: set[str] = set()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leaves out the tests of a framework that is not installed, also if their folder is named."""
    return True if {collection_path, *collection_path.parents} & {*ABSENT} else None


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Refuses the tests of a second heavy framework, before their module is imported."""
    if module_path.parent.parent == HERE and module_path.parent.name in HEAVY.values():
        _entered.add(module_path.parent.name)
    if len(_entered) > 1:
        commands = "\n".join(f"  pytest tests/frameworks/{name}" for name in HEAVY.values())
        raise pytest.UsageError(f"Run the frameworks in processes of their own:\n{commands}")
