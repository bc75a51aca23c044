"""A network: its layers in a row, forward through them and backward through the same."""

from collections.abc import Mapping

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch import layers, pooling
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.spec import layers as spec
from mnist_studio.spec.layers import Shape
from mnist_studio.spec.model import LayerReport, ModelSpec, describe, trainable_shapes

_Learning = layers.Dense | Conv | BatchNorm


class Network:
    """The layers of a spec with their weights.

    Attributes:
        layers: by their names, in order.
        gradients: what ``learn`` writes.
    """

    def __init__(self, model: ModelSpec, weights: Weights) -> None:
        """A network.

        Args:
            model: the spec.
            weights: every array by its full name. They are used as they are, so a change in place
                changes every network that shares them.
        """
        reports = describe(model)
        self.gradients = Flat(trainable_shapes(model), next(iter(weights.values())).dtype)
        self.layers = {
            report.name: _layer(report, weights, self.gradients.arrays) for report in reports
        }
        self._first = next(report.name for report in reports if report.arrays)
        self._order = _pools_first(self.layers)
        # Sorted out once: small networks take thousands of steps a second.
        made = self.layers.items()
        self._dropouts = {n: layer for n, layer in made if isinstance(layer, layers.Dropout)}
        self._norms = [layer for layer in self.layers.values() if isinstance(layer, BatchNorm)]
        self._learning = {n: layer for n, layer in made if isinstance(layer, _Learning)}

    def prepare(self, training: bool, masks: Mapping[str, Array] | None = None) -> None:
        """Says how the next ``forward`` goes.

        Args:
            training: whether batch-norm takes the statistics of the batch.
            masks: of the dropout layers; one without a mask does nothing.
        """
        for name, dropout in self._dropouts.items():
            dropout.mask = (masks or {}).get(name)
        for norm in self._norms:
            norm.by_batch = training

    def forward(self, x: Array) -> Array:
        """(B, 28, 28) inputs -> (B, 10) logits, valid until the next call."""
        x = x.reshape(*x.shape, 1)
        for name in self._order:
            x = self.layers[name].forward(x)
        return x

    def learn(self, dlogits: Array) -> None:
        """Writes the gradient of every weight for dlogits (B, 10), after ``forward``.

        Layers before the first one with weights are not gone through.
        """
        dy = dlogits
        for name in reversed(self._order):
            if name in self._learning:
                self._learning[name].learn(dy)
            if name == self._first:
                break
            dy = self.layers[name].input_gradient(dy)

    def remember(self) -> None:
        """Brings the statistics of the last ``forward`` into the running ones."""
        for norm in self._norms:
            norm.remember()

    def input_gradient(self, dlogits: Array) -> Array:
        """(B, 10) -> (B, 28, 28), after ``forward``."""
        dy = dlogits
        for name in reversed(self._order):
            dy = self.layers[name].input_gradient(dy)
        return dy.reshape(len(dy), 28, 28)

    def activations(self, x: Array) -> Mapping[str, Array]:
        """Copies of the output of every layer, by its name."""
        outputs: dict[str, Array] = {}
        x = x.reshape(*x.shape, 1)
        for name, layer in self.layers.items():
            x = layer.forward(x)
            outputs[name] = x.copy()
        return outputs


def _pools_first(made: Mapping[str, layers.Layer]) -> list[str]:
    """The layers in the order in which they are computed: every max-pool before its ReLU.

    Neither output nor gradients change: the maximum of max(x, 0) is max(the maximum of x, 0), and
    where it is 0 the ReLU lets no gradient through. But ReLU then has a quarter of the numbers.
    """
    order = list(made)
    for place in range(1, len(order)):
        before, pool = made[order[place - 1]], made[order[place]]
        if isinstance(before, layers.Relu) and isinstance(pool, pooling.MaxPool):
            order[place - 1 : place + 1] = order[place], order[place - 1]
    return order


def _layer(report: LayerReport, weights: Weights, gradients: Weights) -> layers.Layer:
    own = _parts(weights, report.arrays | report.statistics)
    learnt = _parts(gradients, report.arrays)
    match report.layer:
        case spec.Dense():
            return layers.Dense(own, learnt)
        case spec.Conv(padding=padding):
            return Conv(own, learnt, padding == "same")
        case spec.BatchNorm(momentum=momentum, epsilon=epsilon):
            return BatchNorm(own, learnt, momentum, epsilon)
        case spec.Dropout(keep=keep):
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
        case spec.Relu():
            return layers.Relu()
        case spec.Sigmoid():
            return layers.Sigmoid()
        case _:
            raise TypeError(layer)


def _parts(arrays: Weights, names: Mapping[str, Shape]) -> Weights:
    """Those arrays by their names in the layer."""
    return {name.partition(".")[2]: arrays[name] for name in names}
