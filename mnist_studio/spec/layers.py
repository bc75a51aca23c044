"""The layers a network may have, as frozen values, and what each does to a shape.

Images and feature maps are (height, width, channel); vectors are (units,). The batch axis is left
out. Every layer means the same in every framework:

* dense: y = x W + b, W of shape (in, out);
* conv: cross-correlation with stride 1, kernel of shape (height, width, in, out); ``same`` pads
  with zeros, (k - 1) // 2 before and k // 2 after; ``valid`` pads nothing;
* max-pooling: windows that do not overlap, an incomplete last window is left out; the gradient goes
  to the first maximum of a window, read row by row;
* average pooling: the mean of such windows; global average pooling: of a whole feature map;
* batch normalization (Ioffe & Szegedy 2015), over the last axis:
  y = scale · (x - m) / sqrt(v + epsilon) + offset. In training, m and v are mean and *biased*
  variance of the batch (and of its positions), and the running statistics become
  momentum · old + (1 - momentum) · batch, both biased; otherwise m and v are the running
  statistics, which start at 0 and 1;
* flatten: in the order height, width, channel;
* ReLU, leaky ReLU, ELU, and the rest of the activations: number by number; at 0, the slope is that
  of the negative side, so 0 for ReLU;
* GELU (Hendrycks & Gimpel 2016): x · Φ(x) with the exact distribution function of the standard
  normal distribution, Φ(x) = (1 + erf(x / √2)) / 2, and not its approximation by tanh;
* dropout: inverted; a unit stays if a random byte is at least ``threshold`` and is then divided by
  the probability of staying, so that evaluation does nothing.
"""

from math import isfinite, prod
from typing import Literal

import msgspec

from mnist_studio.errors import SpecError
from mnist_studio.formatting import count

Shape = tuple[int, ...]


class Uniform(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="uniform", tag_field="kind"
):
    """Uniform from -limit to limit."""

    limit: float


Initializer = (
    Literal[
        "zeros",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_normal",
        "fan_in_uniform",
        "size_uniform",
    ]
    | Uniform
)
"""How initial weights are drawn; ``frameworks.initialization`` has the equations. A bias uses the
fans of its kernel."""


class Dense(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="dense", tag_field="kind"):
    """A layer in which every unit gets every input."""

    units: int
    bias: bool = True
    initial: Initializer = "glorot_uniform"
    initial_bias: Initializer = "zeros"


class Conv(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="conv", tag_field="kind"):
    """A square convolution with stride 1."""

    filters: int
    size: int = 3
    padding: Literal["same", "valid"] = "same"
    bias: bool = True
    initial: Initializer = "glorot_uniform"
    initial_bias: Initializer = "zeros"


class MaxPool(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="max_pool", tag_field="kind"
):
    """The maximum of square windows that do not overlap."""

    size: int = 2


class AvgPool(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="avg_pool", tag_field="kind"
):
    """The mean of square windows that do not overlap."""

    size: int = 2


class GlobalAvgPool(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="global_avg_pool", tag_field="kind"
):
    """The mean of every channel over its whole feature map."""


class BatchNorm(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="batch_norm", tag_field="kind"
):
    """Normalization of every channel, or unit, by the mean and variance of the batch.

    Attributes:
        momentum: the share of the old running statistics in the new ones.
        epsilon: added to the variance.
    """

    momentum: float = 0.9
    epsilon: float = 1e-5


class Flatten(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="flatten", tag_field="kind"
):
    """A feature map as one vector."""


class Relu(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="relu", tag_field="kind"):
    """max(x, 0), whose slope at 0 is 0."""


class Sigmoid(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="sigmoid", tag_field="kind"
):
    """1 / (1 + exp(-x))."""


class Tanh(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="tanh", tag_field="kind"):
    """The hyperbolic tangent."""


class LeakyRelu(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="leaky_relu", tag_field="kind"
):
    """x where x > 0, and slope · x elsewhere (Maas, Hannun & Ng 2013).

    Attributes:
        slope: for negative numbers; 0 would be ReLU.
    """

    slope: float = 0.01


class Gelu(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="gelu", tag_field="kind"):
    """x · Φ(x), exact (Hendrycks & Gimpel 2016)."""


class Elu(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="elu", tag_field="kind"):
    """x where x > 0, and alpha · (exp(x) - 1) elsewhere (Clevert et al. 2016).

    Attributes:
        alpha: for large negative numbers, the output approaches -alpha.
    """

    alpha: float = 1.0


class Dropout(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="dropout", tag_field="kind"
):
    """Switches units off at random while training."""

    rate: float

    @property
    def threshold(self) -> int:
        """The random bytes below this number switch a unit off (0-255)."""
        return round(self.rate * 256)

    @property
    def keep_probability(self) -> float:
        """The probability that a unit stays, as the byte threshold gives it."""
        return 1 - self.threshold / 256


