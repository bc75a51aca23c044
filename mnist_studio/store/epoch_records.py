"""What a run recorded of its network after an epoch, so that one can see how it learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array
from mnist_studio.store import tensors
from mnist_studio.store.epoch_files import EpochFiles

FILES = EpochFiles("-record")
BUDGET = 20_000_000
"""Bytes of disk for all records of a run. One has less than 60 KB."""

_NOTES, _KERNELS, _CONFUSION, _IMAGES = "record", "kernels", "confusion", "images"
_HISTOGRAM = "histogram/"


class LayerNorms(msgspec.Struct, frozen=True):
    """Euclidean norms of everything that a layer learns.

    Attributes:
        layer: its name.
        weights: after the epoch.
        gradient: of the mean loss over the sample, with these weights.
        update: of what the epoch changed; None where the weights before it are unknown.
    """

    layer: str
    weights: float
    gradient: float
    update: float | None


class LayerOutputs(msgspec.Struct, frozen=True):
    """The outputs of a layer for the sample.

    Attributes:
        layer: its name.
        low: the smallest output.
        high: the largest output.
        units: or channels of the layer.
        dead: how many of them have the same output for every image of the sample; None for a layer
            that is no activation function.
    """

    layer: str
    low: float
    high: float
    units: int
    dead: int | None


class ConfidentError(msgspec.Struct, frozen=True):
    """A test image that was predicted wrongly.

    Attributes:
        image: its number in the test set.
        label: its true label.
        predicted: instead.
        confidence: of the prediction.
    """

    image: int
    label: int
    predicted: int
    confidence: float


class _Notes(msgspec.Struct, frozen=True):
    epoch: int
    sample: int
    norms: tuple[LayerNorms, ...]
    outputs: tuple[LayerOutputs, ...]
    errors: tuple[ConfidentError, ...]


@dataclass(frozen=True)
class EpochRecord:
    """One epoch.

    Attributes:
        epoch: from 1.
        sample: the first so many training images, without augmentation, are the fixed sample.
        kernels: (k, height, width) float16, the first kernels of the first layer with weights; of a
            dense layer its weights from every pixel.
        norms: by layer, in order.
        outputs: by layer, in order.
        histograms: of the outputs by layer, counts (bins,) between their low and high.
        confusion: (k, k), test images by true label and prediction.
        errors: the most confident ones on the test set.
        images: (n, 28, 28) uint8, those of the errors.
    """

    epoch: int
    sample: int
    kernels: NDArray[np.float16]
    norms: tuple[LayerNorms, ...]
    outputs: tuple[LayerOutputs, ...]
    histograms: Mapping[str, NDArray[np.int64]]
    confusion: NDArray[np.int64]
    errors: tuple[ConfidentError, ...]
    images: NDArray[np.uint8]


def save(folder: Path, record: EpochRecord) -> None:
    """Saves the record of an epoch.

    Raises:
        StoreError: the file cannot be written; an older one of that epoch is unchanged.
    """
    notes = _Notes(record.epoch, record.sample, record.norms, record.outputs, record.errors)
    arrays: dict[str, Array] = {_HISTOGRAM + n: counts for n, counts in record.histograms.items()}
    arrays |= {_KERNELS: record.kernels, _CONFUSION: record.confusion, _IMAGES: record.images}
    text = msgspec.json.encode(notes).decode()
    tensors.save(FILES.path_of(folder, record.epoch), arrays, {_NOTES: text})


def load(folder: Path, epoch: int) -> EpochRecord:
    """The record of an epoch.

    Raises:
        StoreError: missing or damaged.
    """
    path = FILES.path_of(folder, epoch)
    stored = tensors.load(path)
    try:
        notes = msgspec.json.decode(stored.notes[_NOTES], type=_Notes)
        record = _record(notes, stored.arrays)
    except (KeyError, msgspec.DecodeError) as error:
        raise tensors.damaged(path, f"its record cannot be read: {error}") from error
    if record.epoch != epoch or not _is_square(record.confusion):
        raise tensors.damaged(path, f"it is not the record of epoch {epoch}")
    return record


def _is_square(matrix: NDArray[np.int64]) -> bool:
    return matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and len(matrix) > 0


def _record(notes: _Notes, arrays: Mapping[str, Array]) -> EpochRecord:
    histograms = {one.layer: arrays[_HISTOGRAM + one.layer] for one in notes.outputs}
    return EpochRecord(
        notes.epoch, notes.sample, arrays[_KERNELS], notes.norms, notes.outputs,
        histograms, arrays[_CONFUSION], notes.errors, arrays[_IMAGES],
    )  # fmt: skip
