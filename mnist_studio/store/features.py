"""How a run sees training digits: feature vectors, computed once and kept in its folder.

The folders of models that come with the studio are never written: theirs are kept in the cache.
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
class Source:
    """What feature vectors were made of; those of another source are of no use.

    Attributes:
        step: of the weights.
        layer: whose output they are.
        digits: fingerprint of the data set.
        count: the first so many of its training digits.
        engine: the framework that computed them.
    """

    step: int
    layer: str
    digits: str
    count: int
    engine: str

    def notes(self) -> dict[str, str]:
        """As the file holds it."""
        return {name: str(value) for name, value in vars(self).items()}


def save(folder: Path, source: Source, vectors: NDArray[np.float32]) -> None:
    """Keeps vectors (n, d) of a run; the former ones go.

    Raises:
        StoreError: the disk is full or refuses, or the run was deleted meanwhile.
    """
    if not folder.is_dir():  # A file would bring it back.
        raise StoreError(f"{folder} is not there any more.", "Choose another run.")
    tensors.save(_path(folder), {"features": vectors}, source.notes())


def load(folder: Path, source: Source) -> NDArray[np.float32] | None:
    """The vectors (n, d) of a run; None where there are none of that source, or they are damaged.

    Raises:
        StoreError: the weights of a model that came with the studio cannot be read.
    """
    path = _path(folder)
    if not path.exists():
        return None
    try:
        kept = tensors.load(path)
    except StoreError as error:
        _LOG.warning("Features are computed again. %s", error.problem)
        return None
    return kept.arrays.get("features") if kept.notes == source.notes() else None


def _path(folder: Path) -> Path:
    if folder.parent != paths.models():
        return folder / FEATURES
    # Another version of the studio may have other weights of that name and step.
    with reading(folder / WEIGHTS):
        weights = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return paths.features_cache() / f"{folder.name}-{weights[:16]}.safetensors"
