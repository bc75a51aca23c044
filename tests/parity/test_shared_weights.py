"""The weights that PyTorch has learnt are the same network in NumPy."""

import numpy as np
import pytest

from mnist_studio.frameworks import registry
from mnist_studio.parity.shared_weights import share_weights


@pytest.mark.skipif(registry.version("pytorch") is None, reason="PyTorch is not here")
def test_numpy_has_the_same_accuracy_and_gradients_with_pytorchs_weights() -> None:
    shared = share_weights(steps=100)
    assert shared.same
    # Chance level is one image in ten.
    assert shared.pytorch > shared.images // 2
    assert [pair.layer for pair in shared.pairs] == ["dense1", "dense2"]
    assert [pair.numpy.shape for pair in shared.pairs] == [(784, 128), (128, 10)]
    for pair in shared.pairs:
        largest = np.abs(pair.numpy).max()
        assert largest > 0
        np.testing.assert_array_equal(pair.difference, pair.pytorch - pair.numpy)
        assert 0 < np.abs(pair.difference).max() < 1e-4 * largest
