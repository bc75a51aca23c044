"""The Python API in this process; the processes that it keeps end with each test."""

from collections.abc import Iterator

import pytest

from mnist_studio.api.processes import PROCESSES
from tests.trained_runs import no_data_folder, run, store, trained_home

__all__ = ["no_data_folder", "run", "store", "trained_home"]


@pytest.fixture(autouse=True)
def _processes_ended() -> Iterator[None]:
    yield
    PROCESSES.close()
