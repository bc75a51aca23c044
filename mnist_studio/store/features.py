"""Feature vectors of training images, computed once per run and stored in its folder.

The folders of bundled models are never written: their vectors are in the cache.
"""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.store import tensors
from mnist_studio.store.artifacts import FEATURES, WEIGHTS
from mnist_studio.store.disk import reading

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeatureSource:
    """What feature vectors were computed from; those of another source are not used.

    Attributes:
        step: of the weights.
        layer: that outputs them.
        digits: fingerprint of the dataset.
        count: number of its first training images.
        engine: the framework that computed them.
    """

    step: int
    layer: str
    digits: str
    count: int
    engine: str

    def notes(self) -> dict[str, str]:
        """As notes of the file."""
        return {name: str(value) for name, value in vars(self).items()}


def save(folder: Path, source: FeatureSource, vectors: NDArray[np.float32]) -> None:
    """Replaces the vectors (n, d) of a run.

    Raises:
        StoreError: the file cannot be written, or the run was deleted.
    """
    if not folder.is_dir():  # A file would create it again.
        raise StoreError(f"The folder {folder} no longer exists.", "Select another run.")
    tensors.save(_path(folder), {"features": vectors}, source.notes())


def load(folder: Path, source: FeatureSource) -> NDArray[np.float32] | None:
    """The vectors (n, d) of a run; None if there are none of that source, or they are damaged.

    Raises:
        StoreError: the weights of a bundled model cannot be read.
    """
    path = _path(folder)
    if not path.exists():
        return None
    try:
        stored = tensors.load(path)
    except StoreError as error:
        _LOG.warning("Recomputing features: %s", error.problem)
        return None
    return stored.arrays.get("features") if stored.notes == source.notes() else None


def _path(folder: Path) -> Path:
    if folder.parent != paths.models():
        return folder / FEATURES
    # Another version may bundle other weights under that name and step.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.features_cache() / f"{folder.name}-{weights[:16]}.safetensors"
