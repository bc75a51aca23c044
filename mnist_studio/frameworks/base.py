"""The seam between the neutral code and a framework: arrays in, arrays out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""Every array by its full name (``conv1.kernel``), in its canonical layout: dense (in, out),
convolution (height, width, in, out), bias (out,), batch-norm's scale, offset and its running
statistics mean and variance (channel,); flatten in (height, width, channel). Only the trainable
ones have gradients and slots (``spec.model.trainable_shapes``).
"""


@dataclass(frozen=True)
class Device:
    """Where a learner computes.

    Attributes:
        kind: ``cpu``, ``cuda`` or ``mps``.
        name: for people, such as ``NVIDIA H200``.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Problem:
    """Why a run cannot work here: a sentence and its remedy."""

    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Chunk:
    """k steps of training on batches of b digits.

    Attributes:
        indices: (k, b) int64, into the bound images.
        rates: (k,) float64, the learning rate of every step.
        masks: (k, b, *shape) uint8 for every dropout layer by its name, 1 where a unit is kept.
        images: (k, b, 28, 28) uint8, augmented, in place of the bound images at the indices, whose
            labels still count; None without augmentation.
    """

    indices: NDArray[np.int64]
    rates: NDArray[np.float64]
    masks: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    images: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Steps:
    """What k steps gave.

    Attributes:
        losses: (k,) float64, mean loss of every batch before its update, of the run's kind.
        correct: (k,) int64, digits of every batch answered rightly before its update.
    """

    losses: NDArray[np.float64]
    correct: NDArray[np.int64]


@dataclass(frozen=True)
class OptimizerState:
    """What an optimizer remembers.

    Attributes:
        step: updates made so far.
        slots: arrays in the canonical layout by weight and slot (``conv1.kernel/mean``); the
            slots of an optimizer are in ``spec.optimizers.slot_names``.
    """

    step: int
    slots: Mapping[str, Array]


class Learner(Protocol):
    """One framework's live network and optimizer. Not safe for two threads at once."""

    @property
    def capacity(self) -> int:
        """The most steps that one chunk may have."""

    def bind(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Takes the training digits, (n, 28, 28) and (n,), once, before any ``train``."""

    def train(self, chunk: Chunk) -> Steps:
        """Makes the steps of a chunk and waits for them.

        A chunk of no step, indices (0, b), learns nothing, but leaves everything compiled that
        batches of b need.
        """

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """(n, 28, 28) -> (n, 10), with dropout off and batch-norm by its running statistics.

        Never probabilities, they underflow. In ``storage(precision)``.
        """

    def gradients(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Weights:
        """Of the mean loss over these digits by every trainable weight.

        As in training: batch-norm by the statistics of these digits (its running ones stay as they
        are), the run's loss and its bias gradients; but with dropout off and nothing clipped.
        """

    def input_gradients(self, images: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Array:
        """(n, 28, 28): of the logit ``classes[i]`` of image i by its normalized input.

        Like ``activations``, in evaluation as ``logits`` is.
        """

    def activations(self, images: NDArray[np.uint8]) -> Mapping[str, Array]:
        """The output of every layer by its name, (n, height, width, channel) or (n, units)."""

    def weights(self) -> Weights:
        """Copies of all weights."""

    def load_weights(self, weights: Weights) -> None:
        """Replaces all weights."""

    def optimizer_state(self) -> OptimizerState:
        """Copies of what the optimizer remembers."""

    def load_optimizer_state(self, state: OptimizerState) -> None:
        """Replaces what the optimizer remembers."""

    def synchronize(self) -> None:
        """Waits until the device has done all its work."""


class Framework(Protocol):
    """How one framework learns a spec."""

    name: str

    def devices(self) -> Sequence[Device]:
        """What it can compute on here, the fastest first."""

    def problems(self, run: RunSpec) -> Sequence[Problem]:
        """Why ``run`` cannot work here; empty if it can. Told before anything starts."""

    def learner(self, run: RunSpec, weights: Weights, device: Device) -> Learner:
        """Builds the network with these weights on that device."""

    def export(self, model: ModelSpec, weights: Weights, path: Path) -> None:
        """Writes a trained network in the framework's own format."""
