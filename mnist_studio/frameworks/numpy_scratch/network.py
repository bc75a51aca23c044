"""A network: the layers of a spec, forward in order and backward in reverse order."""

from collections.abc import Mapping

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch import activations, layers, pooling
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.spec import layers as spec
from mnist_studio.spec.layers import Shape
from mnist_studio.spec.model import LayerReport, ModelSpec, describe, trainable_shapes

_Trainable = layers.Dense | Conv | BatchNorm


class Network:
    """The layers of a spec with their weights.

    Attributes:
        layers: by their names, in order.
        gradients: of all trainable weights, written by ``backward_params``.
    """

    def __init__(self, model: ModelSpec, weights: Weights) -> None:
        """A network.

        Args:
            model: the spec.
            weights: every array by its full name. They are not copied: a change in place
                changes every network that shares them.
        """
        reports = describe(model)
        self.gradients = Flat(trainable_shapes(model), next(iter(weights.values())).dtype)
        self.layers = {
            report.name: _layer(report, weights, self.gradients.arrays) for report in reports
        }
        self._first = next(report.name for report in reports if report.arrays)
        self._order = _pools_first(self.layers)
        # Selected once, because small networks run thousands of steps a second.
        named = self.layers.items()
        self._dropouts = {n: layer for n, layer in named if isinstance(layer, layers.Dropout)}
        self._norms = [layer for layer in self.layers.values() if isinstance(layer, BatchNorm)]
        self._trainable = {n: layer for n, layer in named if isinstance(layer, _Trainable)}

    def prepare(self, training: bool, masks: Mapping[str, Array] | None = None) -> None:
        """Sets the mode of the next ``forward``.

        Args:
            training: batch-norm uses the statistics of the batch.
            masks: by dropout layer. A layer without a mask drops nothing.
        """
        for name, dropout in self._dropouts.items():
            dropout.mask = (masks or {}).get(name)
        for norm in self._norms:
            norm.by_batch = training

    def forward(self, x: Array) -> Array:
        """(B, 28, 28) inputs -> (B, k) logits, valid until the next call."""
        x = x.reshape(*x.shape, 1)
        for name in self._order:
            x = self.layers[name].forward(x)
        return x

    def backward_params(self, dlogits: Array) -> None:
        """Computes the gradient of every weight from dlogits (B, k), after ``forward``.

        It stops at the first layer with weights.
        """
        dy = dlogits
        for name in reversed(self._order):
            if name in self._trainable:
                self._trainable[name].backward_params(dy)
            if name == self._first:
                break
            dy = self.layers[name].backward_input(dy)

    def update_running_statistics(self) -> None:
        """Updates every batch-norm with the statistics of the last ``forward``."""
        for norm in self._norms:
            norm.update_running_statistics()

    def backward_input(self, dlogits: Array) -> Array:
        """(B, k) -> the gradient of the inputs (B, 28, 28), after ``forward``."""
        dy = dlogits
        for name in reversed(self._order):
            dy = self.layers[name].backward_input(dy)
        return dy.reshape(len(dy), 28, 28)

    def activations(self, x: Array) -> Mapping[str, Array]:
        """A copy of the output of every layer, by its name."""
        outputs: dict[str, Array] = {}
        x = x.reshape(*x.shape, 1)
        for name, layer in self.layers.items():
            x = layer.forward(x)
            outputs[name] = x.copy()
        return outputs


def _pools_first(named: Mapping[str, layers.Layer]) -> list[str]:
    """The order of computation, in which every max-pool comes before its ReLU.

    This changes neither outputs nor gradients: max over max(x, 0) equals max(max over x, 0), and
    where that is 0, ReLU blocks the gradient. ReLU then processes a quarter of the numbers.
    """
    order = list(named)
    for position in range(1, len(order)):
        before, pool = named[order[position - 1]], named[order[position]]
        if isinstance(before, layers.Relu) and isinstance(pool, pooling.MaxPool):
            order[position - 1 : position + 1] = order[position], order[position - 1]
    return order


def _layer(report: LayerReport, weights: Weights, gradients: Weights) -> layers.Layer:
    own = _of_layer(weights, report.arrays | report.statistics)
    own_gradients = _of_layer(gradients, report.arrays)
    match report.layer:
        case spec.Dense():
            return layers.Dense(own, own_gradients)
        case spec.Conv(padding=padding):
            return Conv(own, own_gradients, padding == "same")
        case spec.BatchNorm(momentum=momentum, epsilon=epsilon):
            return BatchNorm(own, own_gradients, momentum, epsilon)
        case spec.Dropout(keep_probability=keep):
            return layers.Dropout(keep)
        case other:
            return _plain(other)


def _plain(layer: spec.Layer) -> layers.Layer:
    match layer:
        case spec.MaxPool(size=size):
            return pooling.MaxPool(size)
        case spec.AvgPool(size=size):
            return pooling.AvgPool(size)
        case spec.GlobalAvgPool():
            return pooling.GlobalAvgPool()
        case spec.Flatten():
            return layers.Flatten()
        case other:
            return _activation(other)


def _activation(layer: spec.Layer) -> layers.Layer:
    match layer:
        case spec.Relu():
            return layers.Relu()
        case spec.Sigmoid():
            return layers.Sigmoid()
        case spec.Tanh():
            return activations.Tanh()
        case spec.LeakyRelu(slope=slope):
            return activations.LeakyRelu(slope)
        case spec.Gelu():
            return activations.Gelu()
        case spec.Elu(alpha=alpha):
            return activations.Elu(alpha)
        case _:
            raise TypeError(layer)


def _of_layer(arrays: Weights, names: Mapping[str, Shape]) -> Weights:
    """The arrays with these full names, by their names in the layer."""
    return {name.partition(".")[2]: arrays[name] for name in names}
