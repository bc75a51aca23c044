"""One digit through a network and back, with every number on the way.

The same layers, loss and optimizer as training uses, taken one by one, so that what they hold can
be copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, OptimizerState, Weights
from mnist_studio.frameworks.normalization import normalize
from mnist_studio.frameworks.numpy_scratch import equations, gradients
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.frameworks.numpy_scratch.layers import Dense
from mnist_studio.frameworks.numpy_scratch.loss import Loss, loss_of
from mnist_studio.frameworks.numpy_scratch.memory import Flat
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
from mnist_studio.frameworks.numpy_scratch.trace import (
    ArrayChange,
    LayerPass,
    NetworkTrace,
    StepTrace,
    TrainingInput,
)
from mnist_studio.frameworks.numpy_scratch.workers import ThreadTeam
from mnist_studio.spec.model import LayerReport, describe, trainable_shapes
from mnist_studio.spec.run import RunSpec, storage


@dataclass(frozen=True, eq=False)
class _Way:
    """A digit on its way.

    Attributes:
        run: with the effect of its faults.
        weights: as they are before any step.
        image: (28, 28) gray levels.
        dropping: whether dropout is on.
        by_batch: whether batch-norm takes the statistics of the digit.
    """

    run: RunSpec
    weights: Weights
    image: NDArray[np.uint8]
    dropping: bool = False
    by_batch: bool = False

    @property
    def inputs(self) -> Array:
        """(1, 28, 28)."""
        model, precision = self.run.model, self.run.training.precision
        return normalize(self.image, model.scaling, precision)[np.newaxis]

    def through(self, network: Network) -> NetworkTrace:
        """Forward, layer by layer in the order of the spec."""
        x = self.inputs[..., np.newaxis]
        layers = []
        for report, layer in zip(describe(self.run.model), network.layers.values(), strict=True):
            y = layer.forward(x)
            layers.append(self._passed(report, x, y))
            x = y
        powers = np.exp(x[0] - x[0].max())
        return NetworkTrace(self.image, tuple(layers), x[0].copy(), powers / powers.sum())

    def _passed(self, report: LayerReport, x: Array, y: Array) -> LayerPass:
        known = equations.of(report.layer, self.dropping, self.by_batch)
        names = report.arrays | report.statistics
        own = {name.partition(".")[2]: self.weights[name] for name in names}
        return LayerPass(
            report.name, report.title, known.forward, known.backward, x[0].copy(), y[0].copy(), own
        )

    def loss(self, logits: Array, label: int) -> Loss:
        """Of logits (10,)."""
        labels = np.array([label], np.uint8)
        return loss_of(self.run.training.loss, logits[np.newaxis], labels, 1)


def forward(run: RunSpec, weights: Weights, image: NDArray[np.uint8]) -> NetworkTrace:
    """How a network answers an image (28, 28): dropout off, batch-norm by its running statistics.

    Args:
        run: with the effect of its faults (``spec.known_bugs.effective``).
        weights: by their full names.
        image: the digit.
    """
    return _Way(run, weights, image).through(Network(run.model, weights))


def step(
    run: RunSpec, weights: Weights, image: NDArray[np.uint8], teaching: TrainingInput
) -> NetworkTrace:
    """One training step on an image (28, 28) alone, as ``NumpyLearner.train`` makes it.

    The weights given stay as they are. Arguments as of ``forward``.
    """
    way = _Way(run, weights, image, dropping=True, by_batch=not teaching.frozen)
    flat = Flat(trainable_shapes(run.model), storage(run.training.precision))
    flat.fill(weights)
    # The network shares its arrays with the optimizer, which changes them in place.
    own = {name: flat.arrays.get(name, array.copy()) for name, array in weights.items()}
    network = Network(run.model, own)
    network.prepare(training=way.by_batch, masks=teaching.masks)
    walk = way.through(network)
    loss = way.loss(walk.logits, teaching.label)
    layers = _backward(network, walk.layers, loss.gradient)
    if way.by_batch:
        network.remember()
    norm = float(np.linalg.norm(network.gradients.vector))
    optimizer = _optimizer(run, flat, teaching.state)
    before = _slots(optimizer)
    _improve(run, network.gradients, optimizer, teaching.rate)
    used = network.gradients.copies()
    changed = _Changes(run, weights, own, used, before, _slots(optimizer))
    told = StepTrace(
        label=teaching.label,
        loss=loss.total,
        loss_after=way.loss(network.forward(way.inputs)[0], teaching.label).total,
        loss_equation=equations.LOSSES[run.training.loss],
        logit_gradient=loss.gradient[0],
        optimizer=equations.of_update(run.training.optimizer),
        rate=teaching.rate,
        number=optimizer.step,
        norm=norm,
    )
    return replace(walk, layers=tuple(changed.of(layer) for layer in layers), step=told)


def _improve(run: RunSpec, used: Flat, optimizer: Optimizer, rate: float) -> None:
    """The update, after what is done with gradients before."""
    if run.training.bias_gradients == "summed":
        gradients.sum_biases(used)
    gradients.clip(used, run.training.clip)
    optimizer.improve(used, rate)


def _backward(
    network: Network, layers: tuple[LayerPass, ...], dlogits: Array
) -> tuple[LayerPass, ...]:
    """The layers with the gradients of their outputs and inputs; writes those of the weights."""
    dy, found = dlogits, []
    for passed in reversed(layers):
        layer = network.layers[passed.name]
        if isinstance(layer, Dense | Conv | BatchNorm):
            layer.learn(dy)
        dx = layer.input_gradient(dy)
        found.append(replace(passed, output_gradient=dy[0].copy(), input_gradient=dx[0].copy()))
        dy = dx
    return tuple(reversed(found))


def _optimizer(run: RunSpec, weights: Flat, state: OptimizerState | None) -> Optimizer:
    made = Optimizer(run.training.optimizer, weights, ThreadTeam(1))
    if state:
        made.step = state.step
        for slot, kept in made.slots.items():
            kept.fill({name: state.slots[f"{name}/{slot}"] for name in kept.arrays})
    return made


def _slots(optimizer: Optimizer) -> Mapping[str, Weights]:
    return {slot: kept.copies() for slot, kept in optimizer.slots.items()}


@dataclass(frozen=True)
class _Changes:
    """What a step did to every array."""

    run: RunSpec
    before: Weights
    after: Weights
    gradients: Weights
    slots_before: Mapping[str, Weights]
    slots_after: Mapping[str, Weights]

    def of(self, layer: LayerPass) -> LayerPass:
        """A layer with its own."""
        reports = {report.name: report for report in describe(self.run.model)}
        known = equations.of(reports[layer.name].layer).learnt
        names = {f"{layer.name}.{part}": known.get(part, "") for part in layer.weights}
        learnt = (self._of(name, equation) for name, equation in names.items())
        return replace(layer, learnt=tuple(learnt))

    def _of(self, name: str, equation: str) -> ArrayChange:
        trained = name in self.gradients
        return ArrayChange(
            name=name,
            equation=equation,
            before=self.before[name],
            gradient=self.gradients.get(name),
            after=self.after[name].copy(),
            slots_before={slot: kept[name] for slot, kept in self.slots_before.items() if trained},
            slots_after={slot: kept[name] for slot, kept in self.slots_after.items() if trained},
        )
