"""A network: its layers in a row, forward through them and backward through the same."""

from collections.abc import Mapping

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.numpy_scratch import layers
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.spec import layers as spec
from mnist_studio.spec.model import LayerReport, ModelSpec, describe


class Network:
    """The layers of a spec with their weights.

    Attributes:
        layers: by their names, in order.
        weights: every trainable array by its full name: the very arrays that were given, so a
            change in place changes every network that shares them.
    """

    def __init__(self, model: ModelSpec, weights: Weights) -> None:
        reports = describe(model)
        self.weights = weights
        self.layers = {report.name: _layer(report, self.weights) for report in reports}
        self._first = next(report.name for report in reports if report.arrays)

    def forward(self, x: Array) -> Array:
        """(B, 28, 28) inputs -> (B, 10) logits."""
        x = x.reshape(*x.shape, 1)
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def learn(self, dlogits: Array) -> Weights:
        """The gradient of every weight for dlogits (B, 10), after ``forward``.

        Layers before the first one with weights are not gone through. The arrays are valid until
        the next call.
        """
        gradients: dict[str, Array] = {}
        dy = dlogits
        for name, layer in reversed(self.layers.items()):
            if isinstance(layer, layers.Dense | Conv):
                layer.learn(dy)
                gradients |= {f"{name}.{part}": g for part, g in layer.gradients.items()}
            if name == self._first:
                break
            dy = layer.input_gradient(dy)
        return gradients

    def input_gradient(self, dlogits: Array) -> Array:
        """(B, 10) -> (B, 28, 28), after ``forward``."""
        dy = dlogits
        for layer in reversed(self.layers.values()):
            dy = layer.input_gradient(dy)
        return dy.reshape(len(dy), 28, 28)

    def activations(self, x: Array) -> Mapping[str, Array]:
        """Copies of the output of every layer, by its name."""
        outputs: dict[str, Array] = {}
        x = x.reshape(*x.shape, 1)
        for name, layer in self.layers.items():
            x = layer.forward(x)
            outputs[name] = x.copy()
        return outputs

    def drop(self, masks: Mapping[str, Array]) -> None:
        """Sets the dropout masks of the next batch; without one a dropout layer does nothing."""
        for name, layer in self.layers.items():
            if isinstance(layer, layers.Dropout):
                layer.mask = masks.get(name)


def _layer(report: LayerReport, weights: Weights) -> layers.Layer:
    bias = weights.get(f"{report.name}.bias")
    match report.layer:
        case spec.Dense():
            return layers.Dense(weights[f"{report.name}.kernel"], bias)
        case spec.Conv(padding=padding):
            return Conv(weights[f"{report.name}.kernel"], bias, padding == "same")
        case spec.MaxPool(size=size):
            return layers.MaxPool(size)
        case spec.Flatten():
            return layers.Flatten()
        case spec.Relu():
            return layers.Relu()
        case spec.Sigmoid():
            return layers.Sigmoid()
        case spec.Dropout(keep=keep):
            return layers.Dropout(keep)
