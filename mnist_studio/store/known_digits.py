"""How a model that comes with the studio sees some training digits: to tell what is no digit.

One file beside the models, made by ``resources/models/make.py``.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.errors import StoreError
from mnist_studio.store import tensors
from mnist_studio.store.artefacts import WEIGHTS
from mnist_studio.store.disk import reading

FILE = "known-digits.safetensors"
_ARRAYS = {"features", "labels", "indices", "distances"}


@dataclass(frozen=True, eq=False)
class KnownDigits:
    """Training digits as a model sees them, and how far other real digits are from them.

    Attributes:
        model: name of the model's folder.
        layer: whose output the features are.
        features: (n, d) uint8, of training digits; only their directions count.
        labels: (n,) uint8, what they are.
        indices: (n,) int32, their places among MNIST's training digits.
        distances: (m,) float32, rising: of digits that the model was not trained on.
    """

    model: str
    layer: str
    features: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    indices: NDArray[np.int32]
    distances: NDArray[np.float32]


def save(root: Path, known: KnownDigits) -> Path:
    """Writes the file into the folder of all models.

    Raises:
        StoreError: the model's weights cannot be read, or the disk refuses.
    """
    notes = {"model": known.model, "layer": known.layer, "weights": _weights(root, known.model)}
    tensors.save(root / FILE, {name: getattr(known, name) for name in sorted(_ARRAYS)}, notes)
    return root / FILE


def load(root: Path) -> KnownDigits:
    """What the file in the folder of all models holds.

    Raises:
        StoreError: it is missing or damaged, or of other weights than the model's.
    """
    try:
        kept = tensors.load(root / FILE)
    except StoreError as error:
        raise _unusable(error.problem) from error
    model = kept.notes.get("model", "")
    if kept.arrays.keys() != _ARRAYS or kept.notes.get("weights") != _weights(root, model):
        raise _unusable(f"{root / FILE} is of another model than the one beside it.")
    return KnownDigits(model=model, layer=kept.notes.get("layer", ""), **kept.arrays)


def _weights(root: Path, model: str) -> str:
    """SHA-256 of the file of weights that the features were made with."""
    path = root / model / WEIGHTS
    with reading(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _unusable(problem: str) -> StoreError:
    return StoreError(problem, "Install MNIST Studio again.")
