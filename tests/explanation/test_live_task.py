"""Activations as pictures, from the weights of a run or of one of its epochs."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import StoreError
from mnist_studio.explanation.live import GAP, ZERO, LiveRequest
from mnist_studio.explanation.live_task import LiveTask
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.frameworks.numpy_scratch.learner import NumpyLearner
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import artifacts, epoch_weights
from mnist_studio.workers.task import Context

MODEL = ModelSpec((Conv(5), BatchNorm(), Relu(), MaxPool(), Flatten(), Dense(30), Dense(10)))
SPEC = replace(run_spec(RECIPES["tiny-10"]), model=MODEL, framework="numpy")
IMAGE = builtin.load().train.images[17]


@pytest.fixture
def ref(tmp_path: Path) -> ModelRef:
    artifacts.save_weights(tmp_path, initial_weights(MODEL, 1))
    epoch_weights.save(tmp_path, 2, initial_weights(MODEL, 2))
    return ModelRef(str(tmp_path), SPEC, 10)


def test_a_frame_has_the_output_of_every_block(ref: ModelRef) -> None:
    frame = LiveTask()(LiveRequest(ref, 0, IMAGE), Context())
    blocks = network_layout(MODEL).blocks
    assert len(frame.blocks) == len(frame.largest) == len(blocks)
    learner = NumpyLearner(SPEC, initial_weights(MODEL, 1))
    found = learner.activations(IMAGE[np.newaxis])
    # The block of the convolution shows what its ReLU gives: three tiles in a row, and a gap.
    tiles = frame.blocks[1]
    assert tiles.shape == (2 * 29 - 1, 3 * 29 - 1)
    assert (tiles[28] == GAP).all()
    first = (tiles[:28, 29:57].astype(int) - ZERO) * frame.largest[1] / ZERO
    assert np.allclose(first, found["relu1"][0, :, :, 1], atol=frame.largest[1] / ZERO)
    assert frame.largest[1] == pytest.approx(np.abs(found["relu1"]).max())
    # Ten units are below each other, and 30 in rows with gaps at the end.
    assert frame.blocks[-1].shape == (10, 1)
    assert (frame.blocks[-2] != GAP).sum() == 30
    logits = learner.logits(IMAGE[np.newaxis])[0]
    assert int(np.argmax(frame.probabilities)) == int(logits.argmax())
    assert sum(frame.probabilities) == pytest.approx(1)


def test_an_epoch_has_its_own_weights(ref: ModelRef) -> None:
    task = LiveTask()
    end, epoch = (task(LiveRequest(ref, number, IMAGE), Context()) for number in (0, 2))
    assert end.probabilities != epoch.probabilities
    expected = NumpyLearner(SPEC, initial_weights(MODEL, 2)).logits(IMAGE[np.newaxis])[0]
    assert int(np.argmax(epoch.probabilities)) == int(expected.argmax())
    with pytest.raises(StoreError):
        task(LiveRequest(ref, 3, IMAGE), Context())
