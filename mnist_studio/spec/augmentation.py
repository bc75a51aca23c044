"""Random changes of training images, the same in every framework.

Every image of every step gets new random amounts, each uniform from -limit to limit. One map takes
a position in the new image to a position in the old one: around the center (13.5, 13.5) it rotates,
shears, scales, and shifts. An elastic displacement field is added: uniform noise from -1 to 1,
smoothed by a Gaussian and scaled (Simard, Steinkraus & Platt 2003). Levels between pixels are
bilinear, outside is 0, and the result is rounded to whole levels.
"""

import math

import msgspec

from mnist_studio.errors import SpecError


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of the random amounts; 0 switches one off.

    Attributes:
        rotation: degrees.
        zoom: a fraction; 0.1 scales images by 0.9 to 1.1.
        shift: pixels, for each axis separately.
        shear: degrees by which vertical lines lean.
        elastic: pixels of the largest displacement that the smoothed field is scaled to.
        smoothness: pixels, the standard deviation of the Gaussian.
    """

    rotation: float = 0.0
    zoom: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0


_HIGHEST = {
    "rotation": 180.0, "zoom": 0.9, "shift": 14.0, "shear": 60.0, "elastic": 14.0,
    "smoothness": 14.0,
}  # fmt: skip

_TITLES = {
    "rotation": "Rotation", "zoom": "Scaling", "shift": "Shift", "shear": "Shear",
    "elastic": "Elastic distortion", "smoothness": "Smoothness of the elastic distortion",
}  # fmt: skip


def check(augmentation: Augmentation) -> None:
    """Checks the limits.

    Raises:
        SpecError: a limit is not in its range.
    """
    for name, value in msgspec.structs.asdict(augmentation).items():
        lowest = 0.5 if name == "smoothness" else 0.0
        if not (math.isfinite(value) and lowest <= value <= _HIGHEST[name]):
            raise SpecError(
                f"{_TITLES[name]} must be {lowest:g} to {_HIGHEST[name]:g}, got {value:g}.",
                "Correct the augmentation.",
                (name,),
            )
