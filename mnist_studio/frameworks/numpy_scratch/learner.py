"""NumPy behind the seam: a network, an optimiser, and the digits they learn from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Chunk, OptimiserState, Steps, Weights
from mnist_studio.frameworks.normalise import level_table, normalise
from mnist_studio.frameworks.numpy_scratch import optimisers
from mnist_studio.frameworks.numpy_scratch.loss import cross_entropy
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.spec.optimisers import slot_names
from mnist_studio.spec.run import RunSpec

EVALUATION_BATCH = 100
"""Images at once outside training: large enough for fast products, small enough for the cache."""


class NumpyLearner:
    """A learner of the seam (see ``frameworks.base.Learner``)."""

    capacity = 256

    def __init__(self, run: RunSpec, weights: Weights) -> None:
        self._network = Network(run.model, weights)
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
            self._network.drop({name: masks[k] for name, masks in chunk.masks.items()})
            losses[k], correct[k] = self._train_step(indices, float(rate))
        self._network.drop({})
        return Steps(losses, correct)

    def _train_step(self, indices: NDArray[np.int64], rate: float) -> tuple[float, int]:
        """One batch: forward, loss, backward, update."""
        loss = cross_entropy(self._network.forward(self._inputs[indices]), self._labels[indices])
        gradients = self._network.learn(loss.gradient)
        self._step += 1
        for name, weight in self._network.weights.items():
            for piece in optimisers.blocks(weight, gradients[name], self._slots[name]):
                self._update(*piece, rate, self._step)
        return loss.mean, loss.correct

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        batches = range(0, len(images), EVALUATION_BATCH)
        outputs = [self._forward(images[i : i + EVALUATION_BATCH]).copy() for i in batches]
        return np.concatenate(outputs) if outputs else np.empty((0, 10), self._precision)

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        loss = cross_entropy(self._forward(images), labels)
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
