"""A spec as an ordinary ``keras.Sequential`` whose layers have the spec's names."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import keras
import tensorflow as tf

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec import layers as spec
from mnist_studio.spec.model import IMAGE_SHAPE, LayerReport, ModelSpec, describe, kind_of
from mnist_studio.spec.run import Precision, storage

Tensor = Any
"""TensorFlow has no usable type annotations."""

_CANONICAL = {
    "gamma": "scale", "beta": "offset", "moving_mean": "mean", "moving_variance": "variance",
}  # fmt: skip
"""Canonical names of Keras' arrays in a batch-norm. All other names are the same."""


def build(model: ModelSpec, precision: Precision) -> keras.Sequential:
    """The network, with all weights 0."""
    layers = [_layer(report, precision) for report in describe(model)]
    return keras.Sequential([keras.Input(IMAGE_SHAPE, dtype=storage(precision)), *layers])


def forward(
    network: keras.Sequential,
    inputs: Tensor,
    masks: Mapping[str, Tensor] | None = None,
    training: bool = False,
) -> Tensor:
    """(n, 28, 28) inputs -> (n, k) logits of the same type.

    Args:
        network: as ``build`` returns it.
        inputs: normalized.
        masks: by dropout layer. A layer without a mask drops nothing.
        training: batch-norm uses the statistics of these inputs, and updates its running ones.
    """
    values = inputs[..., None]
    for layer in network.layers:
        values = apply(layer, values, (masks or {}).get(layer.name), training)
    return keras.ops.cast(values, inputs.dtype)


def apply(
    layer: keras.Layer, values: Tensor, mask: Tensor | None = None, training: bool = False
) -> Tensor:
    """One layer's output."""
    match layer:
        case keras.layers.BatchNormalization():
            return layer(values, training=training)
        case keras.layers.Dropout():
            return _dropped(layer, values, mask)
        case keras.layers.LeakyReLU():
            return _leaky_relu(layer, values)
        case keras.layers.Activation() if layer.activation is keras.activations.gelu:
            return _gelu(layer, values)
        case _:
            return layer(values)


def variables(network: keras.Sequential) -> dict[str, keras.Variable]:
    """Keras' variables by their canonical names, including running statistics."""
    return {
        f"{layer.name}.{canonical_name(variable)}": variable
        for layer in network.layers
        for variable in layer.weights
    }


def canonical_name(variable: keras.Variable) -> str:
    """A variable's canonical name in its layer."""
    return _CANONICAL.get(variable.name, variable.name)


def trainable(network: keras.Sequential) -> dict[str, keras.Variable]:
    """The trainable variables, in the order of ``network.trainable_variables``."""
    return {name: found for name, found in variables(network).items() if found.trainable}


def fill(network: keras.Sequential, weights: Weights) -> None:
    """Replaces all weights. The canonical layout equals Keras' layout."""
    for name, variable in variables(network).items():
        variable.assign(weights[name])


def array(variable: keras.Variable) -> Array:
    """A copy of a variable."""
    return variable.value.numpy().copy()


def _dropped(layer: keras.layers.Dropout, values: Tensor, mask: Tensor | None) -> Tensor:
    """Dropout by a given mask; Keras' own dropout would draw random numbers."""
    values = keras.ops.cast(values, layer.compute_dtype)
    if mask is None:
        return values
    return values * (keras.ops.cast(mask, values.dtype) / (1 - layer.rate))


def _leaky_relu(layer: keras.layers.LeakyReLU, values: Tensor) -> Tensor:
    """Keras' layer without TensorFlow's own operation.

    That one rounds the slope to float32, even in float64, and TensorFlow's graph optimizer reports
    an error where it follows a convolution.
    """
    values = keras.ops.cast(values, layer.compute_dtype)
    return tf.where(values > 0, values, layer.negative_slope * values)


def _gelu(layer: keras.layers.Activation, values: Tensor) -> Tensor:
    """Keras' layer with a constant that TensorFlow does not round to float32 in float64."""
    values = keras.ops.cast(values, layer.compute_dtype)
    return values * (1 + tf.math.erf(values * sqrt(0.5))) / 2


def _layer(report: LayerReport, precision: Precision) -> keras.Layer:
    match report.layer:
        case spec.Dense() | spec.Conv():
            return _linear(report, "mixed_bfloat16" if precision == "bfloat16" else precision)
        case spec.MaxPool() | spec.AvgPool() | spec.GlobalAvgPool():
            return _pool(report, storage(precision))
        case _:
            return _elementwise(report, storage(precision))


def _linear(report: LayerReport, policy: str) -> keras.Layer:
    """A dense layer or a convolution, with weights of 0."""
    common = {
        "name": report.name,
        "dtype": policy,
        "activation": None,
        "kernel_initializer": "zeros",
        "bias_initializer": "zeros",
    }
    match report.layer:
        case spec.Dense(units=units, bias=bias):
            return keras.layers.Dense(units, use_bias=bias, **common)
        case spec.Conv(filters=filters, size=size, padding=padding, bias=bias):
            return keras.layers.Conv2D(
                filters,
                size,
                strides=1,
                padding=padding,
                data_format="channels_last",
                dilation_rate=1,
                groups=1,
                use_bias=bias,
                **common,
            )
        case other:
            raise TypeError(other)


def _pool(report: LayerReport, dtype: str) -> keras.Layer:
    common = {"name": report.name, "dtype": dtype, "data_format": "channels_last"}
    match report.layer:
        case spec.MaxPool(size=size):
            return keras.layers.MaxPooling2D(size, strides=size, padding="valid", **common)
        case spec.AvgPool(size=size):
            return keras.layers.AveragePooling2D(size, strides=size, padding="valid", **common)
        case _:
            return keras.layers.GlobalAveragePooling2D(keepdims=False, **common)


def _elementwise(report: LayerReport, dtype: str) -> keras.Layer:
    common = {"name": report.name, "dtype": dtype}
    match report.layer:
        case spec.BatchNorm(momentum=momentum, epsilon=epsilon):
            return keras.layers.BatchNormalization(
                axis=-1, momentum=momentum, epsilon=epsilon, **common
            )
        case spec.Flatten():
            return keras.layers.Flatten(data_format="channels_last", **common)
        case spec.Dropout(keep_probability=keep):
            return keras.layers.Dropout(1 - keep, noise_shape=None, seed=0, **common)
        case other:
            return _activation(other, common)


def _activation(layer: spec.Layer, common: Mapping[str, str]) -> keras.Layer:
    match layer:
        case spec.Relu():
            return keras.layers.ReLU(max_value=None, negative_slope=0.0, threshold=0.0, **common)
        case spec.Sigmoid() | spec.Tanh() | spec.Gelu():
            return keras.layers.Activation(kind_of(layer), **common)
        case spec.LeakyRelu(slope=slope):
            return keras.layers.LeakyReLU(negative_slope=slope, **common)
        case spec.Elu(alpha=alpha):
            return keras.layers.ELU(alpha=alpha, **common)
        case other:
            raise TypeError(other)
