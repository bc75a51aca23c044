"""Snapshots of own images, which runs are trained on or compared on.

A set is one file named by its fingerprint. It does not change when the user's own images change.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_studio import paths
from mnist_studio.data.images import LabeledImages
from mnist_studio.data.own_images import OwnImage, labeled_images
from mnist_studio.errors import DataError, MnistStudioError
from mnist_studio.store import tensors

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, eq=False)
class OwnImageSet:
    """A set of own images.

    Attributes:
        keys: of the images, in their order.
        digits: images and labels.
        fingerprint: of all fields, 32 hexadecimal digits.
    """

    keys: tuple[str, ...]
    digits: LabeledImages
    fingerprint: str

    def without(self, keys: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The indices (k,) of the images without these keys."""
        return np.array([at for at, key in enumerate(self.keys) if key not in keys], dtype=np.int64)


def of(digits: Sequence[OwnImage]) -> OwnImageSet:
    """A set of these images, ordered by key."""
    ordered = sorted(digits, key=lambda digit: digit.key)
    return _set(tuple(digit.key for digit in ordered), labeled_images(ordered))


def freeze(digits: Sequence[OwnImage], home: Path | None = None) -> OwnImageSet:
    """Stores a set of these images for the runs that are trained on it.

    Raises:
        DataError: the sequence is empty.
        StoreError: the file cannot be written.
    """
    if not digits:
        raise DataError(
            "You have no images of your own yet.", "Draw some on the Draw page and label them."
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
        DataError: it is not on this computer, or is damaged.
    """
    if not _FINGERPRINT.fullmatch(fingerprint) or not _path(fingerprint, home).exists():
        raise DataError(
            f"The own-image set {fingerprint[:8]} is not on this computer.",
            "Train without your own images, or with those on this computer.",
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
        f"The own-image set {fingerprint[:8]} is damaged.",
        "Train without your own images, or select them again.",
    )
