"""The loss of a batch, its gradients, and the run's changes to them before the update."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import tensorflow as tf

from mnist_studio.frameworks.tensorflow_keras import network
from mnist_studio.frameworks.tensorflow_keras.network import Tensor
from mnist_studio.spec.run import ClipNorm, ClipValue, TrainingSpec


@dataclass(frozen=True)
class BatchTensors:
    """Loss, logits and gradients of a batch of n images.

    Attributes:
        loss: (), the mean over the batch.
        logits: (n, k).
        gradients: of every trainable weight, in the order of ``network.trainable``.
    """

    loss: Tensor
    logits: Tensor
    gradients: Mapping[str, Tensor]


def backward(
    net: keras.Sequential,
    training: TrainingSpec,
    inputs: Tensor,
    labels: Tensor,
    masks: Mapping[str, Tensor] | None = None,
) -> BatchTensors:
    """Forward and backward as in training, without clipping. Updates batch-norm's statistics.

    Args:
        net: the network.
        training: says which loss and which bias gradients to use.
        inputs: (n, 28, 28).
        labels: (n,) int32.
        masks: by dropout layer. A layer without a mask drops nothing.
    """
    weights = {name: variable.value for name, variable in network.trainable(net).items()}
    with tf.GradientTape() as tape:
        logits = network.forward(net, inputs, masks, training=True)
        loss = mean_loss(training, logits, labels)
    found = tape.gradient(loss, weights)
    if training.bias_gradients == "summed":
        found = {name: _summed(name, gradient) for name, gradient in found.items()}
    return BatchTensors(loss, logits, found)


def mean_loss(training: TrainingSpec, logits: Tensor, labels: Tensor) -> Tensor:
    """The mean loss of logits (n, k) and labels (n,)."""
    if training.loss == "double_softmax":
        logits = tf.nn.softmax(logits)
    if smoothing := training.label_smoothing:
        classes = logits.shape[-1]
        # one_hot computes in float64 here: TensorFlow would round a Python number to float32.
        others = tf.constant(smoothing / classes, logits.dtype)
        label = tf.constant(1 - smoothing + smoothing / classes, logits.dtype)
        targets = tf.one_hot(labels, classes, label, others)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def clipped(
    gradients: Mapping[str, Tensor], clip: ClipNorm | ClipValue | None
) -> Mapping[str, Tensor]:
    """The gradients, clipped as the run says."""
    match clip:
        case None:
            return gradients
        case ClipValue(limit=limit):
            return {n: tf.clip_by_value(found, -limit, limit) for n, found in gradients.items()}
        case ClipNorm(limit=limit):
            norm = tf.linalg.global_norm(list(gradients.values()))
            # TensorFlow's own function also multiplies where the norm is below the limit.
            scale = tf.where(norm > limit, limit / norm, tf.ones_like(norm))
            return {name: scale * found for name, found in gradients.items()}


def _summed(name: str, gradient: Tensor) -> Tensor:
    """The known bug of ``TrainingSpec.bias_gradients``."""
    if not name.endswith(".bias"):
        return gradient
    return tf.fill(tf.shape(gradient), tf.reduce_sum(gradient))
