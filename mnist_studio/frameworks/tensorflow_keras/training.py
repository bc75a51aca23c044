"""A chunk of training steps as one TensorFlow function with a loop inside."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_studio.frameworks.base import Array, Chunk, Steps
from mnist_studio.frameworks.tensorflow_keras import optimisers
from mnist_studio.frameworks.tensorflow_keras.network import Tensor, forward
from mnist_studio.spec.layers import Conv, Dropout
from mnist_studio.spec.model import ModelSpec, describe

CAPACITY = 256
PADDING_BYTES = 4 * 2**20
"""What a chunk may be filled up to for XLA, which compiles for one size; takes about 1 ms."""


def compiles(model: ModelSpec) -> bool:
    """Whether XLA compiles the steps on a CPU.

    Measured with batches of 64 on 2 cores, paired medians: with XLA a step of mlp-128 takes 0.68
    of the time (compiling takes 1.6 s), one of compact-cnn 12 times as long (8 s), since XLA's
    convolutions on a CPU are slow.
    """
    return not any(isinstance(layer, Conv) for layer in model.layers)


def padded_capacity(model: ModelSpec, batch: int) -> int:
    """How many steps a chunk of fixed size has: as many as are cheap to pad it to."""
    dropped = (int(np.prod(r.input)) for r in describe(model) if isinstance(r.layer, Dropout))
    step = batch * (np.dtype(np.int32).itemsize + sum(dropped))
    return max(1, min(CAPACITY, PADDING_BYTES // step))


class Trainer:
    """Trains one network.

    Attributes:
        traces: how many functions have been traced; one for every size of batch.
    """

    def __init__(
        self, network: keras.Sequential, optimizer: keras.optimizers.Optimizer, padded: int | None
    ) -> None:
        """A trainer.

        Args:
            network: with the weights.
            optimizer: built for them.
            padded: steps that XLA compiles for; None leaves XLA out.
        """
        self.traces = 0
        self._network = network
        self._optimizer = optimizer
        self._padded = padded
        self._functions: dict[int, Callable[..., Any]] = {}

    def train(self, inputs: Tensor, labels: Tensor, chunk: Chunk) -> Steps:
        """Makes the steps of a chunk; inputs (n, 28, 28) and labels (n,) int32 are resident."""
        count, batch = chunk.indices.shape
        if batch not in self._functions:
            self._functions[batch] = self._function(chunk)
        losses, correct = self._functions[batch](
            inputs,
            labels,
            tf.constant(count),
            self._tensor(chunk.indices.astype(np.int32)),
            self._tensor(chunk.rates),
            {name: self._tensor(masks) for name, masks in chunk.masks.items()},
        )
        return Steps(losses.numpy()[:count], correct.numpy()[:count])

    def _function(self, chunk: Chunk) -> Callable[..., Any]:
        """The function for batches of this size; the number of steps stays open."""
        steps, batch = self._padded, chunk.indices.shape[1]
        signature = (
            tf.TensorSpec((None, 28, 28), self._network.inputs[0].dtype),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec((steps, batch), tf.int32),
            tf.TensorSpec((steps,), tf.float64),
            {n: tf.TensorSpec((steps, *m.shape[1:]), tf.uint8) for n, m in chunk.masks.items()},
        )
        compiled = steps is not None
        function = tf.function(self._steps, autograph=False, jit_compile=compiled)
        return function.get_concrete_function(*signature)

    def _steps(
        self,
        inputs: Tensor,
        labels: Tensor,
        count: Tensor,
        indices: Tensor,
        rates: Tensor,
        masks: dict[str, Tensor],
    ) -> tuple[Tensor, Tensor]:
        self.traces += 1
        size = tf.shape(indices)[0]

        def step(k: Tensor, losses: Tensor, correct: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            batch = tf.gather(inputs, indices[k]), tf.gather(labels, indices[k])
            drop = {name: mask[k] for name, mask in masks.items()}
            loss, right = self._step(*batch, rates[k], drop)
            return k + 1, losses.write(k, loss), correct.write(k, right)

        _, losses, correct = tf.while_loop(
            lambda k, *_: k < count,
            step,
            (0, tf.TensorArray(tf.float64, size), tf.TensorArray(tf.int64, size)),
        )
        return losses.stack(), correct.stack()

    def _step(
        self, inputs: Tensor, labels: Tensor, rate: Tensor, masks: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """One batch: forward, loss, backward, update."""
        variables = self._network.trainable_variables
        with tf.GradientTape() as tape:
            logits = forward(self._network, inputs, masks)
            loss = cross_entropy(logits, labels)
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        optimisers.update(self._optimizer, gradients, variables, rate)
        right = tf.argmax(logits, 1, tf.int32) == labels
        return tf.cast(loss, tf.float64), tf.math.count_nonzero(right)

    def _tensor(self, array: Array) -> Tensor:
        """A chunk's array, filled up with zeros to the compiled size."""
        if self._padded is None:
            return tf.constant(array)
        room = [(0, self._padded - len(array))] + [(0, 0)] * (array.ndim - 1)
        return tf.constant(np.pad(array, room))


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean over (n, 10) logits and (n,) labels."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
