"""NumPy behind the seam: a network, an optimizer, and the digits they learn from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Chunk, OptimizerState, Steps, Weights
from mnist_studio.frameworks.normalization import level_table, normalize
from mnist_studio.frameworks.numpy_scratch import gradients
from mnist_studio.frameworks.numpy_scratch.loss import loss_of
from mnist_studio.frameworks.numpy_scratch.memory import Flat, Workspace
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
from mnist_studio.frameworks.numpy_scratch.workers import Batch, ThreadTeam, Workers
from mnist_studio.frameworks.processors import usable_processors
from mnist_studio.spec.layers import BatchNorm, Conv
from mnist_studio.spec.model import trainable_shapes
from mnist_studio.spec.run import RunSpec, storage

EVALUATION_BATCH = 125
"""Images at once outside training: large enough for fast products, small enough for the cache."""


class NumpyLearner:
    """A learner of the seam (see ``frameworks.base.Learner``).

    A network with convolutions is trained on several threads: each takes a part of the batch
    through a network of its own that shares the weights, and their gradients are added up. Its
    products stay on one thread each: threads inside every product wait for each other hundreds of
    times a step, which on a busy machine made training ten times slower, and on an idle one they
    gain less. A network without convolutions has few and large products; there the threads are
    inside them (see ``registry.training_environment``).
    """

    capacity = 256

    def __init__(self, run: RunSpec, weights: Weights) -> None:
        self._training, self._scaling = run.training, run.model.scaling
        self._storage = storage(run.training.precision)
        self._table = level_table(self._scaling, run.training.precision)
        self._learnt = Flat(trainable_shapes(run.model), self._storage)
        # What is learnt lies in one vector; running statistics lie on their own.
        self._weights = {
            name: self._learnt.arrays.get(name, array.copy()) for name, array in weights.items()
        }
        team = ThreadTeam(threads(run))
        networks = [Network(run.model, self._weights) for _ in range(team.size)]
        self._network = networks[0]
        self._workers = Workers(networks, team, run.training.loss)
        self._optimizer = Optimizer(run.training.optimizer, self._learnt, team)
        self._work = Workspace()
        self.load_weights(weights)

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        self._inputs = normalize(images, self._scaling, self._training.precision)
        self._labels = labels

    def train(self, chunk: Chunk) -> Steps:
        """See ``Learner.train``."""
        losses = np.empty(len(chunk.indices))
        correct = np.empty(len(chunk.indices), dtype=np.int64)
        for k, rate in enumerate(chunk.rates.tolist()):
            learnt = self._workers.learn(self._batch(chunk, k))
            losses[k], correct[k] = learnt.mean, learnt.correct
            if self._training.bias_gradients == "summed":
                gradients.sum_biases(learnt.gradients)
            gradients.clip(learnt.gradients, self._training.clip)
            self._optimizer.improve(learnt.gradients, rate)
        return Steps(losses, correct)

    def _batch(self, chunk: Chunk, k: int) -> Batch:
        """Step k's; the inputs are valid until the next one's."""
        indices = chunk.indices[k]
        inputs = self._work.get("inputs", (len(indices), 28, 28), self._table.dtype)
        # With "clip" take writes straight into its room; no index is ever out of range.
        if chunk.images is None:
            np.take(self._inputs, indices, axis=0, out=inputs, mode="clip")
        else:
            np.take(self._table, chunk.images[k], out=inputs, mode="clip")
        masks = {name: mask[k] for name, mask in chunk.masks.items()}
        return Batch(inputs, self._labels[indices], masks)

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        starts = range(0, len(images), EVALUATION_BATCH)
        batches = [self._table[images[start : start + EVALUATION_BATCH]] for start in starts]
        outputs = self._workers.answer(batches)
        return np.concatenate(outputs) if outputs else np.empty((0, 10), self._storage)

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        self._network.prepare(training=True)
        loss = loss_of(self._training.loss, self._forward(images), labels, len(labels))
        self._network.learn(loss.gradient)
        self._network.prepare(training=False)
        if self._training.bias_gradients == "summed":
            gradients.sum_biases(self._network.gradients)
        return self._network.gradients.copies()

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
        return {name: array.copy() for name, array in self._weights.items()}

    def load_weights(self, weights: Weights) -> None:
        """See ``Learner.load_weights``."""
        for name, array in self._weights.items():
            array[...] = weights[name]

    def optimizer_state(self) -> OptimizerState:
        """See ``Learner.optimizer_state``."""
        slots = {
            f"{name}/{slot}": array
            for slot, kept in self._optimizer.slots.items()
            for name, array in kept.copies().items()
        }
        return OptimizerState(self._optimizer.step, slots)

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """See ``Learner.load_optimizer_state``."""
        self._optimizer.step = state.step
        for slot, kept in self._optimizer.slots.items():
            kept.fill({name: state.slots[f"{name}/{slot}"] for name in kept.arrays})

    def synchronize(self) -> None:
        """Nothing to wait for: NumPy computes before it returns."""

    def _forward(self, images: NDArray[np.uint8]) -> Array:
        return self._network.forward(self._table[images])


def threads(run: RunSpec) -> int:
    """How many threads train.

    One where the products themselves are shared out, and one where a batch-norm needs the
    statistics of the whole batch amid the way forward, and amid the way back.
    """
    convolves = any(isinstance(layer, Conv) for layer in run.model.layers)
    normed = any(isinstance(layer, BatchNorm) for layer in run.model.layers)
    return (run.threads or usable_processors()) if convolves and not normed else 1
