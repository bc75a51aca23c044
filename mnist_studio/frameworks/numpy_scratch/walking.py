"""One digit through a network and back, with every number on the way.

The same layers, loss and optimiser as training uses, taken one by one, so that what they hold can
be copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, OptimiserState, Weights
from mnist_studio.frameworks.normalise import normalise
from mnist_studio.frameworks.numpy_scratch import equations, gradients
from mnist_studio.frameworks.numpy_scratch.batch_norm import BatchNorm
from mnist_studio.frameworks.numpy_scratch.convolution import Conv
from mnist_studio.frameworks.numpy_scratch.flat import Flat
from mnist_studio.frameworks.numpy_scratch.layers import Dense
from mnist_studio.frameworks.numpy_scratch.loss import Loss, loss_of
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.optimisers import Optimiser
from mnist_studio.frameworks.numpy_scratch.team import Team
from mnist_studio.frameworks.numpy_scratch.walk import LayerPass, Learnt, Step, Teaching, Walk
from mnist_studio.spec.model import LayerReport, describe, trainable_shapes
from mnist_studio.spec.run import RunSpec, storage


def forward(run: RunSpec, weights: Weights, image: NDArray[np.uint8]) -> Walk:
    """How a network answers an image (28, 28): dropout off, batch-norm by its running statistics.

    Args:
        run: with the effect of its faults (``spec.faults.effective``).
        weights: by their full names.
        image: the digit.
    """
    network = Network(run.model, weights)
    return _forward(run, network, weights, image, training=False)


def step(run: RunSpec, weights: Weights, image: NDArray[np.uint8], teaching: Teaching) -> Walk:
    """One training step on an image (28, 28) alone, as ``NumpyLearner.train`` makes it.

    The weights given stay as they are. Arguments as of ``forward``.
    """
    flat = Flat(trainable_shapes(run.model), storage(run.training.precision))
    flat.fill(weights)
    own = {name: flat.arrays.get(name, array.copy()) for name, array in weights.items()}
    network = Network(run.model, own)
    network.prepare(training=True, masks=teaching.masks)
    walk = _forward(run, network, weights, image, training=True)
    loss = _loss(run, walk.logits, teaching.label)
    layers = _backward(network, walk.layers, loss.gradient)
    network.remember()
    used, norm = network.gradients, float(np.linalg.norm(network.gradients.vector))
    if run.training.bias_gradients == "summed":
        gradients.sum_biases(used)
    gradients.clip(used, run.training.clip)
    optimiser = _optimiser(run, flat, teaching.state)
    before = _slots(optimiser)
    optimiser.improve(used, teaching.rate)
    # What changed lies in the arrays that the network shares with the optimiser.
    changed = _Changes(run, weights, own, used.copies(), before, _slots(optimiser))
    told = Step(
        label=teaching.label,
        loss=loss.total,
        loss_after=_loss_after(run, network, image, teaching.label),
        loss_equation=equations.LOSSES[run.training.loss],
        logit_gradient=loss.gradient[0],
        optimiser=equations.of_update(run.training.optimiser),
        rate=teaching.rate,
        number=optimiser.step,
        norm=norm,
    )
    return replace(walk, layers=tuple(changed.of(layer) for layer in layers), step=told)


def _forward(
    run: RunSpec, network: Network, weights: Weights, image: NDArray[np.uint8], training: bool
) -> Walk:
    x = normalise(image, run.model.scaling, run.training.precision)[np.newaxis, :, :, np.newaxis]
    layers = []
    for report, layer in zip(describe(run.model), network.layers.values(), strict=True):
        y = layer.forward(x)
        layers.append(_passed(report, training, x, y, weights))
        x = y
    powers = np.exp(x[0] - x[0].max())
    return Walk(image, tuple(layers), x[0].copy(), powers / powers.sum())


def _passed(report: LayerReport, training: bool, x: Array, y: Array, weights: Weights) -> LayerPass:
    known = equations.of(report.layer, training)
    own = {name.partition(".")[2]: weights[name] for name in report.arrays | report.statistics}
    return LayerPass(
        report.name, report.title, known.forward, known.backward, x[0].copy(), y[0].copy(), own
    )


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


def _loss(run: RunSpec, logits: Array, label: int) -> Loss:
    return loss_of(run.training.loss, logits[np.newaxis], np.array([label], np.uint8), 1)


def _loss_after(run: RunSpec, network: Network, image: NDArray[np.uint8], label: int) -> float:
    x = normalise(image, run.model.scaling, run.training.precision)
    return _loss(run, network.forward(x[np.newaxis])[0], label).total


def _optimiser(run: RunSpec, weights: Flat, state: OptimiserState | None) -> Optimiser:
    made = Optimiser(run.training.optimiser, weights, Team(1))
    if state:
        made.step = state.step
        for slot, kept in made.slots.items():
            kept.fill({name: state.slots[f"{name}/{slot}"] for name in kept.arrays})
    return made


def _slots(optimiser: Optimiser) -> Mapping[str, Weights]:
    return {slot: kept.copies() for slot, kept in optimiser.slots.items()}


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
        known = equations.of(reports[layer.name].layer, training=True).learnt
        names = {f"{layer.name}.{part}": known.get(part, "") for part in layer.weights}
        learnt = (self._of(name, equation) for name, equation in names.items())
        return replace(layer, learnt=tuple(learnt))

    def _of(self, name: str, equation: str) -> Learnt:
        trained = name in self.gradients
        return Learnt(
            name=name,
            equation=equation,
            before=self.before[name],
            gradient=self.gradients.get(name),
            after=self.after[name].copy(),
            slots_before={slot: kept[name] for slot, kept in self.slots_before.items() if trained},
            slots_after={slot: kept[name] for slot, kept in self.slots_after.items() if trained},
        )
