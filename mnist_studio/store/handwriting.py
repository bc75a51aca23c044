"""Generated digits in handwriting styles, stored once they were made: thousands take a minute."""

import logging
from pathlib import Path

import numpy as np

from mnist_studio import paths
from mnist_studio.data.images import LabeledImages, joined
from mnist_studio.data.ink import style_samples
from mnist_studio.errors import DataError, StoreError
from mnist_studio.store import tensors

_LOG = logging.getLogger(__name__)


def labeled_images(count: int, seed: int) -> LabeledImages:
    """The first ``count`` images of ``style_samples.labeled_images``; only new ones are made."""
    path = _path(seed)
    stored = _stored(path)
    missing = count - len(stored)
    if missing <= 0:
        return stored.take(np.arange(count))
    whole = joined(stored, style_samples.labeled_images(count, seed, first=len(stored)))
    try:
        tensors.save(path, {"images": whole.images, "labels": whole.labels})
    except StoreError as error:
        _LOG.warning("Handwriting styles will be made again: %s", error.problem)
    return whole


def _stored(path: Path) -> LabeledImages:
    """The stored images; none if there are none, or if they are damaged."""
    if path.exists():
        try:
            arrays = tensors.load(path).arrays
            return LabeledImages(arrays["images"], arrays["labels"])
        except (StoreError, DataError, KeyError) as error:
            _LOG.warning("Making handwriting styles again: %s", error)
    return style_samples.labeled_images(0, 0)


def _path(seed: int) -> Path:
    return paths.handwriting_cache() / f"{style_samples.VERSION}-{seed}.safetensors"
