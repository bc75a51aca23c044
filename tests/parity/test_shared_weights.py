"""The weights that PyTorch has learnt are the same network in NumPy."""

import numpy as np
import pytest

from mnist_studio.frameworks import registry
from mnist_studio.parity.shared_weights import share_weights


@pytest.mark.skipif(registry.version("pytorch") is None, reason="PyTorch is not here")
def test_weights_of_pytorch_give_numpy_the_same_accuracy_and_gradients() -> None:
    handed = share_weights(steps=100)
    assert handed.same
    # Guessing is right for one digit in ten.
    assert handed.pytorch > handed.digits // 2
    assert [pair.layer for pair in handed.pairs] == ["dense1", "dense2"]
    assert [pair.numpy.shape for pair in handed.pairs] == [(784, 128), (128, 10)]
    for pair in handed.pairs:
        largest = np.abs(pair.numpy).max()
        assert largest > 0
        np.testing.assert_array_equal(pair.difference, pair.pytorch - pair.numpy)
        assert 0 < np.abs(pair.difference).max() < 1e-4 * largest
