"""A remote learner is the learner that it stands for, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Chunk, Device, Learner, OptimizerState, Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, MaxPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam
from mnist_studio.spec.run import FrameworkName, RunSpec, TrainingSpec
from tests.trained_runs import alive, until

RUN = RunSpec(
    recipe="test",
    model=ModelSpec((Conv(2), Relu(), MaxPool(4), Dropout(0.5), Flatten(), Dense(10))),
    training=TrainingSpec(optimizer=Adam(), batch_size=4, precision="float64"),
    framework="numpy",
    threads=1,
)
RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (12, 28, 28), np.uint8)
LABELS = RNG.integers(0, 10, 12).astype(np.uint8)
CHUNK = Chunk(
    indices=np.arange(12).reshape(3, 4),
    rates=np.full(3, 1e-3),
    masks={"dropout1": RNG.integers(0, 2, (3, 4, 7, 7, 2)).astype(np.uint8)},
)


def start(run: RunSpec = RUN) -> Weights:
    return initial_weights(run.model, 1, run.training.precision)


@pytest.fixture
def local() -> Learner:
    return registry.load("numpy").learner(RUN, start(), Device("cpu", "CPU"))


@pytest.fixture(params=["numpy", "pytorch"])
def remote(request: pytest.FixtureRequest) -> Iterator[RemoteLearner]:
    name: FrameworkName = request.param
    if registry.missing(name):
        pytest.skip(f"{name} is not here")
    with RemoteLearner(replace(RUN, framework=name), start()) as learner:
        yield learner


def same(found: Weights, expected: Weights) -> None:
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_allclose(found[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


def test_it_equals_a_local_learner(remote: RemoteLearner, local: Learner) -> None:
    learner: Learner = remote
    assert learner.capacity >= 1
    for one in (learner, local):
        one.bind(IMAGES, LABELS)
    same(learner.weights(), local.weights())
    same({"": learner.logits(IMAGES)}, {"": local.logits(IMAGES)})
    same(learner.gradients(IMAGES, LABELS), local.gradients(IMAGES, LABELS))
    found = learner.input_gradients(IMAGES, LABELS)
    same({"": found}, {"": local.input_gradients(IMAGES, LABELS)})
    same(learner.activations(IMAGES), local.activations(IMAGES))
    steps, expected = learner.train(CHUNK), local.train(CHUNK)
    same({"": steps.losses}, {"": expected.losses})
    np.testing.assert_array_equal(steps.correct, expected.correct)
    learner.synchronize()
    same(learner.weights(), local.weights())
    state = learner.optimizer_state()
    assert state.step == local.optimizer_state().step == 3
    same(state.slots, local.optimizer_state().slots)


def test_it_restarts_from_loaded_weights_and_state(remote: RemoteLearner) -> None:
    remote.bind(IMAGES, LABELS)
    fresh = remote.optimizer_state()
    first = remote.train(CHUNK).losses
    remote.load_weights(start())
    remote.load_optimizer_state(OptimizerState(0, fresh.slots))
    np.testing.assert_array_equal(remote.train(CHUNK).losses, first)


def test_its_arrays_are_writable(remote: RemoteLearner) -> None:
    assert all(array.flags.writeable for array in remote.weights().values())


def test_the_known_bugs_of_a_run_are_applied() -> None:
    with_bugs = replace(RUN, known_bugs=("own-scaling",))
    with RemoteLearner(RUN, start()) as plain, RemoteLearner(with_bugs, start()) as other:
        assert np.abs(plain.logits(IMAGES) - other.logits(IMAGES)).max() > 1e-3


def test_every_call_of_a_learner_that_was_not_built_says_why() -> None:
    with RemoteLearner(RUN, start(), device="cuda") as learner:
        for _ in range(2):
            with pytest.raises(JobError, match="NumPy runs on the CPU only"):
                learner.logits(IMAGES)


def test_a_problem_of_its_framework_is_reported_in_a_sentence() -> None:
    with (
        RemoteLearner(RUN, start(), device="cuda") as learner,
        pytest.raises(JobError, match="NumPy runs on the CPU only, not on cuda"),
    ):
        learner.logits(IMAGES)


def test_a_mistake_of_the_caller_is_reported_and_it_continues() -> None:
    with RemoteLearner(RUN, start()) as learner:
        with pytest.raises(JobError, match="Unexpected error"):
            learner.logits(IMAGES[:, :5])
        assert learner.logits(IMAGES).shape == (12, 10)


def test_it_can_be_cancelled() -> None:
    with RemoteLearner(RUN, start(), is_cancelled=lambda: True) as learner:
        with pytest.raises(CancelledByUser):
            learner.logits(IMAGES)
        pid = learner._worker.pid
    assert pid
    assert not alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_a_process_that_dies_is_reported() -> None:
    with RemoteLearner(RUN, start()) as learner:
        learner.logits(IMAGES)
        assert learner._worker.pid
        os.kill(learner._worker.pid, signal.SIGKILL)
        with pytest.raises(JobError, match="ended unexpectedly"):
            learner.logits(IMAGES)


@pytest.mark.skipif(sys.platform != "linux", reason="sends signals")
def test_it_dies_with_its_parent() -> None:
    script = textwrap.dedent(
        """
        import time
        from tests.parity.test_remote_learner import IMAGES, RUN, RemoteLearner, start
        if __name__ == "__main__":
            learner = RemoteLearner(RUN, start())
            learner.logits(IMAGES)
            print(learner._worker.pid, flush=True)
            time.sleep(60)
        """
    )
    root = str(Path(__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    until(lambda: not alive(pid))
