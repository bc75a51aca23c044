"""Loss and gradients of a batch, and what a run does to them before its update."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import tensorflow as tf

from mnist_studio.frameworks.tensorflow_keras import network
from mnist_studio.frameworks.tensorflow_keras.network import Tensor
from mnist_studio.spec.run import ClipNorm, ClipValue, Loss, TrainingSpec


@dataclass(frozen=True)
class BatchTensors:
    """What a batch of n gave, as tensors.

    Attributes:
        loss: (), the mean over the batch.
        logits: (n, 10).
        gradients: by every trainable weight, in the order of ``network.trainable``.
    """

    loss: Tensor
    logits: Tensor
    gradients: Mapping[str, Tensor]


def learn(
    net: keras.Sequential,
    training: TrainingSpec,
    inputs: Tensor,
    labels: Tensor,
    masks: Mapping[str, Tensor] | None = None,
) -> BatchTensors:
    """Forward and backward as in training, nothing clipped; batch-norm's statistics go on.

    Args:
        net: the network.
        training: whose loss and bias gradients count.
        inputs: (n, 28, 28).
        labels: (n,) int32.
        masks: of the dropout layers, which do nothing without.
    """
    weights = {name: variable.value for name, variable in network.trainable(net).items()}
    with tf.GradientTape() as tape:
        logits = network.forward(net, inputs, masks, training=True)
        loss = mean_loss(training.loss, logits, labels)
    found = tape.gradient(loss, weights)
    if training.bias_gradients == "summed":
        found = {name: _summed(name, gradient) for name, gradient in found.items()}
    return BatchTensors(loss, logits, found)


def mean_loss(kind: Loss, logits: Tensor, labels: Tensor) -> Tensor:
    """Over (n, 10) logits and (n,) labels."""
    if kind == "double_softmax":
        logits = tf.nn.softmax(logits)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def clipped(
    gradients: Mapping[str, Tensor], clip: ClipNorm | ClipValue | None
) -> Mapping[str, Tensor]:
    """The gradients that the optimizer shall get."""
    match clip:
        case None:
            return gradients
        case ClipValue(limit=limit):
            return {n: tf.clip_by_value(found, -limit, limit) for n, found in gradients.items()}
        case ClipNorm(limit=limit):
            norm = tf.linalg.global_norm(list(gradients.values()))
            # TensorFlow's own function multiplies also where nothing is to be shortened.
            scale = tf.where(norm > limit, limit / norm, tf.ones_like(norm))
            return {name: scale * found for name, found in gradients.items()}


def _summed(name: str, gradient: Tensor) -> Tensor:
    """The fault of ``TrainingSpec.bias_gradients``."""
    if not name.endswith(".bias"):
        return gradient
    return tf.fill(tf.shape(gradient), tf.reduce_sum(gradient))
