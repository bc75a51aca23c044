"""Features of training images in a bundled model, to detect drawings that are not digits.

One file next to the models, made by ``resources/models/known.py``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
_OUTLINE = "outline_"
_OUTLINES = {f"{_OUTLINE}{name}" for name in ("mean", "scaling", "distances")}


@dataclass(frozen=True, eq=False)
class KnownOutlines:
    """The outlines of the zeros among the training images.

    Attributes:
        mean: (6,), of their moments.
        scaling: (6, 6), which makes their moments uncorrelated with variance 1.
        distances: (n,), rising: of them.
    """

    mean: NDArray[np.float64]
    scaling: NDArray[np.float64]
    distances: NDArray[np.float64]


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
        indices: (n,) int32, their places among MNIST's training digits, which changed ones follow.
        distances: (m,) float32, rising: of digits that the model was not trained on.
        shapes: (10, p, h) int32, how many training digits of each kind have so many pieces and
            holes, or more at the end.
        strangeness: (m,) float64, rising: of the same digits as the distances.
        outlines: of the zeros among the training digits; None where the file has none.
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
    outlines: KnownOutlines | None = None


def save(root: Path, known: KnownDigits) -> Path:
    """Writes the file into the folder of all models.

    Raises:
        StoreError: the model's weights cannot be read, or the file cannot be written.
    """
    notes = {"model": known.model, "layer": known.layer, "weights": _weights(root, known.model)}
    arrays = {name: getattr(known, name) for name in sorted(_ARRAYS)}
    arrays["features"] = known.features.astype(np.float16)
    if known.outlines:
        outlines = {name: getattr(known.outlines, name[len(_OUTLINE) :]) for name in _OUTLINES}
        arrays |= {name: array.astype(np.float32) for name, array in sorted(outlines.items())}
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
    usable = stored.arrays.keys() in (_ARRAYS, _ARRAYS | _OUTLINES)
    if not usable or stored.notes.get("weights") != _weights(root, model):
        raise _unusable(f"{root / FILE} belongs to different weights than the model.")
    arrays = {name: array for name, array in stored.arrays.items() if name in _ARRAYS}
    arrays["features"] = arrays["features"].astype(np.float32)
    layer = stored.notes.get("layer", "")
    return KnownDigits(model=model, layer=layer, outlines=_outlines(stored.arrays), **arrays)


def _outlines(arrays: Mapping[str, NDArray[Any]]) -> KnownOutlines | None:
    if not arrays.keys() >= _OUTLINES:
        return None
    parts = {name[len(_OUTLINE) :]: arrays[name].astype(np.float64) for name in _OUTLINES}
    return KnownOutlines(**parts)


def _weights(root: Path, model: str) -> str:
    """SHA-256 of the file of weights that the features were made with."""
    path = root / model / WEIGHTS
    with reading(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _unusable(problem: str) -> StoreError:
    return StoreError(problem, "Reinstall MNIST Studio.")
