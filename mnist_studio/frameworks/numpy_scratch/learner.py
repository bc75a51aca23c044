"""The learner for NumPy: a network, an optimizer and the training set."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import (
    Array,
    Chunk,
    OptimizerState,
    StepResults,
    Weights,
    level_table,
    normalize,
)
from mnist_studio.frameworks.numpy_scratch.loss import clip, loss_of, sum_biases
from mnist_studio.frameworks.numpy_scratch.memory import Flat, Workspace
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.frameworks.numpy_scratch.optimizers import Optimizer
from mnist_studio.frameworks.numpy_scratch.parallel import Batch, DataParallel, ThreadTeam
from mnist_studio.frameworks.registry import usable_processors
from mnist_studio.spec.layers import BatchNorm, Conv
from mnist_studio.spec.model import class_count, trainable_shapes
from mnist_studio.spec.run import RunSpec, storage

EVALUATION_BATCH = 125
"""Images in a batch outside training: enough for fast products, and few enough for the cache."""


class NumpyLearner:
    """See ``frameworks.base.Learner``.

    A network with convolutions trains on several threads. Each thread processes a slice of the
    batch with a network of its own that shares the weights, and the gradients are added. Each
    matrix product then stays on one thread: threads inside every product wait for each other
    hundreds of times a step, which made training ten times slower on a busy machine and gains less
    on an idle one. A network without convolutions has a few large products, and the threads are
    inside them (see ``registry.training_environment``).
    """

    capacity = 256

    def __init__(self, run: RunSpec, weights: Weights) -> None:
        self._training, self._scaling = run.training, run.model.scaling
        self._storage = storage(run.training.precision)
        self._classes = class_count(run.model)
        self._table = level_table(self._scaling, run.training.precision)
        self._trainable = Flat(trainable_shapes(run.model), self._storage)
        # Trainable weights share one vector; running statistics are separate arrays.
        self._weights = {
            name: self._trainable.arrays.get(name, array.copy()) for name, array in weights.items()
        }
        team = ThreadTeam(threads(run))
        networks = [Network(run.model, self._weights) for _ in range(team.size)]
        self._network = networks[0]
        self._parallel = DataParallel(networks, team, run.training)
        self._optimizer = Optimizer(
            run.training.optimizer, self._trainable, team, run.training.weight_decay
        )
        self._work = Workspace()
        self.load_weights(weights)

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        self._inputs = normalize(images, self._scaling, self._training.precision)
        self._labels = labels

    def train(self, chunk: Chunk) -> StepResults:
        """See ``Learner.train``."""
        losses = np.empty(len(chunk.indices))
        correct = np.empty(len(chunk.indices), dtype=np.int64)
        for k, rate in enumerate(chunk.rates.tolist()):
            result = self._parallel.gradients(self._batch(chunk, k))
            losses[k], correct[k] = result.mean, result.correct
            if self._training.bias_gradients == "summed":
                sum_biases(result.gradients)
            clip(result.gradients, self._training.clip)
            self._optimizer.apply(result.gradients, rate)
        return StepResults(losses, correct)

    def _batch(self, chunk: Chunk, k: int) -> Batch:
        """The batch of step k. Its inputs are valid until the next step."""
        indices = chunk.indices[k]
        inputs = self._work.get("inputs", (len(indices), 28, 28), self._table.dtype)
        # With mode "clip", take writes to ``out`` without a copy. No index is out of range.
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
        outputs = self._parallel.logits(batches)
        return np.concatenate(outputs) if outputs else np.empty((0, self._classes), self._storage)

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        self._network.prepare(training=True)
        loss = loss_of(self._training, self._forward(images), labels, len(labels))
        self._network.backward_params(loss.gradient)
        self._network.prepare(training=False)
        if self._training.bias_gradients == "summed":
            sum_biases(self._network.gradients)
        return self._network.gradients.copies()

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """See ``Learner.input_gradients``."""
        logits = self._forward(images)
        one_hot = np.zeros_like(logits)
        one_hot[np.arange(len(classes)), classes] = 1
        return self._network.backward_input(one_hot).copy()

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
            for slot, arrays in self._optimizer.slots.items()
            for name, array in arrays.copies().items()
        }
        return OptimizerState(self._optimizer.step, slots)

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """See ``Learner.load_optimizer_state``."""
        self._optimizer.step = state.step
        for slot, arrays in self._optimizer.slots.items():
            arrays.fill({name: state.slots[f"{name}/{slot}"] for name in arrays.arrays})

    def synchronize(self) -> None:
        """Does nothing: NumPy functions return only when they are done."""

    def _forward(self, images: NDArray[np.uint8]) -> Array:
        return self._network.forward(self._table[images])


def threads(run: RunSpec) -> int:
    """The number of threads that process slices of a batch.

    It is 1 without convolutions, where the threads are inside the products. It is 1 with a
    batch-norm, whose forward and backward passes need statistics of the whole batch.
    """
    has_conv = any(isinstance(layer, Conv) for layer in run.model.layers)
    has_norm = any(isinstance(layer, BatchNorm) for layer in run.model.layers)
    return (run.threads or usable_processors()) if has_conv and not has_norm else 1
