import numpy as np
import pytest

from mnist_studio.analysis.nearest import feature_layer, features, nearest
from mnist_studio.spec.layers import Conv, Dense, Dropout, Flatten, GlobalAvgPool, Relu
from mnist_studio.spec.model import ModelSpec
from tests.analysis.test_counterfactual import IMAGE, plane

KNOWN = np.array([[0, 0], [3, 4], [1, 0], [0, 2]], np.float32)
LABELS = np.array([5, 6, 7, 8], np.uint8)


def test_by_distance_and_by_angle() -> None:
    found = nearest(KNOWN, LABELS, np.array([3.0, 4.0]), count=3)
    assert [(one.index, one.label) for one in found] == [(1, 6), (3, 8), (2, 7)]
    assert [one.distance for one in found] == pytest.approx([0, 13**0.5, 20**0.5])
    found = nearest(KNOWN, LABELS, np.array([6.0, 8.0]), metric="cosine")
    assert [one.index for one in found] == [1, 3, 2, 0]
    assert [one.distance for one in found] == pytest.approx([0, 0.2, 0.4, 1], abs=1e-6)


def test_the_features_are_what_the_last_layer_sees() -> None:
    deep = ModelSpec((Flatten(), Dense(12), Relu(), Dropout(0.5), Dense(10)))
    assert feature_layer(deep) == ("dropout1", 12)
    assert feature_layer(ModelSpec((Flatten(), Dense(10)))) == ("flatten1", 784)
    assert feature_layer(ModelSpec((Conv(4), Relu(), Conv(10), GlobalAvgPool()))) == (
        "relu1",
        784 * 4,
    )
    assert feature_layer(ModelSpec((Conv(10), GlobalAvgPool()))) == ("conv1", 7840)


def test_features_are_one_vector_a_digit() -> None:
    network = plane(np.zeros((784, 10)), [0.0] * 10)
    found = features(network, "flatten1", np.stack([IMAGE] * 3))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.stack([IMAGE.reshape(-1) / 255] * 3), rtol=1e-6)
