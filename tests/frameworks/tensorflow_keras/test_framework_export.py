from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_studio.frameworks.base import normalize
from mnist_studio.frameworks.tensorflow_keras import FRAMEWORK
from mnist_studio.spec.layers import AvgPool, BatchNorm, Conv, Dense, GlobalAvgPool, Layer, Relu
from tests.frameworks.examples import ACTIVATED, EVERYTHING, chunk, digits, learner, run

NORMED = (Conv(4, bias=False), BatchNorm(), Relu(), AvgPool(), GlobalAvgPool(), Dense(10))


@pytest.mark.parametrize("layers", [EVERYTHING, ACTIVATED, NORMED])
def test_keras_loads_the_file_and_predicts_the_same(
    tmp_path: Path, layers: tuple[Layer, ...]
) -> None:
    spec = run(layers, precision="float32")
    made = learner(FRAMEWORK, spec)
    made.train(chunk(spec.model, 3))
    FRAMEWORK.export(spec.model, made.weights(), tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    images = digits()[0]
    inputs = normalize(images, spec.model.scaling, "float32")[..., None]
    answers = loaded(inputs, training=False).numpy()
    np.testing.assert_allclose(answers, made.logits(images), rtol=1e-5, atol=1e-6)


def test_dropout_is_in_it(tmp_path: Path) -> None:
    spec = run(EVERYTHING)
    FRAMEWORK.export(spec.model, learner(FRAMEWORK, spec).weights(), tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    assert loaded.get_layer("dropout2").rate == 0.5
    assert loaded.dtype_policy.name == "float64" or loaded.inputs[0].dtype == "float64"
