"""The equations of every layer, loss and optimizer, as this package computes them.

x is a layer's input, y its output, L the loss, dx = ∂L/∂x and dy = ∂L/∂y. The indices are i and j
for pixels, p and q for offsets in a window, c and o for channels. · multiplies element by element.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mnist_studio.spec import layers as spec
from mnist_studio.spec import optimizers
from mnist_studio.spec.layers import Layer
from mnist_studio.spec.optimizers import Optimizer
from mnist_studio.spec.run import TrainingSpec


@dataclass(frozen=True)
class Equations:
    """The equations of one layer.

    Attributes:
        forward: y as a function of x.
        backward: dx as a function of dy.
        gradients: of each trainable array, by its name in the layer.
    """

    forward: str
    backward: str
    gradients: Mapping[str, str] = field(default_factory=dict)


def of_loss(training: TrainingSpec, classes: int) -> str:
    """The loss of one image, and its gradient dz with respect to the logits z of the classes."""
    smoothing = training.label_smoothing
    if training.loss == "double_softmax":
        return (
            "p = softmax(z);  L = -log softmax(p)[label];  "
            "e = softmax(p) - onehot(label);  dz = p · (e - Σ p · e)"
        )
    if smoothing:
        return (
            f"q = {1 - smoothing:g} onehot(label) + {smoothing / classes:g};  "
            "L = -Σ q log softmax(z);  dz = softmax(z) - q"
        )
    return "L = -log softmax(z)[label];  dz = softmax(z) - onehot(label)"


def of(layer: Layer, dropping: bool = True, by_batch: bool = True) -> Equations:
    """The equations of a layer.

    Args:
        layer: of the spec.
        dropping: dropout is on, as in training.
        by_batch: batch-norm uses the statistics of the batch, as in training.
    """
    match layer:
        case spec.Dense(bias=bias):
            return _affine(bias, "y = x W", "dx = dy Wᵀ", "dW = xᵀ dy")
        case spec.Conv(bias=bias):
            return _affine(
                bias,
                "y[i, j, o] = Σ x[i+p, j+q, c] W[p, q, c, o]",
                "dx[i, j, c] = Σ dy[i-p, j-q, o] W[p, q, c, o]",
                "dW[p, q, c, o] = Σ x[i+p, j+q, c] dy[i, j, o]",
            )
        case spec.BatchNorm(epsilon=epsilon):
            return _batch_norm(epsilon, by_batch)
        case spec.Dropout(keep_probability=keep):
            return _dropout(keep, dropping)
        case other:
            return _plain(other)


def of_training(training: TrainingSpec) -> str:
    """The update with its weight decay, which applies to kernels; see ``of_update``."""
    update = of_update(training.optimizer)
    match optimizers.effective_decay(training.optimizer, training.weight_decay):
        case optimizers.CoupledDecay(rate=decay):
            return f"g ← g + {decay:g} w for kernels;  {update}"
        case optimizers.DecoupledDecay(rate=decay):
            return f"w ← (1 - {decay:g} r) w for kernels;  {update}"
        case None:
            return update


def of_update(optimizer: Optimizer) -> str:
    """The update without weight decay, of a weight w with gradient g and learning rate r.

    t counts updates from 1.
    """
    match optimizers.without_decay(optimizer):
        case optimizers.Sgd(momentum=0):
            return "w ← w - r g"
        case optimizers.Sgd(momentum=momentum, nesterov=True):
            return f"v ← {momentum:g} v + g;  w ← w - r (g + {momentum:g} v)"
        case optimizers.Sgd(momentum=momentum):
            return f"v ← {momentum:g} v + g;  w ← w - r v"
        case optimizers.Adam(beta1=b1, beta2=b2, epsilon=epsilon):
            return (
                f"m ← {b1:g} m + {1 - b1:g} g;  s ← {b2:g} s + {1 - b2:g} g²;  "
                f"w ← w - r · (m / (1 - {b1:g}ᵗ)) / (√(s / (1 - {b2:g}ᵗ)) + {epsilon:g})"
            )
        case optimizers.Adadelta(rho=rho, epsilon=e):
            return (
                f"s ← {rho:g} s + {1 - rho:g} g²;  d = √(u + {e:g}) / √(s + {e:g}) · g;  "
                f"u ← {rho:g} u + {1 - rho:g} d²;  w ← w - r d"
            )
        case optimizers.RmsProp(rho=rho, epsilon=epsilon, momentum=momentum, centered=centered):
            first = f"s ← {rho:g} s + {1 - rho:g} g²;  "
            if centered:
                first += f"a ← {rho:g} a + {1 - rho:g} g;  d = g / (√(s - a²) + {epsilon:g});  "
            else:
                first += f"d = g / (√s + {epsilon:g});  "
            return first + (f"v ← {momentum:g} v + d;  w ← w - r v" if momentum else "w ← w - r d")


def _affine(bias: bool, forward: str, backward: str, kernel: str) -> Equations:
    if not bias:
        return Equations(forward, backward, {"kernel": kernel})
    return Equations(f"{forward} + b", backward, {"kernel": kernel, "bias": "db = Σ dy"})


def _batch_norm(epsilon: float, by_batch: bool) -> Equations:
    root = f"√(v + {epsilon:g})"
    forward = f"z = (x - m) / {root};  y = scale · z + offset"
    gradients = {"scale": "dscale = Σ dy · z", "offset": "doffset = Σ dy"}
    if not by_batch:
        return Equations(
            f"{forward}, with the running m and v", f"dx = scale / {root} · dy", gradients
        )
    return Equations(
        f"m = Σ x / n;  v = Σ (x - m)² / n;  {forward}",
        f"dx = scale / {root} · (dy - doffset / n - z · dscale / n)",
        gradients,
    )


def _dropout(keep: float, dropping: bool) -> Equations:
    if not dropping:
        return Equations("y = x (dropout is off)", "dx = dy")
    factor = f"mask / {keep:g}"
    return Equations(f"y = x · {factor}", f"dx = dy · {factor}")


def _plain(layer: Layer) -> Equations:
    match layer:
        case spec.MaxPool(size=size):
            return Equations(
                f"y[i, j, c] = max over p, q of x[{size}i+p, {size}j+q, c]",
                "dx = dy at the first maximum of each window, else 0",
            )
        case spec.AvgPool(size=size):
            return Equations(
                f"y[i, j, c] = Σ x[{size}i+p, {size}j+q, c] / {size * size}",
                f"dx = dy / {size * size} at each pixel of the window",
            )
        case spec.GlobalAvgPool():
            return Equations("y[c] = Σ x[i, j, c] / n", "dx[i, j, c] = dy[c] / n")
        case spec.Flatten():
            return Equations("y = x in one row", "dx = dy in the shape of x")
        case other:
            return _activation(other)


def _activation(layer: Layer) -> Equations:
    match layer:
        case spec.Relu():
            return Equations("y = max(x, 0)", "dx = dy where x > 0, else 0")
        case spec.Sigmoid():
            return Equations("y = 1 / (1 + e⁻ˣ)", "dx = dy · y (1 - y)")
        case spec.Tanh():
            return Equations("y = tanh(x)", "dx = dy · (1 - y²)")
        case spec.LeakyRelu(slope=slope):
            return Equations(
                f"y = x where x > 0, else {slope:g} x", f"dx = dy where x > 0, else {slope:g} dy"
            )
        case spec.Gelu():
            return Equations(
                "y = x Φ(x);  Φ(x) = (1 + erf(x / √2)) / 2",
                "dx = dy · (Φ(x) + x φ(x));  φ(x) = e^(-x² / 2) / √(2π)",
            )
        case spec.Elu(alpha=alpha):
            times = "" if alpha == 1 else f"{alpha:g} "
            return Equations(
                f"y = x where x > 0, else {times}(eˣ - 1)",
                f"dx = dy where x > 0, else dy · (y + {alpha:g})",
            )
        case _:
            raise TypeError(layer)
