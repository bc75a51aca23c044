"""A chunk of training steps as one TensorFlow function that contains the loop.

On a CPU, the same steps give the same bits in every process, as long as the number of threads and
the flags stay the same. This was measured with one and two threads for mlp-128, small-cnn,
compact-cnn, wide-cnn and a network with batch-norm, on a busy machine and without TensorFlow's
``enable_op_determinism``. Sums round differently with another number of threads, with oneDNN
switched on or off, or on another key of CPU. GPUs give no guarantee, because their convolutions
add in any order.
"""

from collections.abc import Callable
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_studio.frameworks.base import Array, Chunk, StepResults, level_table
from mnist_studio.frameworks.tensorflow_keras import gradients, network, optimizers
from mnist_studio.frameworks.tensorflow_keras.network import Tensor
from mnist_studio.spec.layers import Conv, Dropout
from mnist_studio.spec.model import IMAGE_SHAPE, ModelSpec, describe
from mnist_studio.spec.optimizers import effective_decay
from mnist_studio.spec.run import RunSpec

CAPACITY = 256
PADDING_BYTES = 4 * 2**20
"""The largest chunk after padding. XLA compiles for one size; padding takes about 1 ms."""


def compiles(model: ModelSpec) -> bool:
    """Whether XLA compiles the steps on a CPU.

    XLA's convolutions are slow on a CPU. Measured with batch size 64 on 2 cores, paired medians: a
    step of mlp-128 takes 0.68 of the time with XLA (compiling takes 1.6 s), and a step of
    compact-cnn takes 12 times as long (compiling takes 8 s).
    """
    return not any(isinstance(layer, Conv) for layer in model.layers)


def padded_capacity(run: RunSpec) -> int:
    """The number of steps in a chunk of fixed size: as many as padding can fill cheaply."""
    dropped = (prod(r.input) for r in describe(run.model) if isinstance(r.layer, Dropout))
    image = prod(IMAGE_SHAPE) if run.training.augmentation else 0
    bytes_per_image = np.dtype(np.int32).itemsize + image + sum(dropped)
    return max(1, min(CAPACITY, PADDING_BYTES // (run.training.batch_size * bytes_per_image)))


class Trainer:
    """Trains one network.

    Attributes:
        traces: number of functions traced so far, one for each batch size.
    """

    def __init__(
        self,
        run: RunSpec,
        net: keras.Sequential,
        optimizer: keras.optimizers.Optimizer,
        padded: int | None,
    ) -> None:
        """A trainer.

        Args:
            run: to train.
            net: the network.
            optimizer: built for the network's weights.
            padded: number of steps that XLA compiles for; None to run without XLA.
        """
        self.traces = 0
        self._training = run.training
        self._levels = level_table(run.model.scaling, run.training.precision)
        self._network = net
        self._variables = network.trainable(net)
        self._decay = effective_decay(run.training.optimizer, run.training.weight_decay)
        self._optimizer = optimizer
        self._padded = padded
        self._functions: dict[tuple[int, bool], Callable[..., Any]] = {}

    def train(self, inputs: Tensor, labels: Tensor, chunk: Chunk) -> StepResults:
        """Runs the steps of a chunk on the inputs (n, 28, 28) and labels (n,) int32."""
        count, batch = chunk.indices.shape
        key = batch, chunk.images is not None
        if key not in self._functions:
            self._functions[key] = self._function(chunk)
        losses, correct = self._functions[key](
            inputs,
            labels,
            tf.constant(count),
            self._tensor(chunk.indices.astype(np.int32)),
            self._tensor(chunk.rates),
            {name: self._tensor(masks) for name, masks in chunk.masks.items()},
            None if chunk.images is None else self._tensor(chunk.images),
        )
        return StepResults(losses.numpy()[:count], correct.numpy()[:count])

    def _function(self, chunk: Chunk) -> Callable[..., Any]:
        """The function for this batch size and any number of steps."""
        steps, batch = self._padded, chunk.indices.shape[1]
        signature = (
            tf.TensorSpec((None, 28, 28), self._network.inputs[0].dtype),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec((steps, batch), tf.int32),
            tf.TensorSpec((steps,), tf.float64),
            {n: tf.TensorSpec((steps, *m.shape[1:]), tf.uint8) for n, m in chunk.masks.items()},
            None if chunk.images is None else tf.TensorSpec((steps, batch, 28, 28), tf.uint8),
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
        images: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        self.traces += 1
        size = tf.shape(indices)[0]

        def step(k: Tensor, losses: Tensor, correct: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            batch = tf.gather(inputs, indices[k]) if images is None else self._input(images[k])
            drop = {name: mask[k] for name, mask in masks.items()}
            loss, hits = self._step(batch, tf.gather(labels, indices[k]), rates[k], drop)
            return k + 1, losses.write(k, loss), correct.write(k, hits)

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
        result = gradients.backward(self._network, self._training, inputs, labels, masks)
        found = gradients.clipped(result.gradients, self._training.clip)
        optimizers.update(self._optimizer, self._decay, found, self._variables, rate)
        hits = tf.argmax(result.logits, 1, tf.int32) == labels
        return tf.cast(result.loss, tf.float64), tf.math.count_nonzero(hits)

    def _input(self, images: Tensor) -> Tensor:
        """(b, 28, 28) gray levels -> inputs, as in ``frameworks.base``."""
        return tf.gather(self._levels, tf.cast(images, tf.int32))

    def _tensor(self, array: Array) -> Tensor:
        """A chunk's array, padded with zeros to the compiled size."""
        if self._padded is None:
            return tf.constant(array)
        padding = [(0, self._padded - len(array))] + [(0, 0)] * (array.ndim - 1)
        return tf.constant(np.pad(array, padding))
