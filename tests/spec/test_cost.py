from mnist_studio.spec.cost import TRAINING_FACTOR, cost
from mnist_studio.spec.layers import AvgPool, BatchNorm, Conv, Dense, Flatten, GlobalAvgPool, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Adam, Sgd
from mnist_studio.spec.recipes import RECIPES


def test_multiply_adds_of_the_compact_network() -> None:
    costs = {layer.name: layer for layer in cost(RECIPES["compact-cnn"].model)}

    assert {name: layer.multiply_adds for name, layer in costs.items() if layer.multiply_adds} == {
        "conv1": 3 * 3 * 1 * 28 * 28 * 32,
        "conv2": 3 * 3 * 32 * 14 * 14 * 64,
        "dense1": 3136 * 128,
        "dense2": 128 * 10,
    }
    # The first layer needs no gradient of its input.
    assert costs["conv1"].training_multiply_adds == 2 * costs["conv1"].multiply_adds
    assert costs["conv2"].training_multiply_adds == TRAINING_FACTOR * costs["conv2"].multiply_adds


def test_layers_without_products_of_weights() -> None:
    model = ModelSpec((BatchNorm(), Relu(), AvgPool(3), GlobalAvgPool(), Dense(10)))

    norm, relu, average, mean, _ = cost(model)

    assert norm.multiply_adds == 784
    assert norm.training_multiply_adds == 2 * 784
    assert relu.multiply_adds == relu.training_multiply_adds == 0
    assert average.multiply_adds == 9 * 9 * 9  # a 28×28 map has 9×9 whole windows
    assert average.training_multiply_adds == 2 * average.multiply_adds
    assert mean.multiply_adds == 81


def test_bytes_of_weights_gradients_optimizer_and_activations() -> None:
    model = ModelSpec((Conv(4), BatchNorm(), Flatten(), Dense(10)))

    conv, norm, flatten, dense = cost(model, Adam(), "float64")

    assert (conv.weight_bytes, conv.gradient_bytes, conv.optimizer_bytes) == (320, 320, 640)
    assert (norm.weight_bytes, norm.gradient_bytes) == (128, 64)  # with running statistics
    assert conv.activation_bytes == 8 * 28 * 28 * 4
    assert flatten.activation_bytes == 0  # a view
    assert dense.activation_bytes == 80


def test_the_state_and_the_precision_of_the_optimizer_count() -> None:
    model = RECIPES["mlp-128"].model

    assert sum(layer.optimizer_bytes for layer in cost(model)) == 0
    assert sum(layer.optimizer_bytes for layer in cost(model, Sgd(0.1))) == 0
    weights = sum(layer.weight_bytes for layer in cost(model))
    assert sum(layer.optimizer_bytes for layer in cost(model, Sgd(0.1, 0.9))) == weights
    assert sum(layer.weight_bytes for layer in cost(model, precision="bfloat16")) == weights
