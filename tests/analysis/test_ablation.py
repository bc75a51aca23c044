import numpy as np
import pytest

from mnist_studio.analysis.ablation import ablated, noisy, units_of
from mnist_studio.errors import UsageError
from mnist_studio.spec.recipes import RECIPES

WEIGHTS = {
    "dense1.kernel": np.array([[1.0, 2, 3], [4, 5, 6]], np.float32),
    "dense1.bias": np.array([7.0, 8, 9], np.float32),
    "batch_norm1.scale": np.ones(3, np.float32),
    "batch_norm1.mean": np.full(3, 2, np.float32),
}


def test_a_unit_without_weights_has_the_output_0() -> None:
    changed = ablated(WEIGHTS, "dense1", 1)
    np.testing.assert_array_equal(changed["dense1.kernel"], [[1, 0, 3], [4, 0, 6]])
    np.testing.assert_array_equal(changed["dense1.bias"], [7, 0, 9])
    assert WEIGHTS["dense1.bias"][1] == 8
    whole = ablated(WEIGHTS, "dense1")
    assert not whole["dense1.kernel"].any()
    assert not whole["dense1.bias"].any()
    normed = ablated(WEIGHTS, "batch_norm1", 0)
    np.testing.assert_array_equal(normed["batch_norm1.scale"], [0, 1, 1])
    # Running statistics are no weights: the output is scale · … + offset.
    np.testing.assert_array_equal(normed["batch_norm1.mean"], [2, 2, 2])


def test_what_does_not_exist_cannot_be_ablated() -> None:
    with pytest.raises(UsageError, match="relu1 has no weights"):
        ablated(WEIGHTS, "relu1")
    with pytest.raises(UsageError, match="must be 0 to 2, got 3"):
        ablated(WEIGHTS, "dense1", 3)


def test_noise_has_the_given_share_and_is_repeatable() -> None:
    weights = {"dense1.kernel": np.random.default_rng(2).normal(size=(200, 200)) * 3}
    weights["dense1.bias"] = np.ones(200)
    changed = noisy(weights, 0.5)
    added = changed["dense1.kernel"] - weights["dense1.kernel"]
    assert added.std() == pytest.approx(1.5, rel=0.02)
    assert changed["dense1.bias"] is weights["dense1.bias"]
    np.testing.assert_array_equal(noisy(weights, 0.5)["dense1.kernel"], changed["dense1.kernel"])
    np.testing.assert_array_equal(noisy(weights, 0)["dense1.kernel"], weights["dense1.kernel"])


def test_every_layer_with_weights_has_units() -> None:
    assert units_of(RECIPES["mlp-128"].model) == {"dense1": 128, "dense2": 10}
