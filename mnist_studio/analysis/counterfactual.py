"""Counterfactuals: what to change in an image so that a network predicts another digit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.spec.model import Scaling

Image = NDArray[np.uint8]
Manner = Literal["pen", "smallest"]
"""Smooth changes like those of a pen, or the smallest ones, which look like noise."""

ROUNDS = 80
LARGEST_STEP = 24.0
"""Gray levels that a pixel may change in a round: the network is only locally linear."""
OVERSHOOT = 1.05
FRACTIONS = 40


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """An image that is predicted as another digit, or the closest that was found.

    Attributes:
        prediction: for the original image.
        target: the target label.
        found: whether the network predicts the target label for the changed image.
        before: (28, 28), the original image.
        after: (28, 28), the changed image.
        probabilities_before: (k,), for the original image.
        probabilities_after: (k,), for the changed image.
    """

    prediction: int
    target: int
    found: bool
    before: Image
    after: Image
    probabilities_before: Array
    probabilities_after: Array

    @property
    def change(self) -> NDArray[np.int16]:
        """(28, 28) gray levels: added ink is positive, removed ink negative."""
        return self.after.astype(np.int16) - self.before

    @property
    def changed(self) -> float:
        """The sum of all changes, as a fraction of the ink of the original."""
        return float(np.abs(self.change).sum() / max(int(self.before.sum()), 1))


def runner_up(logits: Array) -> int:
    """The second best of (k,) logits."""
    return int(np.argsort(-logits, kind="stable")[1])


def counterfactual(
    learner: Learner,
    scaling: Scaling,
    image: Image,
    target: int | None = None,
    manner: Manner = "pen",
    is_cancelled: Callable[[], bool] = _never,
) -> Counterfactual | None:
    """Changes an image step by step until ``target`` is predicted, then reduces the change.

    Each step goes to where the prediction would change if the network were linear (DeepFool,
    Moosavi-Dezfooli et al. 2016, equation 6, for one target), within 0 to 255. ``pen`` blurs the
    gradient, which gives the steepest direction among smooth changes. The change is then reduced as
    far as the prediction stays the same.

    Args:
        learner: the network.
        scaling: of its inputs.
        image: (28, 28).
        target: 0-9; None for the second most likely digit.
        manner: how the change looks.
        is_cancelled: polled in every round.

    Returns:
        None if it was cancelled. ``probabilities_after`` are computed from the rounded image.
    """
    logits = learner.logits(image[np.newaxis])[0].astype(np.float64)
    prediction = int(logits.argmax())
    goal = runner_up(logits) if target is None else target
    current = image.astype(np.float64)
    for _ in range(ROUNDS):
        if is_cancelled():
            return None
        step = _step(learner, scaling, current, goal, manner)
        if step is None:
            break
        current = np.clip(current + step, 0, 255)
    after = _reduced(learner, image, current, goal)
    both = probabilities(learner.logits(np.stack([image, after])).astype(np.float64))
    found = int(both[1].argmax()) == goal
    return Counterfactual(prediction, goal, found, image, after, both[0], both[1])


def _step(
    learner: Learner, scaling: Scaling, current: Array, goal: int, manner: Manner
) -> Array | None:
    """(28, 28) gray levels; None at the goal, or if no step leads closer to it."""
    shown = _levels(current)
    logits = learner.logits(shown[np.newaxis])[0].astype(np.float64)
    rival = int(logits.argmax())
    if rival == goal:
        return None
    classes = np.array([goal, rival], np.uint8)
    towards, away = learner.input_gradients(np.stack([shown, shown]), classes).astype(np.float64)
    slope = (towards - away) / (255 * scaling.deviation)
    # Pixels at the end of their range cannot change further in that direction.
    slope[((current <= 0) & (slope < 0)) | ((current >= 255) & (slope > 0))] = 0
    direction = _blurred(slope) * (slope != 0) if manner == "pen" else slope
    gain = float(np.sum(direction * slope))
    if not gain > 0:  # Also false for the NaN of a network that diverged.
        return None
    step = direction * (OVERSHOOT * float(logits[rival] - logits[goal]) / gain)
    largest = float(np.abs(step).max())
    # At least one level somewhere, or rounding would remove the step.
    return np.asarray(step * (min(max(largest, 1.0), LARGEST_STEP) / largest))


def _reduced(learner: Learner, image: Image, current: Array, goal: int) -> Image:
    """The smallest sufficient part of the change: a fraction of it, and its larger pixels only."""
    change = current - image
    for candidates in (_fractions, _larger_parts):
        changes = candidates(change)
        images = _levels(image + changes)
        good = learner.logits(images).argmax(axis=1) == goal
        if not good.any():
            return _levels(image + change)
        change = changes[int(good.argmax())]
    return _levels(image + change)


def _fractions(change: Array) -> Array:
    """The change scaled from a small fraction to 1."""
    parts = np.arange(1, FRACTIONS + 1) / FRACTIONS
    return np.asarray(parts[:, None, None] * change)


def _larger_parts(change: Array) -> Array:
    """The change without its smaller pixels, from few pixels to all."""
    sizes = np.abs(change)
    limits = np.linspace(sizes.max(), 0, FRACTIONS)
    return np.where(sizes >= limits[:, None, None], change, 0)


def _levels(current: Array) -> Image:
    """As integer gray levels."""
    return np.clip(np.rint(current), 0, 255).astype(np.uint8)


def _blurred(slope: Array) -> Array:
    """Blurred with the weights 1 4 6 4 1 along both axes, about the width of a pen."""
    for axis in (0, 1):
        padded = np.pad(slope, [(2, 2) if side == axis else (0, 0) for side in (0, 1)])
        sides = slope.shape[axis]
        parts = (
            weight / 16 * np.take(padded, range(start, start + sides), axis)
            for start, weight in enumerate((1, 4, 6, 4, 1))
        )
        slope = np.asarray(sum(parts))
    return slope
