"""Features of training images in a bundled model, to detect drawings that are not digits.

One file next to the models, made by ``resources/models/known.py``.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import StoreError
from mnist_studio.store import tensors
from mnist_studio.store.artifacts import WEIGHTS
from mnist_studio.store.disk import reading

FILE = "known-digits.safetensors"
_ARRAYS = {
    "mean", "axes", "features", "lengths", "labels", "indices", "distances", "shapes",
    "strangeness",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class KnownDigits:
    """Features of training images, and the novelty of other real digits.

    Features have length 1. They are stored along a few axes, in the file as float16; of the rest,
    only its length is stored.

    Attributes:
        model: name of the model's folder.
        layer: whose output the features are.
        mean: (d,) float32, of features.
        axes: (k, d) float32, at right angles and of length 1.
        features: (n, k) float32, of training digits, less the mean, along the axes.
        lengths: (n,) float32, the squared lengths of the same, with what is left over.
        labels: (n,) uint8, what they are.
        indices: (n,) int32, their places among MNIST's training digits.
        distances: (m,) float32, rising: of digits that the model was not trained on.
        shapes: (10, p, h) int32, how many training digits of each kind have so many pieces and
            holes, or more at the end.
        strangeness: (m,) float64, rising: of the same digits as the distances.
    """

    model: str
    layer: str
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    features: NDArray[np.float32]
    lengths: NDArray[np.float32]
    labels: NDArray[np.uint8]
    indices: NDArray[np.int32]
    distances: NDArray[np.float32]
    shapes: NDArray[np.int32]
    strangeness: NDArray[np.float64]


def save(root: Path, known: KnownDigits) -> Path:
    """Writes the file into the folder of all models.

    Raises:
        StoreError: the model's weights cannot be read, or the file cannot be written.
    """
    notes = {"model": known.model, "layer": known.layer, "weights": _weights(root, known.model)}
    arrays = {name: getattr(known, name) for name in sorted(_ARRAYS)}
    arrays["features"] = known.features.astype(np.float16)
    tensors.save(root / FILE, arrays, notes)
    return root / FILE


def load(root: Path) -> KnownDigits:
    """The content of the file in the folder of all models.

    Raises:
        StoreError: it is missing, damaged, or belongs to other weights.
    """
    try:
        stored = tensors.load(root / FILE)
    except StoreError as error:
        raise _unusable(error.problem) from error
    model = stored.notes.get("model", "")
    if stored.arrays.keys() != _ARRAYS or stored.notes.get("weights") != _weights(root, model):
        raise _unusable(f"{root / FILE} belongs to different weights than the model.")
    arrays = {**stored.arrays, "features": stored.arrays["features"].astype(np.float32)}
    return KnownDigits(model=model, layer=stored.notes.get("layer", ""), **arrays)


def _weights(root: Path, model: str) -> str:
    """SHA-256 of the file of weights that the features were made with."""
    path = root / model / WEIGHTS
    with reading(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _unusable(problem: str) -> StoreError:
    return StoreError(problem, "Reinstall MNIST Studio.")
