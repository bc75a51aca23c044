"""Corruptions of images, one kind at a time in rising strength, to measure robustness.

Which way a digit is changed (left or right, larger or smaller, thicker or thinner) is drawn once
for its place, not for every strength: a greater strength does more of the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.images import SIDE
from mnist_studio.data.pipeline.augmentation import levels, places
from mnist_studio.data.pipeline.randomness import Purpose, random_bytes

Kind = Literal["shift", "rotation", "scale", "noise", "blur", "stroke", "contrast"]

Images = NDArray[np.uint8]
Field = NDArray[np.float64]

BLOCK = 250
"""Images per block, to limit memory; the result for an image does not depend on it."""

WHITE = 255


@dataclass(frozen=True)
class _BlockChance:
    """The chance of a block of b digits.

    Attributes:
        seed: of it all.
        kind: place of the kind.
        block: number of the block.
        count: b.
    """

    seed: int
    kind: int
    block: int
    count: int

    def bytes(self, each: int) -> NDArray[np.uint8]:
        """(b, each), independent."""
        drawn = random_bytes(
            self.seed, Purpose.PERTURBATION, self.kind, self.block, self.count * each
        )
        return drawn.reshape(self.count, each)

    def signs(self) -> Field:
        """(b,), 1 or -1."""
        return np.asarray(self.bytes(1)[:, 0] % 2 * 2.0 - 1)


Change = Callable[[Images, float, _BlockChance], Images]


@dataclass(frozen=True)
class Corruption:
    """A kind of corruption.

    Attributes:
        title: for people.
        unit: of the strengths, for people.
        strengths: five, ascending; 0 would change nothing.
        change: images (b, 28, 28), strength and chance -> images.
    """

    title: str
    unit: str
    strengths: tuple[float, ...]
    change: Change


def corrupted(images: Images, kind: Kind, strength: float, seed: int = 0) -> Images:
    """Corrupted images: a function of each image, its index and the seed.

    Args:
        images: (n, 28, 28), white on black.
        kind: of the change.
        strength: in the unit of ``PERTURBATIONS[kind]``; 0 changes nothing.
        seed: of what is drawn.

    Returns:
        (n, 28, 28)
    """
    change, place = CORRUPTIONS[kind].change, list(CORRUPTIONS).index(kind)
    made = np.empty_like(images)
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        drawn = _BlockChance(seed, place, start // BLOCK, len(block))
        made[start : start + BLOCK] = change(block, strength, drawn)
    return made


def _shift(images: Images, pixels: float, drawn: _BlockChance) -> Images:
    """Shifts images up, down, left or right."""
    way = drawn.bytes(1)[:, 0] % 4
    amount = np.where(way % 2, pixels, -pixels)
    return _moved(images, x=np.where(way < 2, amount, 0.0), y=np.where(way < 2, 0.0, amount))


def _rotation(images: Images, degrees: float, drawn: _BlockChance) -> Images:
    """Rotates images around the center, to the left or to the right."""
    return _moved(images, angle=np.radians(degrees) * drawn.signs())


def _scale(images: Images, share: float, drawn: _BlockChance) -> Images:
    """Scales images around the center, by 1 + share or its inverse."""
    return _moved(images, size=(1 + share) ** drawn.signs())


def _moved(
    images: Images,
    angle: Field | float = 0.0,
    size: Field | float = 1.0,
    x: Field | float = 0.0,
    y: Field | float = 0.0,
) -> Images:
    """Rotates, scales and shifts images with bilinear interpolation; the outside is black."""
    cos, sin = np.cos(angle) / size, np.sin(angle) / size
    rows = np.broadcast_arrays(cos, -sin, sin, cos, -np.asarray(x), -np.asarray(y))
    return levels(images, *places(np.stack([np.broadcast_to(row, len(images)) for row in rows])))


def _noise(images: Images, deviation: float, drawn: _BlockChance) -> Images:
    """Adds Gaussian noise, independent for every pixel."""
    return _gray(images + WHITE * deviation * _normal(drawn))


def _normal(drawn: _BlockChance) -> Field:
    """(b, 28, 28) of a standard normal distribution (Box & Muller 1958), from Philox' raw words.

    Unlike NumPy's own, the numbers never change between its releases.
    """
    even = (drawn.bytes(8 * SIDE * SIDE).view("<u4") + 0.5) / 2**32
    radius, angle = even.reshape(drawn.count, 2, SIDE, SIDE).swapaxes(0, 1)
    return np.asarray(np.sqrt(-2 * np.log(radius)) * np.cos(2 * np.pi * angle))


def _blur(images: Images, deviation: float, _: _BlockChance) -> Images:
    """Blurs with a Gaussian kernel; the outside is black."""
    if not deviation:
        return images
    axis = np.arange(1 - SIDE, SIDE)
    weights = np.exp(-((axis / deviation) ** 2) / 2)
    # Row i has the weights of all pixels for pixel i.
    kernel = np.lib.stride_tricks.sliding_window_view(weights / weights.sum(), SIDE)[::-1]
    return _gray(kernel @ images.astype(np.float64) @ kernel.T)


def _stroke(images: Images, pixels: float, drawn: _BlockChance) -> Images:
    """Moves every edge outwards or inwards by up to a pixel: gray dilation or erosion.

    By a disk of one pixel's radius (Serra 1982), and between that and the digit in proportion.
    """
    rim = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    near = np.stack([rim[:, 1:-1, 1:-1], rim[:, :-2, 1:-1], rim[:, 2:, 1:-1],
                     rim[:, 1:-1, :-2], rim[:, 1:-1, 2:]])  # fmt: skip
    thicker = (drawn.signs() > 0)[:, None, None]
    far = np.where(thicker, near.max(axis=0), near.min(axis=0))
    return _gray((1 - pixels) * images + pixels * far)


def _contrast(images: Images, share: float, _: _BlockChance) -> Images:
    """Moves levels closer to the mean of the image (Hendrycks & Dietterich 2019, “contrast”)."""
    mean = images.mean(axis=(1, 2), keepdims=True)
    return _gray(mean + (1 - share) * (images - mean))


def _gray(values: Field) -> Images:
    return np.asarray(np.rint(values).clip(0, WHITE), dtype=np.uint8)


CORRUPTIONS: Mapping[Kind, Corruption] = MappingProxyType(
    {
        "shift": Corruption("Shift", "pixels", (1, 2, 3, 4, 6), _shift),
        "rotation": Corruption("Rotation", "degrees", (10, 20, 30, 45, 60), _rotation),
        "scale": Corruption(
            "Scale", "fraction larger or smaller", (0.1, 0.2, 0.3, 0.4, 0.5), _scale
        ),
        "noise": Corruption(
            "Noise", "standard deviation (1 is white)", (0.1, 0.2, 0.3, 0.4, 0.5), _noise
        ),
        "blur": Corruption("Blur", "standard deviation, pixels", (0.5, 1, 1.5, 2, 2.5), _blur),
        "stroke": Corruption(
            "Stroke thickness", "pixels at each edge", (0.2, 0.4, 0.6, 0.8, 1.0), _stroke
        ),
        "contrast": Corruption(
            "Contrast", "fraction removed", (0.3, 0.5, 0.7, 0.8, 0.9), _contrast
        ),
    }
)
"""Every kind. The longer side of MNIST's digits has 20 of the 28 pixels."""
