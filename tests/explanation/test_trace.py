from dataclasses import replace as replaced
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.data.datasets import builtin
from mnist_studio.events import Finished
from mnist_studio.explanation.trace import trace
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Chunk
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run

IMAGE = builtin.load().train.images[17]


def test_the_step_continues_where_the_run_ended(trained: Run) -> None:
    assert isinstance(trained.terminal, Finished)
    weights = artifacts.load_weights(trained.folder, trained.spec)
    steps = trained.terminal.step
    found = trace(trained.spec, weights, IMAGE, trained.folder, steps, target_label=4)
    assert found.network.step is not None
    assert (found.network.step.number, found.network.step.rate) == (steps + 1, 1e-3)
    assert f"state after {steps} updates" in found.notes[0]

    framework = registry.load("numpy")
    model = framework.learner(trained.spec, weights, framework.devices()[0])
    model.load_optimizer_state(artifacts.load_checkpoint(trained.folder, trained.spec).optimizer)
    model.bind(IMAGE[None], np.array([4], np.uint8))
    results = model.train(Chunk(np.zeros((1, 1), np.int64), np.array([1e-3])))
    assert found.network.step.loss == pytest.approx(results.losses[0], rel=1e-6)
    arrays = {one.name: one.after for layer in found.network.layers for one in layer.changes}
    for name, expected in model.weights().items():
        np.testing.assert_allclose(arrays[name], expected, rtol=1e-6, atol=1e-8)


def test_weights_of_another_step_have_no_optimizer_state(trained: Run) -> None:
    weights = artifacts.load_weights(trained.folder, trained.spec)
    found = trace(
        trained.spec, weights, IMAGE, trained.folder, 1, target_label=4, learning_rate=0.5
    )
    assert found.network.step is not None
    assert (found.network.step.number, found.network.step.rate) == (1, 0.5)
    assert found.notes == ("The run has no optimizer state, so the optimizer starts with zeros.",)


def test_weights_of_the_best_epoch_have_no_optimizer_state_of_the_last(
    trained: Run, tmp_path: Path
) -> None:
    checkpoint = artifacts.load_checkpoint(trained.folder, trained.spec)
    best = {name: array + 1 for name, array in checkpoint.weights.items()}
    of_best = replaced(checkpoint, best=artifacts.BestEpoch(1, best, np.zeros((5, 10))))
    averaged = replaced(checkpoint, average=artifacts.WeightAverage(2, best))
    for saved in (of_best, averaged):
        artifacts.save_checkpoint(tmp_path, saved)
        for weights, number in ((best, 1), (checkpoint.weights, checkpoint.step + 1)):
            found = trace(trained.spec, weights, IMAGE, tmp_path, checkpoint.step, target_label=4)
            assert found.network.step is not None
            assert found.network.step.number == number


def test_notes_compare_the_step_with_training(trained: Run) -> None:
    spec = run_spec(RECIPES["wide-cnn"])
    spec = replace(spec, training=replace(spec.training, clip=ClipNorm(0.1)))
    weights = initial_weights(spec.model, 1, "float32")
    found = trace(spec, weights, IMAGE, trained.folder / "gone", 7, target_label=4)
    assert any("Dropout is on" in note for note in found.notes)
    assert any("clipped" in note for note in found.notes)
    assert found.notes[0] == "PyTorch trained this model. NumPy computes the trace in float32."
    # A quarter of the units is dropped, and what is dropped has no gradient.
    dropout = next(layer for layer in found.network.layers if layer.name == "dropout1")
    assert dropout.input_gradient is not None
    live = dropout.input > 0
    assert 0.2 < np.mean(dropout.output[live] == 0) < 0.3
    assert not dropout.input_gradient[live & (dropout.output == 0)].any()


def test_a_forward_pass_has_no_step(trained: Run) -> None:
    weights = artifacts.load_weights(trained.folder, trained.spec)
    found = trace(trained.spec, weights, IMAGE, trained.folder, 1)
    assert found.network.step is None
    assert found.notes == ()
