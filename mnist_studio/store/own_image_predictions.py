"""What runs said of personal digits, kept in the cache image by image.

So a digit that is added costs one answer of each run, and one that is relabeled none.
"""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import tensors
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.disk import reading

_LOG = logging.getLogger(__name__)

_HASH_BYTES = 16

Answers = Mapping[bytes, NDArray[np.float64]]
"""Hash of an image -> logits (10,)."""


def name_of(image: NDArray[np.uint8]) -> bytes:
    """The hash of an image, by which its answers are kept."""
    return hashlib.sha256(image.tobytes()).digest()[:_HASH_BYTES]


def load(folder: Path) -> Answers:
    """What is kept of a run's present weights; nothing where the file is damaged.

    Raises:
        StoreError: the run's weights cannot be read.
    """
    path = _path(folder)
    if not path.exists():
        return {}
    try:
        arrays = tensors.load(path).arrays
        logits = arrays["logits"].reshape(-1, 10)
        names = arrays["names"].astype(np.uint8).reshape(len(logits), _HASH_BYTES)
    except (StoreError, KeyError, ValueError) as error:
        _LOG.warning("Answers to your own digits are computed again: %s", error)
        return {}
    return {name.tobytes(): one for name, one in zip(names, logits, strict=True)}


def save(folder: Path, answers: Answers) -> None:
    """Keeps answers of a run in place of the former ones.

    Raises:
        StoreError: the disk is full or refuses.
    """
    path = _path(folder)
    names = np.frombuffer(b"".join(answers), np.uint8)
    logits = np.array(list(answers.values()), dtype=np.float64).reshape(-1, 10)
    tensors.save(path, {"names": names, "logits": logits})


def _path(folder: Path) -> Path:
    # A run may go on, and a studio may bring other weights under the same name.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.own_image_cache() / f"{folder.name}-{weights[:16]}.safetensors"
