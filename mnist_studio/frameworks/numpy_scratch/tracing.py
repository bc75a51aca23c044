"""Traces one image through a network and back, and records every array.

It uses the same layers, loss and optimizer as training, but calls them one at a time, so that it
can copy their arrays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, OptimizerState, Weights, normalize
from mnist_studio.frameworks.numpy_scratch import equations
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.frameworks.numpy_scratch.layers import Dense
from mnist_studio.frameworks.numpy_scratch.loss import Loss, clip, loss_of, sum_biases
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
from mnist_studio.frameworks.numpy_scratch.parallel import ThreadTeam
from mnist_studio.frameworks.numpy_scratch.traced_arrays import (
    ArrayChange,
    LayerPass,
    NetworkTrace,
    StepTrace,
    TrainingInput,
)
from mnist_studio.spec.model import LayerReport, class_count, describe, trainable_shapes
from mnist_studio.spec.run import RunSpec, storage


@dataclass(frozen=True, eq=False)
class _Tracer:
    """Traces the forward pass of one image.

    Attributes:
        run: with its known bugs applied.
        weights: before the step.
        image: (28, 28) gray levels.
        dropping: dropout is on.
        by_batch: batch-norm uses the statistics of the image.
    """

    run: RunSpec
    weights: Weights
    image: NDArray[np.uint8]
    dropping: bool = False
    by_batch: bool = False

    @property
    def inputs(self) -> Array:
        """(1, 28, 28), normalized."""
        model, precision = self.run.model, self.run.training.precision
        return normalize(self.image, model.scaling, precision)[np.newaxis]

    def forward(self, network: Network) -> NetworkTrace:
        """Forward, layer by layer in the order of the spec."""
        x = self.inputs[..., np.newaxis]
        layers = []
        for report, layer in zip(describe(self.run.model), network.layers.values(), strict=True):
            y = layer.forward(x)
            layers.append(self._layer_pass(report, x, y))
            x = y
        powers = np.exp(x[0] - x[0].max())
        return NetworkTrace(self.image, tuple(layers), x[0].copy(), powers / powers.sum())

    def _layer_pass(self, report: LayerReport, x: Array, y: Array) -> LayerPass:
        known = equations.of(report.layer, self.dropping, self.by_batch)
        names = report.arrays | report.statistics
        own = {name.partition(".")[2]: self.weights[name] for name in names}
        return LayerPass(
            report.name, report.title, known.forward, known.backward, x[0].copy(), y[0].copy(), own
        )

    def loss(self, logits: Array, label: int) -> Loss:
        """The loss of logits (k,)."""
        labels = np.array([label], np.uint8)
        return loss_of(self.run.training, logits[np.newaxis], labels, 1)


def forward(run: RunSpec, weights: Weights, image: NDArray[np.uint8]) -> NetworkTrace:
    """Traces a prediction: dropout is off, and batch-norm uses its running statistics.

    Args:
        run: with its known bugs applied (``spec.known_bugs.effective``).
        weights: by their full names.
        image: (28, 28) gray levels.
    """
    return _Tracer(run, weights, image).forward(Network(run.model, weights))


def step(
    run: RunSpec, weights: Weights, image: NDArray[np.uint8], target: TrainingInput
) -> NetworkTrace:
    """Traces one training step on a single image, the same step as in ``NumpyLearner.train``.

    It does not change the given weights. See ``forward`` for the arguments.
    """
    tracer = _Tracer(run, weights, image, dropping=True, by_batch=not target.frozen)
    flat = Flat(trainable_shapes(run.model), storage(run.training.precision))
    flat.fill(weights)
    # The network shares its arrays with the optimizer, which changes them in place.
    own = {name: flat.arrays.get(name, array.copy()) for name, array in weights.items()}
    network = Network(run.model, own)
    network.prepare(training=tracer.by_batch, masks=target.masks)
    trace = tracer.forward(network)
    loss = tracer.loss(trace.logits, target.label)
    layers = _backward(network, trace.layers, loss.gradient)
    if tracer.by_batch:
        network.update_running_statistics()
    norm = float(np.linalg.norm(network.gradients.vector))
    optimizer = _optimizer(run, flat, target.state)
    before = _slots(optimizer)
    _update(run, network.gradients, optimizer, target.rate)
    used = network.gradients.copies()
    changes = _Changes(run, weights, own, used, before, _slots(optimizer))
    step_trace = StepTrace(
        label=target.label,
        loss=loss.total,
        loss_after=tracer.loss(network.forward(tracer.inputs)[0], target.label).total,
        loss_equation=equations.of_loss(run.training, class_count(run.model)),
        logit_gradient=loss.gradient[0],
        optimizer=equations.of_training(run.training),
        rate=target.rate,
        number=optimizer.step,
        norm=norm,
    )
    return replace(trace, layers=tuple(changes.add_to(layer) for layer in layers), step=step_trace)


def _update(run: RunSpec, found: Flat, optimizer: Optimizer, rate: float) -> None:
    """Applies the run's changes to the gradients, then the optimizer's update."""
    if run.training.bias_gradients == "summed":
        sum_biases(found)
    clip(found, run.training.clip)
    optimizer.apply(found, rate)


def _backward(
    network: Network, layers: tuple[LayerPass, ...], dlogits: Array
) -> tuple[LayerPass, ...]:
    """Adds the gradients of inputs and outputs; computes those of the weights in the network."""
    dy, passes = dlogits, []
    for each in reversed(layers):
        layer = network.layers[each.name]
        if isinstance(layer, Dense | Conv | BatchNorm):
            layer.backward_params(dy)
        dx = layer.backward_input(dy)
        passes.append(replace(each, output_gradient=dy[0].copy(), input_gradient=dx[0].copy()))
        dy = dx
    return tuple(reversed(passes))


def _optimizer(run: RunSpec, weights: Flat, state: OptimizerState | None) -> Optimizer:
    training = run.training
    optimizer = Optimizer(training.optimizer, weights, ThreadTeam(1), training.weight_decay)
    if state:
        optimizer.step = state.step
        for slot, flat in optimizer.slots.items():
            flat.fill({name: state.slots[f"{name}/{slot}"] for name in flat.arrays})
    return optimizer


def _slots(optimizer: Optimizer) -> Mapping[str, Weights]:
    return {slot: flat.copies() for slot, flat in optimizer.slots.items()}


@dataclass(frozen=True)
class _Changes:
    """The arrays of all layers before and after a step."""

    run: RunSpec
    before: Weights
    after: Weights
    gradients: Weights
    slots_before: Mapping[str, Weights]
    slots_after: Mapping[str, Weights]

    def add_to(self, layer: LayerPass) -> LayerPass:
        """The layer with the changes of its arrays."""
        reports = {report.name: report for report in describe(self.run.model)}
        known = equations.of(reports[layer.name].layer).gradients
        names = {f"{layer.name}.{part}": known.get(part, "") for part in layer.weights}
        changes = (self._of(name, equation) for name, equation in names.items())
        return replace(layer, changes=tuple(changes))

    def _of(self, name: str, equation: str) -> ArrayChange:
        trained = name in self.gradients
        return ArrayChange(
            name=name,
            equation=equation,
            before=self.before[name],
            gradient=self.gradients.get(name),
            after=self.after[name].copy(),
            slots_before={
                slot: arrays[name] for slot, arrays in self.slots_before.items() if trained
            },
            slots_after={
                slot: arrays[name] for slot, arrays in self.slots_after.items() if trained
            },
        )
