"""A run that still trains predicts with the weights of its newest epoch."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.errors import StoreError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import OptimizerState
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import artifacts, epoch_weights
from mnist_studio.store.artifacts import SavedCheckpoint

SPEC = run_spec(RECIPES["tiny-10"])
IMAGES = builtin.load().test.images[:3]


def _checkpoint(seed: int) -> SavedCheckpoint:
    shapes, slots = trainable_shapes(SPEC.model), slot_names(SPEC.training.optimizer)
    return SavedCheckpoint(
        weights=initial_weights(SPEC.model, seed, "float32"),
        optimizer=OptimizerState(
            5,
            {f"{n}/{slot}": np.zeros(shapes[n], np.float32) for n in shapes for slot in slots},
        ),
        step=5,
        train_seconds=1.0,
    )


def test_the_epoch_or_else_the_checkpoint_predicts(tmp_path: Path) -> None:
    numpy = registry.load("numpy")
    ref = ModelRef(str(tmp_path), SPEC, 5, epoch=1)
    with pytest.raises(StoreError):
        open_model(numpy, ref)
    artifacts.save_checkpoint(tmp_path, _checkpoint(1))
    of_checkpoint = open_model(numpy, ref).logits(IMAGES)
    mean = artifacts.WeightAverage(2, initial_weights(SPEC.model, 2, "float32"))
    artifacts.save_checkpoint(tmp_path, replace(_checkpoint(1), average=mean))
    of_mean = open_model(numpy, ref).logits(IMAGES)
    epoch_weights.save(tmp_path, 1, initial_weights(SPEC.model, 2, "float32"))
    of_epoch = open_model(numpy, ref).logits(IMAGES)
    assert not np.allclose(of_checkpoint, of_epoch)
    np.testing.assert_array_equal(of_mean, of_epoch)
    artifacts.save_weights(tmp_path, initial_weights(SPEC.model, 2, "float32"))
    ended = msgspec.structs.replace(ref, epoch=0)
    np.testing.assert_array_equal(open_model(numpy, ended).logits(IMAGES), of_epoch)
