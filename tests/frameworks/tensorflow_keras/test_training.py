import pytest

from mnist_studio.frameworks.tensorflow_keras import FRAMEWORK
from mnist_studio.frameworks.tensorflow_keras.learner import KerasLearner
from mnist_studio.frameworks.tensorflow_keras.training import compiles, padded_capacity
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, Layer
from tests.frameworks.examples import DROPPED, TINY, chunk, learner, run


@pytest.mark.parametrize("layers", [TINY, DROPPED])
def test_a_run_traces_one_function_for_full_and_one_for_ragged_batches(
    layers: tuple[Layer, ...],
) -> None:
    spec = run(layers)
    made = learner(FRAMEWORK, spec)
    assert isinstance(made, KerasLearner)
    for steps in (1, 2, 3, 5, 2):
        made.train(chunk(spec.model, steps))
    assert made.trainer.traces == 1
    for _ in range(2):
        made.train(chunk(spec.model, 1, batch=3))
        made.train(chunk(spec.model, 4))
    assert made.trainer.traces == 2


def test_xla_compiles_networks_without_convolutions() -> None:
    assert compiles(run(TINY).model)
    assert not compiles(run((Conv(2), Flatten(), Dense(10))).model)


def test_large_masks_make_padded_chunks_shorter() -> None:
    dropped = run((Flatten(), Dense(1000), Dropout(0.5), Dense(10))).model
    assert padded_capacity(run(TINY).model, 64) == 256
    assert 1 < padded_capacity(dropped, 64) < 256
    assert padded_capacity(dropped, 60_000) == 1
