"""The best epoch and the averaged weights in a checkpoint, and what discards all files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve, tensors
from mnist_studio.store.artifacts import BestEpoch, SavedCheckpoint, WeightAverage
from mnist_studio.store.run_record import Steps
from tests.store.made_runs import weights_of
from tests.store.test_artifacts import checkpoint, with_training


def scaled(spec: RunSpec, factor: float) -> dict[str, Array]:
    return {name: array * np.float32(factor) for name, array in weights_of(spec).items()}


@pytest.fixture
def saved(spec: RunSpec) -> SavedCheckpoint:
    logits = np.arange(40, dtype=np.float32).reshape(4, 10)
    return replace(
        checkpoint(spec),
        best=BestEpoch(7, scaled(spec, 2), logits),
        average=WeightAverage(3, scaled(spec, 3)),
    )


def same(found: Mapping[str, Array], wanted: Mapping[str, Array]) -> None:
    assert found.keys() == wanted.keys()
    for name in wanted:
        assert_array_equal(found[name], wanted[name])


def test_both_come_back_bit_for_bit(tmp_path: Path, spec: RunSpec, saved: SavedCheckpoint) -> None:
    artifacts.save_checkpoint(tmp_path, saved)
    found = artifacts.load_checkpoint(tmp_path, spec)
    assert found.best is not None
    assert found.average is not None
    assert saved.best is not None
    assert (found.best.epoch, found.average.count) == (7, 3)
    assert_array_equal(found.best.test_logits, saved.best.test_logits)
    same(found.best.weights, scaled(spec, 2))
    same(found.average.weights, scaled(spec, 3))
    same(found.weights, saved.weights)
    same(found.optimizer.slots, saved.optimizer.slots)


def test_each_may_be_missing(tmp_path: Path, spec: RunSpec, saved: SavedCheckpoint) -> None:
    artifacts.save_checkpoint(tmp_path, replace(saved, best=None))
    found = artifacts.load_checkpoint(tmp_path, spec)
    assert (found.best, found.average is None) == (None, False)
    artifacts.save_checkpoint(tmp_path, replace(saved, average=None))
    found = artifacts.load_checkpoint(tmp_path, spec)
    assert (found.best is None, found.average) == (False, None)


LOGITS = "best-logits"


@pytest.mark.parametrize(
    ("arrays", "notes", "problem"),
    [
        ({}, {"best_epoch": "x"}, "its best epoch cannot be read"),
        ({}, {"best_epoch": "-1"}, "its best epoch cannot be read"),
        ({LOGITS: None}, {}, "its best epoch cannot be read"),
        ({LOGITS: np.zeros((4, 11), np.float32)}, {}, "its best epoch cannot be read"),
        ({LOGITS: np.zeros(10, np.float32)}, {}, "its best epoch cannot be read"),
        ({}, {"averaged_epochs": "x"}, "its averaged weights cannot be read"),
        ({"best/dense1.bias": None}, {}, "it has missing or unknown arrays: dense1.bias"),
        ({"average/dense1.bias": None}, {}, "it has missing or unknown arrays: dense1.bias"),
        ({"average/x": np.zeros(1)}, {}, "it has missing or unknown arrays: x"),
        ({"weight/x": np.zeros(1)}, {}, "it has missing or unknown arrays: weight/x"),
        ({"other": np.zeros(1)}, {}, "it has missing or unknown arrays: other"),
        ({}, {"updates": None}, "it lacks 'updates'"),
        ({}, {"step": None}, "it lacks 'step'"),
        ({}, {"train_seconds": None}, "it lacks 'train_seconds'"),
    ],
)
def test_each_damaged_part_of_a_checkpoint_is_named(
    tmp_path: Path,
    spec: RunSpec,
    saved: SavedCheckpoint,
    arrays: dict[str, Array | None],
    notes: dict[str, str | None],
    problem: str,
) -> None:
    artifacts.save_checkpoint(tmp_path, saved)
    path = tmp_path / artifacts.CHECKPOINT
    stored = tensors.load(path)
    changed = {**stored.arrays, **arrays}
    noted = {**stored.notes, **notes}
    tensors.save(
        path,
        {name: array for name, array in changed.items() if array is not None},
        {name: note for name, note in noted.items() if note is not None},
    )
    with pytest.raises(StoreError) as raised:
        artifacts.load_checkpoint(tmp_path, spec)
    assert raised.value.problem == f"{path} is damaged: {problem}."
    assert raised.value.remedy == "Train this run again."


def test_arrays_of_another_shape_or_type_are_named_with_both(tmp_path: Path, spec: RunSpec) -> None:
    weights = weights_of(spec)
    for wrong, found in (
        (weights["dense1.bias"][:-1], "float32 of 9"),
        (weights["dense1.bias"].astype(np.float64), "float64 of 10"),
    ):
        artifacts.save_weights(tmp_path, weights | {"dense1.bias": wrong})
        with pytest.raises(StoreError) as raised:
            artifacts.load_weights(tmp_path, spec)
        assert raised.value.problem == (
            f"{tmp_path / artifacts.WEIGHTS} is damaged: dense1.bias is {found} instead of "
            f"float32 of 10."
        )
    artifacts.save_weights(tmp_path, weights)
    with pytest.raises(StoreError, match=r"is float32 of .* instead of float64 of"):
        artifacts.load_weights(tmp_path, with_training(spec, precision="float64"))


@pytest.mark.parametrize(("classes", "right"), [(1, False), (2, True), (62, True), (63, False)])
def test_logits_have_a_possible_number_of_classes(
    tmp_path: Path, classes: int, right: bool
) -> None:
    artifacts.save_test_logits(tmp_path, np.zeros((3, classes), np.float32))
    if right:
        assert artifacts.load_test_logits(tmp_path).shape == (3, classes)
        assert artifacts.load_test_logits(tmp_path, classes).shape == (3, classes)
        return
    with pytest.raises(StoreError) as raised:
        artifacts.load_test_logits(tmp_path)
    assert raised.value.problem == (
        f"{tmp_path / artifacts.TEST_LOGITS} is damaged: it does not have the logits of each image."
    )


def test_logits_with_a_second_array_are_refused(tmp_path: Path) -> None:
    path = tmp_path / artifacts.TEST_LOGITS
    tensors.save(path, {"logits": np.zeros((3, 10)), "more": np.zeros(1)})
    with pytest.raises(StoreError, match="does not have 10 logits"):
        artifacts.load_test_logits(tmp_path, 10)


def test_the_files_with_arrays_of_a_run_are_named_in_their_order(tmp_path: Path) -> None:
    assert artifacts.files_of(tmp_path) == ()
    for name in (artifacts.WEIGHTS, step_curve.STEPS, "console.txt"):
        (tmp_path / name).touch()
    assert artifacts.files_of(tmp_path) == (artifacts.WEIGHTS, step_curve.STEPS)


def test_the_printed_text_stays_when_all_else_is_discarded(tmp_path: Path) -> None:
    for name in (*artifacts.ARRAYS, artifacts.ROBUSTNESS, artifacts.FEATURES, artifacts.CONSOLE,
                 "epoch-0001.safetensors", "epoch-0001-record.safetensors"):  # fmt: skip
        (tmp_path / name).touch()
    artifacts.discard(tmp_path)
    artifacts.discard(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [artifacts.CONSOLE]
    (tmp_path / artifacts.WEIGHTS).mkdir()
    with pytest.raises(StoreError, match=rf"{artifacts.WEIGHTS} could not be written"):
        artifacts.discard(tmp_path)


def test_steps_are_known_by_the_hash_of_the_first_ones(tmp_path: Path) -> None:
    step_curve.append(tmp_path, [1.0, 2.0, 3.0], [0.5] * 3)
    first = step_curve.hash_of_first(tmp_path, 2)
    assert step_curve.hash_of_first(tmp_path, 3) == step_curve.summary(tmp_path).sha256
    assert step_curve.summary(tmp_path).count == 3
    assert step_curve.hash_of_first(tmp_path, 4) == ""
    step_curve.truncate(tmp_path, 2, first)
    assert step_curve.summary(tmp_path) == Steps(2, first)
    step_curve.truncate(tmp_path, 2, first)
    with pytest.raises(StoreError, match="fewer than 3 steps"):
        step_curve.check(tmp_path, 3, "")
    step_curve.check(tmp_path, 0, "")
