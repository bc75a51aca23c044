"""What a network costs: multiply-adds and memory of each layer, computed from its shapes.

A multiply-add is one product that is added to a sum. For one image:

* dense layer: one for each weight of the kernel;
* convolution: one for each weight of the kernel at each position of the output, with those that
  fall on the padding;
* batch normalization: one for each number (its mean and variance are not counted);
* average pooling: one for each number that a window adds up;
* other layers: none. They compare, copy, or apply a function to single numbers.

A training step also computes the gradients of the weights and those of the layer's input. Each of
the two takes as many multiply-adds as the forward pass, except that the first layer with weights
needs no gradient of its input.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from mnist_studio.spec import layers as kinds
from mnist_studio.spec.model import IMAGE_SHAPE, LayerReport, ModelSpec, describe
from mnist_studio.spec.optimizers import Optimizer, slot_names
from mnist_studio.spec.run import FrameworkName, Precision, RunSpec, storage

TRAINING_FACTOR = 3
"""Multiply-adds of a training step divided by those of its forward pass, at most."""


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs.

    Attributes:
        name: unique in the network, such as ``conv1``.
        multiply_adds: of the forward pass of one image.
        training_multiply_adds: of the forward and the backward pass of one image.
        weight_bytes: of the trainable arrays and the running statistics.
        gradient_bytes: of the gradients of the trainable arrays.
        optimizer_bytes: of the optimizer's state.
        activation_bytes: of the output for one image; 0 for a layer that only reshapes its input.
    """

    name: str
    multiply_adds: int
    training_multiply_adds: int
    weight_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    activation_bytes: int


def cost(
    model: ModelSpec, optimizer: Optimizer | None = None, precision: Precision = "float32"
) -> tuple[LayerCost, ...]:
    """What every layer costs, in order.

    Args:
        model: the network.
        optimizer: whose state is counted; without one, there is none.
        precision: of the weights and activations. In ``bfloat16``, both are stored as float32.

    Raises:
        SpecError: the network is not valid; names the layer and the reason.
    """
    number = _number_bytes(precision)
    slots = len(slot_names(optimizer)) if optimizer else 0
    costs: list[LayerCost] = []
    for report in describe(model):
        before = any(layer.gradient_bytes for layer in costs)
        costs.append(_cost(report, number, slots, before))
    return tuple(costs)


def _number_bytes(precision: Precision) -> int:
    return 8 if storage(precision) == "float64" else 4


def _cost(report: LayerReport, number: int, slots: int, after_weights: bool) -> LayerCost:
    forward = multiply_adds(report)
    statistics = sum(map(prod, report.statistics.values()))
    gradients = number * report.parameters
    copies = not isinstance(report.layer, kinds.Flatten)
    passes = 1 + bool(report.parameters) + after_weights
    return LayerCost(
        name=report.name,
        multiply_adds=forward,
        training_multiply_adds=passes * forward,
        weight_bytes=gradients + number * statistics,
        gradient_bytes=gradients,
        optimizer_bytes=slots * gradients,
        activation_bytes=number * prod(report.output) if copies else 0,
    )


def multiply_adds(report: LayerReport) -> int:
    """The multiply-adds of the forward pass of one image through a layer."""
    match report.layer:
        case kinds.Dense():
            return report.input[0] * report.output[0]
        case kinds.Conv(size=size):
            return size * size * report.input[2] * prod(report.output)
        case kinds.AvgPool(size=size):
            return size * size * prod(report.output)
        case kinds.BatchNorm() | kinds.GlobalAvgPool():
            return prod(report.input)
        case _:
            return 0


@dataclass(frozen=True)
class _Memory:
    """The memory of a training in one framework, as ``benchmarks.memory`` measured it.

    Attributes:
        program: bytes of a process with the framework, without a dataset.
        copies: of the dataset's inputs in memory at once while they are loaded.
        state: bytes for each byte of weights, gradients, and optimizer state.
        activations: bytes for each byte of the inputs and activations of a batch, for the backward
            pass and for work arrays.
    """

    program: int
    copies: int
    state: float
    activations: float


_MEMORY: Mapping[FrameworkName, _Memory] = {
    "numpy": _Memory(120_000_000, 1, 1.2, 2.5),
    "pytorch": _Memory(540_000_000, 2, 2.0, 2.0),
    "keras": _Memory(640_000_000, 2, 2.5, 1.8),
}
"""Measured with NumPy 2, torch 2.14, and TensorFlow 2.21 on Linux, with 60,000 images in float32: a
network with 20 million weights and Adam (batch size 64 and 8,192), an MLP of 128 units (64 and
60,000), and two networks with convolutions (64 to 4,096). The estimate was 0.8 to 1.5 times the
measured peak; see ``docs/benchmarks.md``."""


def training_memory(run: RunSpec, images: int) -> int:
    """The memory in bytes that a training on the CPU needs at its peak, roughly.

    Args:
        run: with its known bugs applied. Its network must be valid.
        images: size of the training set.
    """
    training, known = run.training, _MEMORY[run.framework]
    layers = cost(run.model, training.optimizer, training.precision)
    image = prod(IMAGE_SHAPE) * _number_bytes(training.precision)
    gray_levels = images * prod(IMAGE_SHAPE)
    state = sum(one.weight_bytes + one.gradient_bytes + one.optimizer_bytes for one in layers)
    activations = image + sum(one.activation_bytes for one in layers)
    drawn = training.sampling == "with_replacement"
    batch = training.batch_size if drawn else min(training.batch_size, images)
    loading = known.program + gray_levels + known.copies * images * image
    in_training = known.program + gray_levels + images * image
    in_training += round(known.state * state + known.activations * batch * activations)
    return max(loading, in_training)
