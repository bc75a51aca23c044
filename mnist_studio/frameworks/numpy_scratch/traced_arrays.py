"""The arrays of a trace: of one image's pass through a network, and of a training step on it.

The arrays have no batch axis, because there is only one image.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, OptimizerState


@dataclass(frozen=True, eq=False)
class ArrayChange:
    """One array of a layer, before and after a training step.

    Attributes:
        name: the full name, such as ``conv1.kernel``.
        equation: of the gradient; empty for running statistics, which have none.
        before: the values before the step.
        gradient: as the optimizer receives it; None for running statistics.
        after: the values after the step.
        slots_before: the optimizer's state for this array before the step, by slot.
        slots_after: the same after the step.
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
        """The difference that the step makes."""
        return np.asarray(self.after - self.before)


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One layer's pass.

    Attributes:
        name: such as ``conv1``.
        title: a readable description.
        forward: the equation of the output.
        backward: the equation of the input's gradient.
        input: x.
        output: y.
        weights: trainable arrays and running statistics, by their names in the layer.
        output_gradient: dy = ∂L/∂y; None without a step.
        input_gradient: dx = ∂L/∂x; None without a step.
        changes: the arrays before and after the step; empty without a step.
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
    changes: tuple[ArrayChange, ...] = ()


@dataclass(frozen=True, eq=False)
class StepTrace:
    """One training step on the image.

    Attributes:
        label: the target label.
        loss: before the step.
        loss_after: after the step, for the same image and the same dropout masks.
        loss_equation: of the loss and of the logits' gradient.
        logit_gradient: (k,), dz = ∂L/∂z.
        optimizer: the equation of the update.
        rate: the learning rate.
        number: of the update, from 1.
        norm: the Euclidean norm of all gradients together, before clipping.
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
    """The pass of one image through a network.

    Attributes:
        pixels: (28, 28) gray levels.
        layers: in order; the first one's input is the normalized image.
        logits: (k,), z.
        probabilities: (k,), softmax(z).
        step: the training step; None for a forward pass alone.
    """

    pixels: NDArray[np.uint8]
    layers: tuple[LayerPass, ...]
    logits: Array
    probabilities: Array
    step: StepTrace | None = None


@dataclass(frozen=True)
class TrainingInput:
    """The inputs of a training step besides the image.

    Attributes:
        label: the target label.
        rate: the learning rate.
        state: of the optimizer; None for a new optimizer.
        masks: (1, ...) for each dropout layer by its name. A layer without a mask drops nothing.
        frozen: batch-norm uses its running statistics. Otherwise it uses those of the image, as
            training does. For a vector these equal the image itself, which leaves nothing to learn.
    """

    label: int
    rate: float
    state: OptimizerState | None = None
    masks: Mapping[str, Array] = field(default_factory=dict)
    frozen: bool = False
