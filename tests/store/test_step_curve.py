"""The file of the steps: appended, cut, and torn."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mnist_studio.errors import StoreError
from mnist_studio.store import step_curve


def test_steps_are_appended(tmp_path: Path) -> None:
    assert len(step_curve.load(tmp_path).losses) == 0
    step_curve.append(tmp_path, [2.5, 1.25], [0.0, 0.5])
    step_curve.append(tmp_path, np.array([]), np.array([]))
    step_curve.append(tmp_path, (0.75,), (1.0,))

    curve = step_curve.load(tmp_path)

    assert curve.losses.dtype == curve.accuracies.dtype == np.float32
    assert_array_equal(curve.losses, np.array([2.5, 1.25, 0.75], np.float32))
    assert_array_equal(curve.accuracies, np.array([0.0, 0.5, 1.0], np.float32))


@pytest.mark.parametrize("torn", range(1, 8))
def test_a_torn_step_is_left_out_and_the_next_one_is_whole(tmp_path: Path, torn: int) -> None:
    step_curve.append(tmp_path, [2.5, 1.25], [0.0, 0.5])
    file = tmp_path / step_curve.STEPS
    file.write_bytes(file.read_bytes() + b"\xff" * torn)

    assert_array_equal(step_curve.load(tmp_path).losses, np.array([2.5, 1.25], np.float32))
    step_curve.append(tmp_path, [0.75], [1.0])
    curve = step_curve.load(tmp_path)
    assert_array_equal(curve.losses, np.array([2.5, 1.25, 0.75], np.float32))
    assert_array_equal(curve.accuracies, np.array([0.0, 0.5, 1.0], np.float32))


def test_a_resumed_run_replaces_its_last_steps(tmp_path: Path) -> None:
    step_curve.append(tmp_path, [4, 3, 2, 1], [0, 0, 1, 1])
    step_curve.truncate(tmp_path, 2)
    step_curve.append(tmp_path, [2.5], [0.5])
    assert step_curve.load(tmp_path).losses.tolist() == [4, 3, 2.5]
    with pytest.raises(StoreError, match="fewer than 5 steps"):
        step_curve.truncate(tmp_path, 5)


def test_steps_and_accuracies_must_be_as_many(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broadcast"):
        step_curve.append(tmp_path, [1.0, 2.0], [1.0, 2.0, 3.0])


def test_steps_into_a_missing_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        step_curve.append(tmp_path / "gone", [1.0], [1.0])


def test_a_resumed_run_needs_the_steps_of_its_checkpoint(tmp_path: Path) -> None:
    step_curve.append(tmp_path, [4, 3, 2, 1], [0, 0, 1, 1])
    right = step_curve.hash_of_first(tmp_path, 2)
    with pytest.raises(StoreError, match="do not match the checkpoint"):
        step_curve.truncate(tmp_path, 3, right)
    assert len(step_curve.load(tmp_path).losses) == 4
    step_curve.truncate(tmp_path, 2, right)
    assert step_curve.load(tmp_path).losses.tolist() == [4, 3]
