"""NumPy behind the seam: a network, an optimiser, and the digits they learn from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Chunk, OptimiserState, Steps, Weights
from mnist_studio.frameworks.normalise import level_table, normalise
from mnist_studio.frameworks.numpy_scratch import optimisers
from mnist_studio.frameworks.numpy_scratch.loss import cross_entropy
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.workers import Batch, Workers, usable_processors
from mnist_studio.spec.layers import Conv
from mnist_studio.spec.optimisers import slot_names
from mnist_studio.spec.run import RunSpec

EVALUATION_BATCH = 125
"""Images at once outside training: large enough for fast products, small enough for the cache."""


class NumpyLearner:
    """A learner of the seam (see ``frameworks.base.Learner``).

    A network with convolutions is trained on several threads: each takes a part of the batch
    through a network of its own that shares the weights, and their gradients are added up. The
    products themselves stay on one thread each (see ``registry.environment``): threads inside
    every product wait for each other hundreds of times a step, which on a busy machine made
    training ten times slower, and on an idle one they gain less.
    """

    capacity = 256

    def __init__(self, run: RunSpec, weights: Weights) -> None:
        own = {name: array.copy() for name, array in weights.items()}
        networks = [Network(run.model, own) for _ in range(threads(run))]
        self._workers = Workers(networks)
        self._network = networks[0]
        self._precision = run.training.precision
        self._scaling = run.model.scaling
        self._table = level_table(self._scaling, self._precision)
        optimiser = run.training.optimiser
        self._update = optimisers.update(optimiser)
        self._slots = {
            name: {slot: np.zeros_like(array) for slot in slot_names(optimiser)}
            for name, array in self._network.weights.items()
        }
        self._step = 0

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        self._inputs = normalise(images, self._scaling, self._precision)
        self._labels = labels

    def train(self, chunk: Chunk) -> Steps:
        """See ``Learner.train``."""
        losses = np.empty(len(chunk.indices))
        correct = np.empty(len(chunk.indices), dtype=np.int64)
        for k, (indices, rate) in enumerate(zip(chunk.indices, chunk.rates, strict=True)):
            masks = {name: mask[k] for name, mask in chunk.masks.items()}
            learnt = self._workers.learn(Batch(self._inputs[indices], self._labels[indices], masks))
            losses[k], correct[k] = learnt.mean, learnt.correct
            self._improve(learnt.gradients, float(rate))
        return Steps(losses, correct)

    def _improve(self, gradients: Weights, rate: float) -> None:
        """One update of every weight."""
        self._step += 1
        for name, weight in self._network.weights.items():
            for piece in optimisers.blocks(weight, gradients[name], self._slots[name]):
                self._update(*piece, rate, self._step)

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        starts = range(0, len(images), EVALUATION_BATCH)
        batches = [self._table[images[start : start + EVALUATION_BATCH]] for start in starts]
        outputs = self._workers.answer(batches)
        return np.concatenate(outputs) if outputs else np.empty((0, 10), self._precision)

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        loss = cross_entropy(self._forward(images), labels, len(labels))
        learnt = self._network.learn(loss.gradient)
        return {name: learnt[name].copy() for name in self._network.weights}

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """See ``Learner.input_gradients``."""
        logits = self._forward(images)
        chosen = np.zeros_like(logits)
        chosen[np.arange(len(classes)), classes] = 1
        return self._network.input_gradient(chosen).copy()

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """See ``Learner.activations``."""
        return self._network.activations(self._table[images])

    def weights(self) -> Weights:
        """See ``Learner.weights``."""
        return {name: array.copy() for name, array in self._network.weights.items()}

    def load_weights(self, weights: Weights) -> None:
        """See ``Learner.load_weights``."""
        for name, array in self._network.weights.items():
            array[...] = weights[name]

    def optimiser_state(self) -> OptimiserState:
        """See ``Learner.optimiser_state``."""
        slots = {
            f"{name}/{slot}": array.copy()
            for name, arrays in self._slots.items()
            for slot, array in arrays.items()
        }
        return OptimiserState(self._step, slots)

    def load_optimiser_state(self, state: OptimiserState) -> None:
        """See ``Learner.load_optimiser_state``."""
        self._step = state.step
        for name, arrays in self._slots.items():
            for slot, array in arrays.items():
                array[...] = state.slots[f"{name}/{slot}"]

    def synchronise(self) -> None:
        """Nothing to wait for: NumPy computes before it returns."""

    def _forward(self, images: NDArray[np.uint8]) -> Array:
        return self._network.forward(self._table[images])


def threads(run: RunSpec) -> int:
    """How many threads train: one for small products, which threads only hold up."""
    if not any(isinstance(layer, Conv) for layer in run.model.layers):
        return 1
    return run.threads or usable_processors()
