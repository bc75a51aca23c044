"""How training digits are changed at random, the same in every framework.

Every digit of every step is drawn anew, each amount evenly from -limit to limit. One map takes a
place of the new image to a place of the old one: around the center (13.5, 13.5) it rotates,
shears, zooms and shifts, and on top lies an elastic displacement field: even noise from -1 to 1,
smoothed by a Gaussian and scaled (Simard, Steinkraus & Platt 2003). Levels between pixels are
bilinear, outside is 0, and the result is rounded to whole levels.
"""

import math

import msgspec

from mnist_studio.errors import SpecError


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of what is drawn; 0 leaves one out.

    Attributes:
        rotation: degrees.
        zoom: a fraction; .1 makes digits .9 to 1.1 times as large.
        shift: pixels, of either axis on its own.
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


def check(augmentation: Augmentation) -> None:
    """Refuses limits that cannot work.

    Raises:
        SpecError: names the limit and the range it must lie in.
    """
    for name, value in msgspec.structs.asdict(augmentation).items():
        lowest = 0.5 if name == "smoothness" else 0.0
        if not (math.isfinite(value) and lowest <= value <= _HIGHEST[name]):
            raise SpecError(
                f"The augmentation's {name} is {value:g}.",
                f"Choose a number from {lowest:g} to {_HIGHEST[name]:g}.",
                (name,),
            )
