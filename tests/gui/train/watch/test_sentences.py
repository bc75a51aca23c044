"""The sentence on the confusion matrix names no mistake where several are equally frequent."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_studio.gui.train.watch import sentences
from mnist_studio.gui.train.watch.records import RunRecords, WatchedRun
from tests.gui.train.watch.recorded import record


def matrix(**cells: int) -> NDArray[np.int64]:
    """A confusion matrix whose off-diagonal cells are named like ``a27``: a 2 predicted as 7."""
    made = np.diag(np.full(10, 50))
    for name, value in cells.items():
        made[int(name[1]), int(name[2])] = value
    return made


@pytest.mark.parametrize(
    ("confusion", "text"),
    [
        (matrix(a27=3, a49=2), "NumPy predicts 7 for a 2 (three images)."),
        (matrix(a27=3, a49=3), "NumPy has two that are equally frequent (three images each)."),
        (matrix(a27=1), "NumPy predicts 7 for a 2 (one image)."),
        (matrix(), "NumPy makes none."),
    ],
)
def test_the_most_frequent_mistake(confusion: NDArray[np.int64], text: str, tmp_path: Path) -> None:
    watched = WatchedRun("NumPy", "numpy", tmp_path)
    run = RunRecords(watched, (replace(record(1), confusion=confusion),))
    found = sentences.confusion((run,), 1)
    assert found.endswith(f"Most frequent mistake: {text}")
