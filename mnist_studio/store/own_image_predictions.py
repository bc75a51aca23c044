"""Predictions of runs for own images, cached image by image.

So a new image needs one prediction per run, and a new label none.
"""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.run import DIGITS
from mnist_studio.store import tensors
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.disk import reading

_LOG = logging.getLogger(__name__)

_HASH_BYTES = 16

Predictions = Mapping[bytes, NDArray[np.float64]]
"""Hash of an image -> logits (10,): your images are digits."""


def name_of(image: NDArray[np.uint8]) -> bytes:
    """The hash of an image, the key of its predictions."""
    return hashlib.sha256(image.tobytes()).digest()[:_HASH_BYTES]


def load(folder: Path) -> Predictions:
    """The cached predictions of a run's current weights; empty if the file is damaged.

    Raises:
        StoreError: the run's weights cannot be read.
    """
    path = _path(folder)
    if not path.exists():
        return {}
    try:
        arrays = tensors.load(path).arrays
        logits = arrays["logits"].reshape(-1, len(DIGITS))
        names = arrays["names"].astype(np.uint8).reshape(len(logits), _HASH_BYTES)
    except (StoreError, KeyError, ValueError) as error:
        _LOG.warning("Recomputing predictions for your images: %s", error)
        return {}
    return {name.tobytes(): one for name, one in zip(names, logits, strict=True)}


def save(folder: Path, predictions: Predictions) -> None:
    """Replaces the cached predictions of a run.

    Raises:
        StoreError: the file cannot be written.
    """
    path = _path(folder)
    names = np.frombuffer(b"".join(predictions), np.uint8)
    logits = np.array(list(predictions.values()), dtype=np.float64).reshape(-1, len(DIGITS))
    tensors.save(path, {"names": names, "logits": logits})


def _path(folder: Path) -> Path:
    # A run may be resumed, and another version may bundle other weights under the same name.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.own_image_cache() / f"{folder.name}-{weights[:16]}.safetensors"
