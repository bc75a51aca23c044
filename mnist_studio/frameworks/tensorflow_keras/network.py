"""A spec as an ordinary ``keras.Sequential`` whose layers bear the spec's names."""

from collections.abc import Mapping
from typing import Any

import keras

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec import layers as spec
from mnist_studio.spec.model import IMAGE_SHAPE, LayerReport, ModelSpec, describe
from mnist_studio.spec.run import Precision

Tensor = Any
"""TensorFlow's types are not usable."""


def build(model: ModelSpec, precision: Precision) -> keras.Sequential:
    """The network, with weights of zero."""
    layers = [_layer(report, precision) for report in describe(model)]
    return keras.Sequential([keras.Input(IMAGE_SHAPE, dtype=precision), *layers])


def forward(
    network: keras.Sequential, inputs: Tensor, masks: Mapping[str, Tensor] | None = None
) -> Tensor:
    """(n, 28, 28) inputs -> (n, 10) logits; dropout by the given masks, else off."""
    values = inputs[..., None]
    for layer in network.layers:
        values = apply(layer, values, (masks or {}).get(layer.name))
    return values


def apply(layer: keras.Layer, values: Tensor, mask: Tensor | None = None) -> Tensor:
    """One layer's output."""
    if not isinstance(layer, keras.layers.Dropout):
        return layer(values)
    if mask is None:
        return values
    # Keras' own dropout would draw its own random numbers.
    return values * (keras.ops.cast(mask, values.dtype) / (1 - layer.rate))


def variables(network: keras.Sequential) -> dict[str, keras.Variable]:
    """Keras' variables by their canonical names, which are Keras' too but for the separator."""
    return {
        f"{layer.name}.{variable.name}": variable
        for layer in network.layers
        for variable in layer.trainable_variables
    }


def fill(network: keras.Sequential, weights: Weights) -> None:
    """Replaces all weights. The canonical layout is Keras' own."""
    for name, variable in variables(network).items():
        variable.assign(weights[name])


def array(variable: keras.Variable) -> Array:
    """A copy of a variable."""
    return variable.value.numpy().copy()


def _layer(report: LayerReport, precision: Precision) -> keras.Layer:
    common = {"name": report.name, "dtype": precision}
    match report.layer:
        case spec.Dense(units=units, bias=bias):
            return keras.layers.Dense(units, **_linear(bias), **common)
        case spec.Conv(filters=filters, size=size, padding=padding, bias=bias):
            return keras.layers.Conv2D(
                filters,
                size,
                strides=1,
                padding=padding,
                data_format="channels_last",
                dilation_rate=1,
                groups=1,
                **_linear(bias),
                **common,
            )
        case spec.MaxPool(size=size):
            return keras.layers.MaxPooling2D(
                size, strides=size, padding="valid", data_format="channels_last", **common
            )
        case spec.Flatten():
            return keras.layers.Flatten(data_format="channels_last", **common)
        case spec.Relu():
            return keras.layers.ReLU(max_value=None, negative_slope=0.0, threshold=0.0, **common)
        case spec.Sigmoid():
            return keras.layers.Activation("sigmoid", **common)
        case spec.Dropout(keep=keep):
            return keras.layers.Dropout(1 - keep, noise_shape=None, seed=0, **common)


def _linear(bias: bool) -> dict[str, Any]:
    """What dense layers and convolutions share; weights are filled in later."""
    return {
        "activation": None,
        "use_bias": bias,
        "kernel_initializer": "zeros",
        "bias_initializer": "zeros",
    }
