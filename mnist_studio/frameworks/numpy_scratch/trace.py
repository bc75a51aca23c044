"""What one digit meets on its way through a network and back, as values.

Arrays have no batch axis: there is one digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, OptimizerState


@dataclass(frozen=True, eq=False)
class ArrayChange:
    """One array of a layer, before and after the step.

    Attributes:
        name: in full, such as ``conv1.kernel``.
        equation: of its gradient; empty for running statistics, which have none.
        before: the step.
        gradient: as the optimizer gets it; None for running statistics.
        after: the step.
        slots_before: what the optimizer remembers of it, by slot.
        slots_after: likewise.
    """

    name: str
    equation: str
    before: Array
    gradient: Array | None
    after: Array
    slots_before: Mapping[str, Array]
    slots_after: Mapping[str, Array]

    @property
    def update(self) -> Array:
        """What the step adds to it."""
        return np.asarray(self.after - self.before)


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One layer with the digit in it.

    Attributes:
        name: such as ``conv1``.
        title: in words.
        forward: equation of its output.
        backward: equation of its input's gradient.
        input: x.
        output: y.
        weights: what it learns and its running statistics, by their names in the layer.
        output_gradient: dy = ∂L/∂y; None without a step.
        input_gradient: dx = ∂L/∂x; None without a step.
        learnt: its arrays before and after; empty without a step.
    """

    name: str
    title: str
    forward: str
    backward: str
    input: Array
    output: Array
    weights: Mapping[str, Array]
    output_gradient: Array | None = None
    input_gradient: Array | None = None
    learnt: tuple[ArrayChange, ...] = ()


@dataclass(frozen=True, eq=False)
class StepTrace:
    """One training step on the digit.

    Attributes:
        label: that it is taught.
        loss: before the step.
        loss_after: of the same digit, with the same dropout masks, after it.
        loss_equation: of it and of the logits' gradient.
        logit_gradient: (10,), dz = ∂L/∂z.
        optimizer: the equation of the update.
        rate: learning rate.
        number: of the update, from 1.
        norm: Euclidean, of all gradients together, before any clipping.
    """

    label: int
    loss: float
    loss_after: float
    loss_equation: str
    logit_gradient: Array
    optimizer: str
    rate: float
    number: int
    norm: float


@dataclass(frozen=True, eq=False)
class NetworkTrace:
    """The way of one digit.

    Attributes:
        pixels: (28, 28) gray levels.
        layers: in order; the input of the first is the normalized digit.
        logits: (10,), z.
        probabilities: (10,), softmax(z).
        step: None where the network only answers.
    """

    pixels: NDArray[np.uint8]
    layers: tuple[LayerPass, ...]
    logits: Array
    probabilities: Array
    step: StepTrace | None = None


@dataclass(frozen=True)
class TrainingInput:
    """How the step goes.

    Attributes:
        label: that the digit shall have.
        rate: learning rate.
        state: what the optimizer remembers; None for nothing.
        masks: (1, ...) of every dropout layer by its name; one without a mask drops nothing.
        frozen: batch-norm keeps its running statistics. Otherwise it takes those of the digit, as
            training does; of a vector they are the digit itself, and nothing is left to learn.
    """

    label: int
    rate: float
    state: OptimizerState | None = None
    masks: Mapping[str, Array] = field(default_factory=dict)
    frozen: bool = False
