from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import save as serialize

from mnist_studio.errors import StoreError
from mnist_studio.frameworks.base import Array, OptimizerState
from mnist_studio.spec.layers import Dense, Flatten
from mnist_studio.spec.model import ModelSpec, weight_shapes
from mnist_studio.spec.optimizers import Adam, Sgd, slot_names
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, step_curve, tensors
from mnist_studio.store.artifacts import SavedCheckpoint


def drawn(spec: RunSpec) -> dict[str, Array]:
    rng = np.random.default_rng(7)
    return {
        name: rng.normal(size=shape).astype(spec.training.precision)
        for name, shape in weight_shapes(spec.model).items()
    }


def with_training(spec: RunSpec, **changes: object) -> RunSpec:
    training = msgspec.structs.replace(spec.training, **changes)
    return msgspec.structs.replace(spec, training=training)


def checkpoint(spec: RunSpec, step: int = 938) -> SavedCheckpoint:
    slots = {
        f"{name}/{slot}": weight * 2
        for name, weight in drawn(spec).items()
        for slot in slot_names(spec.training.optimizer)
    }
    optimizer = OptimizerState(step, slots)
    return SavedCheckpoint(drawn(spec), optimizer, step, 0.1 + 0.2, preparation_seconds=0.7)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_weights_come_back_bit_for_bit(tmp_path: Path, spec: RunSpec, precision: str) -> None:
    spec = with_training(spec, precision=precision)
    artifacts.save_weights(tmp_path, drawn(spec))

    loaded = artifacts.load_weights(tmp_path, spec)

    assert loaded.keys() == drawn(spec).keys()
    for name, array in drawn(spec).items():
        assert loaded[name].dtype == precision
        assert_array_equal(loaded[name], array)


def test_weights_in_any_order_of_memory_come_back(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_weights(
        tmp_path, {name: np.asfortranarray(array) for name, array in drawn(spec).items()}
    )
    loaded = artifacts.load_weights(tmp_path, spec)
    assert_array_equal(loaded["dense1.kernel"], drawn(spec)["dense1.kernel"])


def test_missing_artifacts_are_reported(tmp_path: Path, spec: RunSpec) -> None:
    for load in (artifacts.load_weights, artifacts.load_checkpoint):
        with pytest.raises(StoreError, match="is missing"):
            load(tmp_path, spec)
    with pytest.raises(StoreError, match="is missing"):
        artifacts.load_test_logits(tmp_path)
    with pytest.raises(StoreError, match="is missing"):
        step_curve.load(tmp_path / "nowhere")


def test_weights_of_another_network_are_refused(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_weights(tmp_path, drawn(spec))
    other = msgspec.structs.replace(spec, model=ModelSpec((Flatten(), Dense(10))))
    with pytest.raises(StoreError, match=r"dense2\.bias, dense2\.kernel"):
        artifacts.load_weights(tmp_path, other)

    wider = msgspec.structs.replace(spec, model=ModelSpec((Flatten(), Dense(11), Dense(10))))
    with pytest.raises(StoreError, match=r"dense1\.\w+ is float32 of .*10 instead of .*11"):
        artifacts.load_weights(tmp_path, wider)

    with pytest.raises(StoreError, match=r"float32 of .* instead of float64"):
        artifacts.load_weights(tmp_path, with_training(spec, precision="float64"))


def test_any_damage_to_weights_is_noticed(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_weights(tmp_path, drawn(spec))
    file = tmp_path / artifacts.WEIGHTS
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[-5] ^= 1
    for content in (b"", b"x", whole[:100], whole[:-1], whole + b"x", bytes(flipped)):
        file.write_bytes(content)
        with pytest.raises(StoreError, match="is damaged") as raised:
            artifacts.load_weights(tmp_path, spec)
        assert raised.value.remedy


def test_a_file_without_our_hash_is_refused(tmp_path: Path, spec: RunSpec) -> None:
    (tmp_path / artifacts.WEIGHTS).write_bytes(serialize(drawn(spec)))
    with pytest.raises(StoreError, match="hash"):
        artifacts.load_weights(tmp_path, spec)


@pytest.mark.parametrize("optimizer", [Sgd(), Adam()])
def test_a_checkpoint_comes_back_bit_for_bit(
    tmp_path: Path, spec: RunSpec, optimizer: Sgd | Adam
) -> None:
    spec = with_training(spec, optimizer=optimizer)
    kept = checkpoint(spec)
    artifacts.save_checkpoint(tmp_path, checkpoint(spec, step=1))
    step_curve.append(tmp_path, [1.0], [0.5])
    artifacts.save_checkpoint(tmp_path, kept)

    loaded = artifacts.load_checkpoint(tmp_path, spec)

    assert step_curve.load(tmp_path).losses.tolist() == [1.0]
    assert (loaded.step, loaded.train_seconds) == (938, kept.train_seconds)
    assert loaded.preparation_seconds == 0.7
    assert loaded.optimizer.step == 938
    for mine, theirs in (
        (kept.weights, loaded.weights),
        (kept.optimizer.slots, loaded.optimizer.slots),
    ):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert_array_equal(mine[name], theirs[name])


def test_a_checkpoint_of_another_optimizer_is_refused(tmp_path: Path, spec: RunSpec) -> None:
    artifacts.save_checkpoint(tmp_path, checkpoint(spec))
    with pytest.raises(StoreError, match=r"slot/dense1\.bias/mean"):
        artifacts.load_checkpoint(tmp_path, with_training(spec, optimizer=Sgd()))


def test_a_checkpoint_of_an_earlier_version_has_no_preparation(
    tmp_path: Path, spec: RunSpec
) -> None:
    artifacts.save_checkpoint(tmp_path, checkpoint(spec))
    path = tmp_path / artifacts.CHECKPOINT
    stored = tensors.load(path)
    notes = {k: v for k, v in stored.notes.items() if k != "preparation_seconds"}
    tensors.save(path, stored.arrays, notes)
    assert artifacts.load_checkpoint(tmp_path, spec).preparation_seconds == 0.0


@pytest.mark.parametrize("notes", [{}, {"step": "x", "updates": "1", "train_seconds": "1"}])
def test_a_checkpoint_without_its_numbers_is_refused(
    tmp_path: Path, spec: RunSpec, notes: dict[str, str]
) -> None:
    spec = with_training(spec, optimizer=Sgd())
    weights = {f"weight/{name}": array for name, array in drawn(spec).items()}
    tensors.save(tmp_path / artifacts.CHECKPOINT, weights, notes)
    with pytest.raises(StoreError, match="damaged"):
        artifacts.load_checkpoint(tmp_path, spec)


def test_test_logits_come_back(tmp_path: Path) -> None:
    logits = np.random.default_rng(1).normal(size=(100, 10)).astype(np.float32)
    artifacts.save_test_logits(tmp_path, logits)
    assert_array_equal(artifacts.load_test_logits(tmp_path), logits)


@pytest.mark.parametrize("arrays", [{"logits": np.ones((3, 9))}, {"other": np.ones((3, 10))}, {}])
def test_test_logits_of_another_shape_are_refused(tmp_path: Path, arrays: dict[str, Array]) -> None:
    tensors.save(tmp_path / artifacts.TEST_LOGITS, arrays)
    with pytest.raises(StoreError, match="10 logits of each image"):
        artifacts.load_test_logits(tmp_path, 10)
    with pytest.raises(StoreError, match="3 logits of each image"):
        artifacts.load_test_logits(tmp_path, 3)


def test_the_console_lies_in_the_folder(tmp_path: Path) -> None:
    assert artifacts.console(tmp_path).parent == tmp_path
