"""Keras' defaults, read from what is installed, are those of ``DIFFERENCES``."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, losses, optimizers

from tests.frameworks.default_facts import default
from tests.frameworks.default_facts import says as says_of


def says(topic: str) -> str:
    return says_of(topic, "keras")


def test_the_constants() -> None:
    assert float(says("Adam's epsilon")) == default(optimizers.Adam, "epsilon")
    rho, epsilon = (default(optimizers.RMSprop, name) for name in ("rho", "epsilon"))
    assert says("RMSprop's decay and epsilon") == f"rho {rho}, epsilon {epsilon}"
    names = ("learning_rate", "rho", "epsilon")
    rate, rho, epsilon = (default(optimizers.Adadelta, name) for name in names)
    assert says("Adadelta's constants") == f"learning rate {rate}, rho {rho}, epsilon {epsilon}"
    assert float(says("SGD's learning rate")) == default(optimizers.SGD, "learning_rate")
    assert float(says("batch-norm epsilon")) == default(layers.BatchNormalization, "epsilon")
    momentum = default(layers.BatchNormalization, "momentum")
    assert says("batch-norm momentum").startswith(f"{momentum}, ")
    loss = losses.SparseCategoricalCrossentropy
    assert f"from_logits is {default(loss, 'from_logits')}" in says("softmax in the loss")
    assert says("loss reduction").startswith(default(loss, "reduction"))
    assert f"jit_compile is {default(keras.Model.compile, 'jit_compile')}" in says("execution")


def test_the_constants_of_activations() -> None:
    slope = default(layers.LeakyReLU, "negative_slope")
    assert says("slope of leaky ReLU").startswith(f"{slope}, which TensorFlow rounds")
    exact = np.array([-0.01])
    rounded = layers.LeakyReLU(0.01, dtype="float64")(np.array([-1.0])).numpy()
    assert 1e-10 < abs(rounded - exact).max() < 1e-9
    assert says("GELU").startswith("exact")
    assert not default(keras.activations.gelu, "approximate")


def test_normal_initialization_is_truncated() -> None:
    assert "truncated at 2 standard deviations" in says("normal initialization")
    drawn = keras.initializers.LecunNormal(1)((400, 400)).numpy()
    # Truncation reduces the standard deviation to 0.8796, so Keras divides by that.
    assert 0.999 * 2 / 0.8796 / 20 < abs(drawn).max() <= 1.001 * 2 / 0.8796 / 20
    assert drawn.std() == pytest.approx(1 / 20, rel=0.01)


def test_fit_shuffles_batches_of_32() -> None:
    assert f"shuffle is {default(keras.Model.fit, 'shuffle')}" in says("shuffling")
    assert "32 images, with a smaller last batch" in says("batch size and last batch")
    network = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    network.compile(optimizer="sgd", loss="mse")
    network.fit(np.zeros((65, 1)), np.zeros((65, 1)), verbose=0)
    assert int(network.optimizer.iterations) == 3


def test_layouts() -> None:
    dense, conv = layers.Dense(5), layers.Conv2D(5, (2, 4))
    dense.build((1, 3))
    conv.build((1, 8, 8, 3))
    assert (says("dense kernel"), tuple(dense.kernel.shape)) == ("(in, out)", (3, 5))
    assert says("convolution kernel") == "(height, width, in, out)"
    assert tuple(conv.kernel.shape) == (2, 4, 3, 5)
    assert keras.config.image_data_format() in says("image layout")
    assert says("flattening order") == "height, width, channel"
    maps = np.arange(24).reshape(1, 2, 3, 4)
    assert layers.Flatten()(maps).numpy()[0].tolist() == list(range(24))
    assert says("data types").startswith(f"{keras.config.floatx()} (floatx)")


def test_the_first_weights() -> None:
    assert "Glorot" in says("initialization")
    for kind in (layers.Dense, layers.Conv2D):
        assert default(kind, "kernel_initializer") == "glorot_uniform"
        assert default(kind, "bias_initializer") == "zeros"


def test_padding_puts_the_odd_row_after() -> None:
    assert says("convolution padding").startswith(f"{default(layers.Conv2D, 'padding')}. ")
    conv = layers.Conv2D(1, 2, padding="same", kernel_initializer="ones")
    found = conv(np.ones((1, 3, 3, 1), np.float32)).numpy().reshape(3, 3)
    assert found.tolist() == [[4, 4, 2], [4, 4, 2], [2, 2, 1]]


@pytest.mark.parametrize("compiled", [False, True])
def test_ties_in_max_pooling_go_to_the_first(compiled: bool) -> None:
    pool = layers.MaxPooling2D(2)

    def gradient(values: tf.Tensor) -> tf.Tensor:
        return tf.gradients(pool(values), values)[0]

    found = tf.function(gradient, jit_compile=compiled)(tf.zeros((1, 2, 2, 1)))
    assert says("ties in max-pooling").endswith("first maximum")
    assert found.numpy().ravel().tolist() == [1, 0, 0, 0]


def test_batch_norm_keeps_the_biased_variance_and_counts_the_old_part() -> None:
    layer = layers.BatchNormalization(momentum=0.9)
    layer(np.array([[1.0], [3.0]], np.float32), training=True)
    assert "weight of the old" in says("batch-norm momentum")
    assert layer.moving_mean.numpy() == pytest.approx(0.1 * 2)
    assert "divided by n" in says("batch-norm running variance")
    assert layer.moving_variance.numpy() == pytest.approx(0.9 + 0.1 * 1)


def test_dropout_works_only_where_training_is_passed() -> None:
    assert "training=True" in says("dropout")
    ones, layer = np.ones(100, np.float32), layers.Dropout(0.5)
    assert set(layer(ones).numpy().tolist()) == {1.0}
    assert set(layer(ones, training=True).numpy().tolist()) == {0.0, 2.0}


def stepped(optimizer: optimizers.Optimizer, gradients: list[float]) -> float:
    """The change of a weight after some steps, each with its gradient."""
    weight = keras.Variable([0.0])
    optimizer.build([weight])
    rate = float(optimizer.learning_rate)
    for gradient in gradients:
        optimizer.apply([tf.constant([gradient])])
        # A rate that falls shows where it is multiplied.
        optimizer.learning_rate = rate / 10
    return float(weight.numpy()[0])


def test_where_the_epsilons_stand() -> None:
    assert "before the bias correction" in says("position of Adam's epsilon")
    # √s = √(1 - b2)·g, and the correction multiplies the whole quotient.
    root = 1e-3**0.5
    expected = -root * 0.5 / (root * 0.5 + 0.1)
    assert stepped(optimizers.Adam(1.0, epsilon=0.1), [0.5]) == pytest.approx(expected, rel=1e-4)
    assert says("position of RMSprop's epsilon") == "inside the root"
    changed = stepped(optimizers.RMSprop(1.0, rho=0.75, epsilon=0.1), [0.5])
    assert changed == pytest.approx(-0.5 / (0.0625 + 0.1) ** 0.5)


def test_the_rate_goes_into_the_velocity() -> None:
    assert "v = momentum·v - lr·g" in says("SGD's velocity")
    changed = stepped(optimizers.SGD(1.0, momentum=0.5), [1.0, 0.0])
    assert changed == pytest.approx(-(1.0 + 0.5))
    assert "part of the velocity" in says("RMSprop's momentum")
    made = optimizers.RMSprop(1.0, rho=0.0, epsilon=1e-9, momentum=0.5)
    assert stepped(made, [1.0, 0.0]) == pytest.approx(-(1.0 + 0.5))


def test_weight_decay_is_decoupled() -> None:
    assert says("weight decay of optimizers").startswith("decoupled: all variables")
    weight = keras.Variable([1.0], name="bias")
    made = optimizers.SGD(0.5, momentum=0.5, weight_decay=0.5)
    made.build([weight])
    for _ in range(2):
        made.apply([tf.constant([0.0])])
    assert float(weight.numpy()[0]) == pytest.approx(0.75 * 0.75)
    assert float(says("AdamW's weight decay")) == default(optimizers.AdamW, "weight_decay")


def test_nesterov_and_centered() -> None:
    assert says("Nesterov momentum").endswith("w += momentum·v - lr·g")
    nesterov = optimizers.SGD(1.0, momentum=0.5, nesterov=True)
    assert stepped(nesterov, [1.0, 0.0]) == pytest.approx(-1.5 - 0.25)
    assert "and epsilon are below" in says("centered RMSprop")
    made = optimizers.RMSprop(1.0, rho=0.5, epsilon=0.1, centered=True)
    assert stepped(made, [1.0]) == pytest.approx(-1 / (0.25 + 0.1) ** 0.5)


def test_early_stopping_watches_the_loss_and_keeps_the_last_weights() -> None:
    assert "by the validation loss" in says("early stopping")
    assert default(keras.callbacks.EarlyStopping, "monitor") == "val_loss"
    assert not default(keras.callbacks.EarlyStopping, "restore_best_weights")


def test_the_rate_is_a_float32_variable() -> None:
    assert says("learning rate dtype") == "a float32 variable"
    assert optimizers.SGD(0.1).learning_rate.dtype == "float32"


def test_clipping_is_by_every_norm_of_its_own() -> None:
    assert "its own norm" in says("clipping by norm")
    weights = [keras.Variable([0.0]) for _ in range(2)]
    made = optimizers.SGD(1.0, clipnorm=1.0)
    made.build(weights)
    made.apply([tf.constant([3.0]), tf.constant([4.0])])
    assert [float(weight.numpy()[0]) for weight in weights] == pytest.approx([-1, -1])


def test_schedules_count_batches() -> None:
    assert says("schedules") == "counted in batches"
    made = optimizers.SGD(optimizers.schedules.ExponentialDecay(1.0, 2, 0.25))
    made.build([keras.Variable([0.0])])
    made.apply([tf.constant([0.0])])
    assert float(made.learning_rate) == pytest.approx(0.5)


def test_tf32_is_on_in_a_new_process() -> None:
    # The adapter has switched it off in this one.
    code = (
        "import tensorflow as tf, sys;"
        "sys.exit(not tf.config.experimental.tensor_float_32_execution_enabled())"
    )
    assert says("TF32 on NVIDIA GPUs") == "both"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
