"""The interface between the shared code and a framework: NumPy arrays in, NumPy arrays out.

Gray levels become network inputs here, by the same expression for every framework.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_studio.spec.model import ModelSpec, Scaling
from mnist_studio.spec.run import Precision, RunSpec, storage

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""Arrays by their full names (``conv1.kernel``), in the canonical layout: dense (in, out),
convolution (height, width, in, out), bias (out,), batch-norm's scale, offset and its running
statistics mean and variance (channel,). Flattening orders a feature map as (height, width,
channel). Only trainable arrays have gradients and optimizer slots
(``spec.model.trainable_shapes``).
"""


@dataclass(frozen=True)
class Device:
    """A device that a learner computes on.

    Attributes:
        kind: ``cpu``, ``cuda`` or ``mps``.
        name: the name to show, such as ``NVIDIA H200``.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Problem:
    """Why a run cannot work on this computer, and what to do about it."""

    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Chunk:
    """k training steps on batches of b images.

    Attributes:
        indices: (k, b) int64, into the images given to ``Learner.bind``.
        rates: (k,) float64, the learning rate of every step.
        masks: (k, b, *shape) uint8 for every dropout layer by its name, 1 where a unit stays on.
        images: (k, b, 28, 28) uint8, augmented, to use instead of the bound images at the indices.
            The labels are those at the indices. None without augmentation.
    """

    indices: NDArray[np.int64]
    rates: NDArray[np.float64]
    masks: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    images: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class StepResults:
    """Losses and correct predictions of k steps.

    Attributes:
        losses: (k,) float64, the mean training loss of each batch before its update.
        correct: (k,) int64, correct predictions in each batch before its update.
    """

    losses: NDArray[np.float64]
    correct: NDArray[np.int64]


@dataclass(frozen=True)
class OptimizerState:
    """The state of an optimizer.

    Attributes:
        step: updates made so far.
        slots: arrays in the canonical layout by weight and slot (``conv1.kernel/mean``).
            ``spec.optimizers.slot_names`` lists the slots of each optimizer.
    """

    step: int
    slots: Mapping[str, Array]


class Learner(Protocol):
    """A network and its optimizer in one framework. Not thread-safe."""

    @property
    def capacity(self) -> int:
        """The largest number of steps in a chunk."""

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Sets the training images (n, 28, 28) and labels (n,). Call it once, before ``train``."""

    def train(self, chunk: Chunk) -> StepResults:
        """Runs the steps of a chunk and waits for their results.

        A chunk without steps, indices (0, b), changes no weight. It compiles what batches of b
        images need.
        """

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """(n, 28, 28) -> (n, k), with dropout off and batch-norm's running statistics.

        Logits rather than probabilities, because probabilities underflow. Their type is
        ``storage(precision)``.
        """

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """The gradient of the mean loss over these images with respect to each trainable weight.

        As in training, batch-norm uses the statistics of these images, and the run's loss and
        bias gradients apply. Dropout is off, nothing is clipped, and the running statistics stay
        unchanged.
        """

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """(n, 28, 28): the gradient of logit ``classes[i]`` with respect to normalized image i.

        In evaluation mode, as ``logits`` and ``activations`` are.
        """

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """Each layer's output by the layer's name: (n, height, width, channel) or (n, units)."""

    def weights(self) -> Weights:
        """Copies of all weights."""

    def load_weights(self, weights: Weights) -> None:
        """Replaces all weights."""

    def optimizer_state(self) -> OptimizerState:
        """A copy of the optimizer's state."""

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """Replaces the optimizer's state."""

    def synchronize(self) -> None:
        """Waits until the device has finished all its work."""


class Framework(Protocol):
    """A framework that can build, train and export networks."""

    name: str

    def devices(self) -> Sequence[Device]:
        """The devices of this computer that it supports, the fastest first."""

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """Why ``run`` cannot work here; empty if it can. Checked before anything starts."""

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> Learner:
        """Builds the network with the given weights on a device."""

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """Writes a trained network in the framework's own file format."""


_IMAGES_AT_ONCE = 64


def level_table(scaling: Scaling, precision: Precision) -> Array:
    """(256,): the input for each gray level, (level / 255 - mean) / deviation.

    It is computed in float64 and rounded once, so that every framework gets the same inputs.
    """
    levels = (np.arange(256) / 255 - scaling.mean) / scaling.deviation
    return levels.astype(storage(precision))


def normalize(images: NDArray[np.uint8], scaling: Scaling, precision: Precision) -> Array:
    """(n, 28, 28) gray levels -> (n, 28, 28) inputs."""
    levels = level_table(scaling, precision)
    inputs = np.empty(images.shape, levels.dtype)
    # NumPy makes 64-bit indices of gray levels; those of a few images stay in the cache.
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        some = slice(start, start + _IMAGES_AT_ONCE)
        np.take(levels, images[some], out=inputs[some], mode="clip")
    return inputs
