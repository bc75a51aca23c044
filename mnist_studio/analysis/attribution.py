"""Pixel attribution: which pixels raise or lower a logit. The same for every framework."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.spec.model import Scaling

Image = NDArray[np.uint8]

STEPS = 255
"""Steps of the path from the blank image. No pixel changes by more than one gray level a step."""

CHUNK = 64


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Attribution:
    """The attribution of one logit to the pixels of an image.

    Attributes:
        image: (28, 28), the explained image.
        digit: whose logit is explained, 0-9.
        saliency: (28, 28), the gradient of the logit by every normalized pixel (Simonyan et al.
            2014), with its sign.
        integrated: (28, 28), integrated gradients: what every pixel adds to the logit (Sundararajan
            et al. 2017).
        logit: of the image.
        baseline_logit: of the blank image, where the path starts.
        steps: number of steps of the path.
    """

    image: Image
    digit: int
    saliency: Array
    integrated: Array
    logit: float
    baseline_logit: float
    steps: int

    @property
    def attributed(self) -> float:
        """What all pixels together add. It should be ``logit - baseline_logit``."""
        return float(self.integrated.sum())

    @property
    def completeness_error(self) -> float:
        """The distance of ``attributed`` from what it should be."""
        return abs(self.attributed - (self.logit - self.baseline_logit))


def attribution(
    learner: Learner,
    scaling: Scaling,
    image: Image,
    digit: int,
    steps: int = STEPS,
    is_cancelled: Callable[[], bool] = _never,
) -> Attribution | None:
    """Saliency and integrated gradients of one image.

    A pixel's integrated gradient is ∫ ∂z/∂x dx along the path from the blank image to this one
    (Sundararajan, Taly and Yan 2017, equation 1). Networks take integer gray levels, so the points
    of the straight path are rounded, and the integral along the line through them is computed by
    the trapezoidal rule. Completeness (their proposition 1) holds for every such path.

    Args:
        learner: the network.
        scaling: of its inputs.
        image: (28, 28).
        digit: 0-9, whose logit is explained.
        steps: of the path.
        is_cancelled: polled between chunks.

    Returns:
        None if it was cancelled.
    """
    points = path(image, steps)
    slopes = _slopes(learner, points, digit, is_cancelled)
    if slopes is None:
        return None
    # One gray level in units of the normalized input.
    moves = np.diff(points.astype(np.float64), axis=0) / (255 * scaling.deviation)
    logits = learner.logits(points[[-1, 0]]).astype(np.float64)
    return Attribution(
        image=image,
        digit=digit,
        saliency=slopes[-1],
        integrated=np.sum(moves * (slopes[1:] + slopes[:-1]) / 2, axis=0),
        logit=float(logits[0, digit]),
        baseline_logit=float(logits[1, digit]),
        steps=steps,
    )


def path(image: Image, steps: int) -> Image:
    """(steps + 1, 28, 28): the straight path from the blank image, in integer gray levels."""
    fractions = np.linspace(0, 1, steps + 1)[:, None, None]
    return np.rint(fractions * image).astype(np.uint8)


def _slopes(
    learner: Learner, points: Image, digit: int, is_cancelled: Callable[[], bool]
) -> Array | None:
    """(n, 28, 28) float64, of the logit at every point; None if it was cancelled."""
    parts = []
    for start in range(0, len(points), CHUNK):
        if is_cancelled():
            return None
        images = points[start : start + CHUNK]
        classes = np.full(len(images), digit, np.uint8)
        parts.append(learner.input_gradients(images, classes).astype(np.float64))
    return np.concatenate(parts)
