r"""Activations other than ReLU and sigmoid, forward and backward, from scratch.

See ``layers`` for the notation. At 0, the slope is that of the negative side, as in PyTorch and
TensorFlow.
"""

from functools import cache
from math import erf, exp, factorial, pi, sqrt

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from mnist_studio.frameworks.base import Array
from mnist_studio.frameworks.numpy_scratch.memory import Workspace


class Tanh:
    """y = tanh(x); dx = dy · (1 - y²)."""

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape."""
        self._y: Array = np.tanh(x, out=self._work.like("y", x))
        return self._y

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        dx = np.square(self._y, out=self._work.like("dx", dy))
        np.subtract(1, dx, out=dx)
        dx *= dy
        return dx


class LeakyRelu:
    """y = x where x > 0, else slope · x; dx = dy where x > 0, else slope · dy."""

    def __init__(self, slope: float) -> None:
        self._slope = slope
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape."""
        self._positive = self._work.get("positive", x.shape, np.dtype(bool))
        np.greater(x, 0, out=self._positive)
        return self._bent(x, "y")

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        return self._bent(dy, "dx")

    def _bent(self, x: Array, use: str) -> Array:
        result = np.multiply(x, self._slope, out=self._work.like(use, x))
        np.copyto(result, x, where=self._positive)
        return result


class Elu:
    """y = x where x > 0, else α (eˣ - 1); dx = dy where x > 0, else dy · (y + α)."""

    def __init__(self, alpha: float) -> None:
        self._alpha = alpha
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape. Never computes e to a positive power, so that nothing overflows."""
        self._positive = self._work.get("positive", x.shape, np.dtype(bool))
        np.greater(x, 0, out=self._positive)
        y: Array = np.minimum(x, 0, out=self._work.like("y", x))
        np.expm1(y, out=y)
        y *= self._alpha
        np.copyto(y, x, where=self._positive)
        self._y = y
        return y

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        dx = np.add(self._y, self._alpha, out=self._work.like("dx", dy))
        np.copyto(dx, 1, where=self._positive)
        dx *= dy
        return dx


class Gelu:
    """y = x Φ(x); dx = dy · (Φ(x) + x φ(x)).

    Φ and φ are distribution function and density of the standard normal distribution.
    """

    def __init__(self) -> None:
        self._work = Workspace()

    def forward(self, x: Array) -> Array:
        """Keeps the shape."""
        self._x, self._cdf = x, normal_cdf(x, self._work)
        return np.multiply(x, self._cdf, out=self._work.like("y", x))

    def backward_input(self, dy: Array) -> Array:
        """Keeps the shape."""
        dx = np.square(self._x, out=self._work.like("dx", dy))
        dx *= -0.5
        np.exp(dx, out=dx)
        dx *= 1 / sqrt(2 * pi)
        dx *= self._x
        dx += self._cdf
        dx *= dy
        return dx


_LAST = 9
"""Φ(-9) is 1e-19, and 1 - Φ(9) is less than the precision of float64."""

_PER_UNIT = 32
"""Points for which the table has Φ and its derivatives."""


def normal_cdf(x: Array, work: Workspace) -> Array:
    """Φ(x) = (1 + erf(x / √2)) / 2, number by number, since NumPy has no erf.

    A Taylor polynomial around the nearest of 577 points. With h at most 1/64, what it leaves out is
    below 1e-17 with 8 terms (float64), and below 2e-9 with 4 terms (float32).
    """
    terms = _table(4 if x.dtype == np.float32 else 8, x.dtype)
    # fmax and fmin turn NaN into a limit; its product with x is NaN again.
    h: Array = np.fmin(x, _LAST, out=work.like("h", x))
    np.fmax(h, -_LAST, out=h)
    nearest = np.multiply(h, _PER_UNIT, out=work.like("nearest", x))
    np.rint(nearest, out=nearest)
    index = work.get("index", x.shape, np.dtype(np.intp))
    np.add(nearest, _LAST * _PER_UNIT, out=index, casting="unsafe")
    nearest /= _PER_UNIT
    h -= nearest
    total = np.take(terms[-1], index, out=work.like("cdf", x), mode="clip")
    for term in terms[-2::-1]:
        total *= h
        total += np.take(term, index, out=nearest, mode="clip")
    return total


@cache
def _table(terms: int, dtype: np.dtype[np.generic]) -> Array:
    """(terms, 577): Φ and its derivatives, divided by their factorials, from -9 to 9.

    The derivative of order k is (-1)ᵏ⁻¹ · He_{k-1}(x) · φ(x), with the Hermite polynomials He.
    """
    points = np.arange(-_LAST * _PER_UNIT, _LAST * _PER_UNIT + 1) / _PER_UNIT
    density = np.array([exp(-x * x / 2) for x in points]) / sqrt(2 * pi)
    rows = [np.array([(1 + erf(x / sqrt(2))) / 2 for x in points])]
    for order in range(1, terms):
        polynomial = hermeval(points, [0.0] * (order - 1) + [1.0])
        rows.append((-1) ** (order - 1) * polynomial * density / factorial(order))
    return np.array(rows, dtype)
