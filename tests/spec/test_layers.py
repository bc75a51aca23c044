import math

import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import layers
from mnist_studio.spec.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Layer,
    MaxPool,
    Relu,
    Sigmoid,
    Uniform,
)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (Dense(10), (784,), (10,)),
        (Conv(32), (28, 28, 1), (28, 28, 32)),
        (Conv(32, size=5), (28, 28, 1), (28, 28, 32)),
        (Conv(32, size=4), (28, 28, 1), (28, 28, 32)),
        (Conv(8, padding="valid"), (28, 28, 1), (26, 26, 8)),
        (Conv(8, size=28, padding="valid"), (28, 28, 1), (1, 1, 8)),
        (MaxPool(), (28, 28, 3), (14, 14, 3)),
        (MaxPool(3), (28, 28, 3), (9, 9, 3)),
        (Flatten(), (7, 7, 64), (3136,)),
        (Flatten(), (10,), (10,)),
        (Relu(), (7, 7, 64), (7, 7, 64)),
        (Sigmoid(), (5,), (5,)),
        (Dropout(0.5), (5,), (5,)),
        (AvgPool(), (29, 28, 3), (14, 14, 3)),
        (GlobalAvgPool(), (7, 7, 64), (64,)),
        (BatchNorm(), (7, 7, 64), (7, 7, 64)),
        (BatchNorm(), (5,), (5,)),
    ],
)
def test_output_shape(layer: Layer, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert layers.output_shape(layer, shape) == expected


@pytest.mark.parametrize(
    ("layer", "shape", "why"),
    [
        (Dense(10), (28, 28, 1), "needs a vector but gets 28×28×1: put a flatten layer before it"),
        (Dense(0), (784,), "at least one unit, not 0"),
        (Conv(0), (28, 28, 1), "at least one filter"),
        (Conv(1, size=0), (28, 28, 1), "size must be at least 1"),
        (Conv(1), (784,), "needs a feature map but gets a vector of 784"),
        (Conv(1, size=29, padding="valid"), (28, 28, 1), "29×29 kernel does not fit into 28×28×1"),
        (MaxPool(0), (28, 28, 1), "size must be at least 1"),
        (MaxPool(2), (784,), "needs a feature map"),
        (MaxPool(29), (28, 28, 1), "29×29 window does not fit"),
        (Dropout(1.0), (5,), "at least 0 and below 1"),
        (Dropout(-0.1), (5,), "at least 0 and below 1"),
        (Dropout(math.nan), (5,), "at least 0 and below 1"),
        (Dropout(math.inf), (5,), "at least 0 and below 1"),
        (AvgPool(29), (28, 28, 1), "29×29 window does not fit"),
        (GlobalAvgPool(), (784,), "needs a feature map"),
        (BatchNorm(momentum=1.0), (5,), "momentum must be at least 0 and below 1"),
        (BatchNorm(epsilon=0.0), (5,), "epsilon must be above 0"),
        (Dense(3, initial=Uniform(math.inf)), (5,), "must be at least 0, not inf"),
        (Conv(3, initial_bias=Uniform(-1.0)), (28, 28, 1), "must be at least 0, not -1"),
        (Dropout(0.999), (5,), "turn off every unit"),
    ],
)
def test_a_layer_that_cannot_work_says_why(layer: Layer, shape: tuple[int, ...], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        layers.output_shape(layer, shape)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (Dense(10), (784,), {"kernel": (784, 10), "bias": (10,)}),
        (Dense(10, bias=False), (784,), {"kernel": (784, 10)}),
        (Conv(64, size=5), (14, 14, 32), {"kernel": (5, 5, 32, 64), "bias": (64,)}),
        (MaxPool(), (14, 14, 32), {}),
        (Dropout(0.5), (3,), {}),
        (BatchNorm(), (7, 7, 64), {"scale": (64,), "offset": (64,)}),
    ],
)
def test_parameter_shapes_are_canonical(
    layer: Layer, shape: tuple[int, ...], expected: dict[str, tuple[int, ...]]
) -> None:
    assert layers.parameter_shapes(layer, shape) == expected


@pytest.mark.parametrize(
    ("rate", "threshold", "keep"), [(0.0, 0, 1.0), (0.25, 64, 0.75), (0.5, 128, 0.5)]
)
def test_the_usual_dropout_rates_are_exact_in_bytes(
    rate: float, threshold: int, keep: float
) -> None:
    assert Dropout(rate).threshold == threshold
    assert Dropout(rate).keep_probability == keep


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.9, 0.998])
def test_dropout_keeps_what_its_threshold_really_gives(rate: float) -> None:
    layer = Dropout(rate)
    assert layer.keep_probability == 1 - layer.threshold / 256
    assert layer.keep_probability == pytest.approx(1 - rate, abs=1 / 512)
    assert layer.keep_probability > 0