Layer = (
    Dense
    | Conv
    | MaxPool
    | AvgPool
    | GlobalAvgPool
    | BatchNorm
    | Flatten
    | Relu
    | Sigmoid
    | Dropout
    | Tanh
    | LeakyRelu
    | Gelu
    | Elu
)

Activation = Relu | Sigmoid | Tanh | LeakyRelu | Gelu | Elu
"""Layers that apply a function to every number, and have no weights."""

LARGEST_ALPHA = 100.0
"""Of an ELU. The usual values are up to 1.67, and larger ones make the loss explode."""


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """The output shape of ``layer`` for an input of ``shape``.

    Raises:
        SpecError: the layer does not accept this shape; gives the reason but not the layer.
    """
    match layer:
        case Dense():
            return _dense_shape(layer, shape)
        case Conv():
            return _conv_shape(layer, shape)
        case MaxPool(size=size) | AvgPool(size=size):
            return _pool_shape(size, shape)
        case GlobalAvgPool():
            _require(len(shape) == 3, f"it needs a feature map but gets a vector of {text(shape)}")
            return shape[2:]
        case Flatten():
            return (prod(shape),)
        case _:
            _check_elementwise(layer)
            return shape


def parameter_shapes(layer: Layer, shape: Shape) -> dict[str, Shape]:
    """The shapes of the trainable arrays of ``layer`` for an input of ``shape``, by name."""
    match layer:
        case BatchNorm():
            return {"scale": shape[-1:], "offset": shape[-1:]}
        case Dense(units=units, bias=bias):
            kernel: Shape = (shape[0], units)
        case Conv(filters=units, size=size, bias=bias):
            kernel = (size, size, shape[2], units)
        case _:
            return {}
    return {"kernel": kernel, "bias": (units,)} if bias else {"kernel": kernel}


def statistic_shapes(layer: Layer, shape: Shape) -> dict[str, Shape]:
    """The shapes of the running statistics of ``layer``, which no gradient changes, by name."""
    match layer:
        case BatchNorm():
            return {"mean": shape[-1:], "variance": shape[-1:]}
        case _:
            return {}


def _check_elementwise(layer: Layer) -> None:
    match layer:
        case Dropout(rate=rate):
            _require(0 <= rate < 1, f"its rate must be at least 0 and below 1, not {rate:g}")
            _require(layer.threshold < 256, f"its rate {rate:g} would turn off every unit")
        case BatchNorm(momentum=momentum, epsilon=epsilon):
            _require(
                0 <= momentum < 1, f"its momentum must be at least 0 and below 1, not {momentum:g}"
            )
            _require(
                0 < epsilon <= 1, f"its epsilon must be above 0 and at most 1, not {epsilon:g}"
            )
        case LeakyRelu(slope=slope):
            _require(0 <= slope < 1, f"its slope must be at least 0 and below 1, not {slope:g}")
        case Elu(alpha=alpha):
            _require(
                0 < alpha <= LARGEST_ALPHA,
                f"its alpha must be above 0 and at most {LARGEST_ALPHA:g}, not {alpha:g}",
            )
        case _:
            pass


def _check_initial(layer: Dense | Conv) -> None:
    for initial in (layer.initial, layer.initial_bias):
        if isinstance(initial, Uniform):
            _require(
                isfinite(initial.limit) and initial.limit >= 0,
                f"the limit of its initialization must be at least 0, not {initial.limit:g}",
            )


def _dense_shape(layer: Dense, shape: Shape) -> Shape:
    _check_initial(layer)
    _require(layer.units >= 1, f"it needs at least one unit, not {layer.units}")
    _require(
        len(shape) == 1, f"it needs a vector but gets {text(shape)}: put a flatten layer before it"
    )
    return (layer.units,)


def _conv_shape(layer: Conv, shape: Shape) -> Shape:
    _check_initial(layer)
    _require(layer.filters >= 1, f"it needs at least one filter, not {layer.filters}")
    _require(layer.size >= 1, f"its size must be at least 1, not {layer.size}")
    _require(len(shape) == 3, f"it needs a feature map but gets a vector of {text(shape)}")
    if layer.padding == "same":
        return (shape[0], shape[1], layer.filters)
    height, width = shape[0] - layer.size + 1, shape[1] - layer.size + 1
    _require(
        min(height, width) >= 1,
        f"its {layer.size}×{layer.size} kernel does not fit into {text(shape)}",
    )
    return (height, width, layer.filters)


def _pool_shape(size: int, shape: Shape) -> Shape:
    _require(size >= 1, f"its size must be at least 1, not {size}")
    _require(len(shape) == 3, f"it needs a feature map but gets a vector of {text(shape)}")
    height, width = shape[0] // size, shape[1] // size
    _require(min(height, width) >= 1, f"its {size}×{size} window does not fit into {text(shape)}")
    return (height, width, shape[2])


def text(shape: Shape) -> str:
    """A shape as text: ``14×14×32``, ``1,152``."""
    return "×".join(count(side) for side in shape)


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise SpecError(why)
