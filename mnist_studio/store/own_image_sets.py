"""Personal digits as they were at a moment: what a run learnt from, or what runs are compared on.

A set lies in one file by its fingerprint, so it says by itself whether it is the one that is meant,
and it stays what it was when the user's digits change.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio import paths
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.own_images import OwnImage, digits_of
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.store import tensors

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, eq=False)
class OwnImageSet:
    """Digits and whose they are.

    Attributes:
        keys: of the digits, in their order.
        digits: images and labels.
        fingerprint: of all of it, 32 hexadecimal figures.
    """

    keys: tuple[str, ...]
    digits: LabeledImages
    fingerprint: str

    def without(self, keys: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The places (k,) of the digits that are not among these."""
        return np.array([at for at, key in enumerate(self.keys) if key not in keys], dtype=np.int64)


def of(digits: Sequence[OwnImage]) -> OwnImageSet:
    """A set of these digits, in the order of their keys, whatever the order they come in."""
    ordered = sorted(digits, key=lambda digit: digit.key)
    return _set(tuple(digit.key for digit in ordered), digits_of(ordered))


def freeze(digits: Sequence[OwnImage], home: Path | None = None) -> OwnImageSet:
    """Keeps a set of these digits for as long as runs may ask for it.

    Raises:
        DataError: there are none.
        StoreError: the disk is full or refuses.
    """
    if not digits:
        raise DataError(
            "You have no digits of your own yet.", "Draw some on the Draw page and label them."
        )
    found = of(digits)
    path = _path(found.fingerprint, home)
    if not path.exists():
        keys = np.frombuffer("".join(found.keys).encode(), np.uint8)
        arrays = {"keys": keys, "images": found.digits.images, "labels": found.digits.labels}
        tensors.save(path, arrays)
    return found


def load(fingerprint: str, home: Path | None = None) -> OwnImageSet:
    """The set of that fingerprint.

    Raises:
        DataError: it is not on this computer, or is not what it was.
    """
    if not _FINGERPRINT.fullmatch(fingerprint) or not _path(fingerprint, home).exists():
        raise DataError(
            f"The own digits {fingerprint[:8]} that are asked for are not on this computer.",
            "Train without your own digits, or choose those that are here.",
        )
    try:
        arrays = tensors.load(_path(fingerprint, home)).arrays
        text = arrays["keys"].astype(np.uint8).tobytes().decode("ascii")
        keys = tuple(text[at : at + 32] for at in range(0, len(text), 32))
        found = _set(keys, LabeledImages(arrays["images"], arrays["labels"]))
    except (MnistStudioError, KeyError, ValueError) as error:
        raise _damaged(fingerprint) from error
    if found.fingerprint != fingerprint:
        raise _damaged(fingerprint)
    return found


def _set(keys: tuple[str, ...], digits: LabeledImages) -> OwnImageSet:
    digest = hashlib.sha256("".join(keys).encode())
    digest.update(np.ascontiguousarray(digits.images).data)
    digest.update(np.ascontiguousarray(digits.labels).data)
    return OwnImageSet(keys, digits, digest.hexdigest()[:32])


def _path(fingerprint: str, home: Path | None) -> Path:
    return paths.own_image_sets(home) / f"{fingerprint}.safetensors"


def _damaged(fingerprint: str) -> DataError:
    return DataError(
        f"The kept set {fingerprint[:8]} of your own digits is damaged.",
        "Train without your own digits, or choose them anew.",
    )
