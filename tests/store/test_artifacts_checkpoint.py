"""What a checkpoint says besides its arrays: its epochs, and which steps belong to it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve, tensors
from tests.store.example_events import epoch
from tests.store.test_artifacts import checkpoint

EPOCHS = (epoch("run", 1), epoch("run", 2))


def test_the_epochs_of_a_checkpoint_are_read_without_its_arrays(
    tmp_path: Path, spec: RunSpec
) -> None:
    artifacts.save_checkpoint(tmp_path, replace(checkpoint(spec), epochs=EPOCHS))
    assert artifacts.checkpoint_epochs(tmp_path) == EPOCHS
    assert artifacts.load_checkpoint(tmp_path, spec).epochs == EPOCHS


def test_a_checkpoint_of_an_earlier_version_has_no_epochs(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_checkpoint(tmp_path, replace(checkpoint(spec), epochs=None))
    assert artifacts.checkpoint_epochs(tmp_path) is None
    assert artifacts.load_checkpoint(tmp_path, spec).epochs is None


def test_epochs_that_cannot_be_read_are_damage_of_this_file(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_checkpoint(tmp_path, replace(checkpoint(spec), epochs=EPOCHS))
    path = tmp_path / artifacts.CHECKPOINT
    stored = tensors.load(path)
    tensors.save(path, stored.arrays, {**stored.notes, "epochs": "[{}]"})
    for read in (artifacts.checkpoint_epochs, lambda at: artifacts.load_checkpoint(at, spec)):
        with pytest.raises(StoreError, match=f"{artifacts.CHECKPOINT} is damaged: its epochs"):
            read(tmp_path)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"{artifacts.CHECKPOINT} is missing"):
        artifacts.checkpoint_epochs(tmp_path)


def saved_after_steps(folder: Path, spec: RunSpec, count: int) -> artifacts.SavedCheckpoint:
    """A checkpoint that was saved after so many steps, as it is read."""
    step_curve.append(folder, [float(n) for n in range(count)], [0.5] * count)
    artifacts.save_checkpoint(folder, checkpoint(spec, step=count))
    return artifacts.load_checkpoint(folder, spec)


def test_the_steps_of_a_checkpoint_are_those_that_it_was_saved_with(
    tmp_path: Path, spec: RunSpec
) -> None:
    loaded = saved_after_steps(tmp_path, spec, 3)
    assert loaded.steps_sha256
    artifacts.check_steps(tmp_path, loaded)
    # Steps after the checkpoint belong to a process that was killed.
    step_curve.append(tmp_path, [9.0], [0.5])
    artifacts.check_steps(tmp_path, loaded)


def test_fewer_or_other_steps_are_refused(tmp_path: Path, spec: RunSpec) -> None:
    loaded = saved_after_steps(tmp_path, spec, 3)
    steps = tmp_path / step_curve.STEPS
    content = steps.read_bytes()
    steps.write_bytes(content[:-1])
    with pytest.raises(StoreError, match="it has fewer than 3 steps"):
        artifacts.check_steps(tmp_path, loaded)
    steps.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(StoreError, match="its steps do not match the checkpoint"):
        artifacts.check_steps(tmp_path, loaded)
    steps.unlink()
    with pytest.raises(StoreError, match="it has fewer than 3 steps"):
        artifacts.check_steps(tmp_path, loaded)


def test_a_checkpoint_of_an_earlier_version_accepts_any_steps(
    tmp_path: Path, spec: RunSpec
) -> None:
    loaded = saved_after_steps(tmp_path, spec, 2)
    steps = tmp_path / step_curve.STEPS
    steps.write_bytes(bytes(len(steps.read_bytes())))
    with pytest.raises(StoreError, match="its steps do not match the checkpoint"):
        artifacts.check_steps(tmp_path, loaded)
    artifacts.check_steps(tmp_path, replace(loaded, steps_sha256=""))
