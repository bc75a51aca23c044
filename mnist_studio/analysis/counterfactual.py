"""What to change in a digit so that a network answers another one."""

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
"""Changes as smooth as a pen makes them, or the smallest ones, which look like noise."""

ROUNDS = 80
LARGEST_STEP = 24.0
"""Gray levels that a pixel may change in a round: the network is a plane only nearby."""
OVERSHOOT = 1.05
FRACTIONS = 40


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A digit that is answered as another one, or as near to it as could be found.

    Attributes:
        answer: to the digit as it was.
        target: the answer that was wanted.
        found: whether the network really answers so.
        before: (28, 28), as it was.
        after: (28, 28), as changed.
        chances_before: (10,), probabilities.
        chances_after: (10,).
    """

    answer: int
    target: int
    found: bool
    before: Image
    after: Image
    chances_before: Array
    chances_after: Array

    @property
    def change(self) -> NDArray[np.int16]:
        """(28, 28) gray levels: ink added above 0, taken away below."""
        return self.after.astype(np.int16) - self.before

    @property
    def changed(self) -> float:
        """All changes together, as a part of the ink that was there."""
        return float(np.abs(self.change).sum() / max(int(self.before.sum()), 1))


def runner_up(logits: Array) -> int:
    """The second best of (10,) logits."""
    return int(np.argsort(-logits, kind="stable")[1])


def counterfactual(
    learner: Learner,
    scaling: Scaling,
    image: Image,
    target: int | None = None,
    manner: Manner = "pen",
    is_cancelled: Callable[[], bool] = _never,
) -> Counterfactual | None:
    """Changes an image step by step until it is answered as ``target``, then as little as will do.

    Each step goes to where the network would change its answer if it were a plane (DeepFool,
    Moosavi-Dezfooli et al. 2016, equation 6, for one target), within 0 to 255. ``pen`` takes the
    gradient through a small blur, the steepest way among smooth changes. What was found is then
    drawn back as far as the answer stays.

    Args:
        learner: the network.
        scaling: of its inputs.
        image: (28, 28).
        target: 0-9; the runner-up where None.
        manner: how the change shall look.
        is_cancelled: asked all the time.

    Returns:
        None where it was cancelled. The answer of its ``after`` was asked of the network itself.
    """
    logits = learner.logits(image[np.newaxis])[0].astype(np.float64)
    answer = int(logits.argmax())
    goal = runner_up(logits) if target is None else target
    place = image.astype(np.float64)
    for _ in range(ROUNDS):
        if is_cancelled():
            return None
        step = _step(learner, scaling, place, goal, manner)
        if step is None:
            break
        place = np.clip(place + step, 0, 255)
    after = _least(learner, image, place, goal)
    chances = probabilities(learner.logits(np.stack([image, after])).astype(np.float64))
    found = int(chances[1].argmax()) == goal
    return Counterfactual(answer, goal, found, image, after, chances[0], chances[1])


def _step(
    learner: Learner, scaling: Scaling, place: Array, goal: int, manner: Manner
) -> Array | None:
    """(28, 28) gray levels; None at the goal, or where no step leads nearer."""
    shown = _levels(place)
    logits = learner.logits(shown[np.newaxis])[0].astype(np.float64)
    rival = int(logits.argmax())
    if rival == goal:
        return None
    classes = np.array([goal, rival], np.uint8)
    towards, away = learner.input_gradients(np.stack([shown, shown]), classes).astype(np.float64)
    slope = (towards - away) / (255 * scaling.deviation)
    # Where a pixel cannot go any further that way it takes no part.
    slope[((place <= 0) & (slope < 0)) | ((place >= 255) & (slope > 0))] = 0
    way = _blurred(slope) * (slope != 0) if manner == "pen" else slope
    gain = float(np.sum(way * slope))
    if not gain > 0:  # Nor where a network that diverged gives no numbers.
        return None
    step = way * (OVERSHOOT * float(logits[rival] - logits[goal]) / gain)
    largest = float(np.abs(step).max())
    # At least a level somewhere, else rounding would swallow the step.
    return np.asarray(step * (min(max(largest, 1.0), LARGEST_STEP) / largest))


def _least(learner: Learner, image: Image, place: Array, goal: int) -> Image:
    """The least of the change that still does it: a fraction of it, and its larger parts only."""
    change = place - image
    for candidates in (_fractions, _larger_parts):
        changes = candidates(change)
        images = _levels(image + changes)
        good = learner.logits(images).argmax(axis=1) == goal
        if not good.any():
            return _levels(image + change)
        change = changes[int(good.argmax())]
    return _levels(image + change)


def _fractions(change: Array) -> Array:
    """From little to all of it."""
    parts = np.arange(1, FRACTIONS + 1) / FRACTIONS
    return np.asarray(parts[:, None, None] * change)


def _larger_parts(change: Array) -> Array:
    """Without its smaller pixels, from many left out to none."""
    sizes = np.abs(change)
    limits = np.linspace(sizes.max(), 0, FRACTIONS)
    return np.where(sizes >= limits[:, None, None], change, 0)


def _levels(place: Array) -> Image:
    """In whole gray levels."""
    return np.clip(np.rint(place), 0, 255).astype(np.uint8)


def _blurred(slope: Array) -> Array:
    """By the weights 1 4 6 4 1 along both sides, about the width of a pen."""
    for axis in (0, 1):
        padded = np.pad(slope, [(2, 2) if side == axis else (0, 0) for side in (0, 1)])
        sides = slope.shape[axis]
        parts = (
            weight / 16 * np.take(padded, range(start, start + sides), axis)
            for start, weight in enumerate((1, 4, 6, 4, 1))
        )
        slope = np.asarray(sum(parts))
    return slope
