"""The learner for Keras: a network, an optimizer and the training set."""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_studio.frameworks.base import (
    Array,
    Chunk,
    Device,
    OptimizerState,
    StepResults,
    Weights,
    normalize,
)
from mnist_studio.frameworks.tensorflow_keras import (
    devices,
    gradients,
    network,
    optimizers,
    training,
)
from mnist_studio.frameworks.tensorflow_keras.network import Tensor
from mnist_studio.spec.model import class_count
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import RunSpec, storage

EVALUATION_BATCH = 500
"""Images in a batch outside training; limits the memory for feature maps."""


class KerasLearner:
    """See ``frameworks.base.Learner``."""

    def __init__(self, run: RunSpec, weights: Weights, device: Device) -> None:
        self._place = devices.place(device)
        self._storage = storage(run.training.precision)
        self._classes = class_count(run.model)
        self._scaling = run.model.scaling
        self._training = run.training
        with tf.device(self._place):
            self._network = network.build(run.model, run.training.precision)
            self._trainable = network.trainable(self._network)
            self._optimizer = optimizers.build(run.training.optimizer, self._trainable.values())
        compiled = device.kind == "cpu" and training.compiles(run.model)
        padded = training.padded_capacity(run) if compiled else None
        self.capacity = padded or training.CAPACITY
        self.trainer = training.Trainer(run, self._network, self._optimizer, padded)
        self.load_weights(weights)

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """See ``Learner.bind``."""
        with tf.device(self._place):
            self._inputs = self._input(images)
            self._labels = tf.constant(labels.astype(np.int32))

    def train(self, chunk: Chunk) -> StepResults:
        """See ``Learner.train``."""
        with tf.device(self._place):
            return self.trainer.train(self._inputs, self._labels, chunk)

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Learner.logits``."""
        outputs = np.empty((len(images), self._classes), dtype=self._storage)
        with tf.device(self._place):
            for start in range(0, len(images), EVALUATION_BATCH):
                batch = slice(start, start + EVALUATION_BATCH)
                outputs[batch] = self._compiled_logits(self._input(images[batch])).numpy()
        return outputs

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """See ``Learner.gradients``."""
        before = self.weights()
        with tf.device(self._place):
            inputs = self._input(images)
            found = gradients.backward(
                self._network, self._training, inputs, labels.astype(np.int32)
            )
        # Keras' batch-norm updates its running statistics whenever it uses those of a batch.
        self.load_weights(before)
        return {name: gradient.numpy() for name, gradient in found.gradients.items()}

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """See ``Learner.input_gradients``."""
        with tf.device(self._place), tf.GradientTape() as tape:
            inputs = self._input(images)
            tape.watch(inputs)
            logits = network.forward(self._network, inputs)
            selected = tf.gather(logits, classes.astype(np.int32), batch_dims=1)
        gradient: Array = tape.gradient(selected, inputs).numpy()
        return gradient

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """See ``Learner.activations``."""
        outputs: dict[str, Array] = {}
        with tf.device(self._place):
            values = self._input(images)[..., None]
            for layer in self._network.layers:
                values = network.apply(layer, values)
                outputs[layer.name] = tf.cast(values, self._storage).numpy()
        return outputs

    def weights(self) -> Weights:
        """See ``Learner.weights``."""
        return {
            name: network.array(variable)
            for name, variable in network.variables(self._network).items()
        }

    def load_weights(self, weights: Weights) -> None:
        """See ``Learner.load_weights``."""
        network.fill(self._network, weights)

    def optimizer_state(self) -> OptimizerState:
        """See ``Learner.optimizer_state``."""
        slots = {name: network.array(variable) for name, variable in self._slots().items()}
        return OptimizerState(int(self._optimizer.iterations.value), slots)

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """See ``Learner.load_optimizer_state``."""
        self._optimizer.iterations.assign(state.step)
        for name, variable in self._slots().items():
            variable.assign(state.slots[name])

    def synchronize(self) -> None:
        """See ``Learner.synchronize``."""
        tf.test.experimental.sync_devices()

    @cached_property
    def _compiled_logits(self) -> Callable[[Tensor], Tensor]:
        """Inputs -> logits, traced once for any number of images."""
        function = tf.function(
            lambda inputs: network.forward(self._network, inputs), autograph=False
        )
        return function.get_concrete_function(tf.TensorSpec((None, 28, 28), self._storage))

    def _slots(self) -> dict[str, Tensor]:
        """The optimizer's variables by their canonical names."""
        return {
            f"{weight}/{slot}": variable
            for slot in slot_names(self._training.optimizer)
            for weight, variable in zip(
                self._trainable, optimizers.slots(self._optimizer, slot), strict=True
            )
        }

    def _input(self, images: NDArray[np.uint8]) -> Tensor:
        return tf.constant(normalize(images, self._scaling, self._storage))
