"""The task that computes activations while one draws: a forward pass in NumPy, and its pictures."""

from collections.abc import Mapping
from math import ceil, sqrt
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.evaluation import probabilities
from mnist_studio.analysis.network_layout import network_layout, unit_columns
from mnist_studio.analysis.network_picture import LayerBlock
from mnist_studio.explanation.live import GAP, ZERO, LiveFrame, LiveRequest
from mnist_studio.frameworks.base import Array, level_table
from mnist_studio.frameworks.numpy_scratch.network import Network
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.model import named
from mnist_studio.store import artifacts, epoch_weights
from mnist_studio.workers.task import Context

Levels = NDArray[np.uint8]


class LiveTask:
    """See ``live.LIVE_TASK``."""

    def __init__(self) -> None:
        self._key: tuple[ModelRef, int] | None = None
        self._network: OpenNetwork | None = None

    def __call__(self, request: LiveRequest, _: Context[None]) -> LiveFrame:
        """The activations for one image.

        Raises:
            StoreError: the weights are missing or damaged.
        """
        key = (request.model, request.epoch)
        if self._network is None or self._key != key:
            self._network, self._key = OpenNetwork(*key), key
        return self._network.frame(request.image)


class OpenNetwork:
    """A trained network with the weights of one epoch."""

    def __init__(self, ref: ModelRef, epoch: int) -> None:
        """Reads the weights.

        Raises:
            StoreError: they are missing or damaged.
        """
        # A known bug may have scaled the inputs it was trained on in another way.
        spec, folder = effective(codec.validate(ref.spec)), Path(ref.folder)
        weights = (
            epoch_weights.load(folder, spec, epoch)
            if epoch
            else artifacts.load_weights(folder, spec)
        )
        self._network = Network(spec.model, weights)
        self._table = level_table(spec.model.scaling, spec.training.precision)
        self._class_names = spec.class_names
        self._names = [name for name, _ in named(spec.model)]
        self._blocks = network_layout(spec.model).blocks

    def frame(self, image: Levels) -> LiveFrame:
        """The activations for an image (28, 28)."""
        start = perf_counter()
        found = self._network.activations(self._table[image[np.newaxis]])
        logits = found[self._names[-1]].astype(np.float64)
        pictures = [_picture(self._values(block, found, image)) for block in self._blocks]
        return LiveFrame(
            blocks=tuple(levels for levels, _ in pictures),
            largest=tuple(largest for _, largest in pictures),
            probabilities=tuple(probabilities(logits)[0].tolist()),
            milliseconds=1000 * (perf_counter() - start),
            class_names=self._class_names,
        )

    def _values(self, block: LayerBlock, found: Mapping[str, Array], image: Levels) -> Array:
        """The output of the last layer of a block; the gray levels of the image."""
        if not block.layers:
            return image[:, :, np.newaxis].astype(np.float32) / 255
        output: Array = found[self._names[block.layers[-1]]][0]
        return output


def _picture(values: Array) -> tuple[Levels, float]:
    """Levels (rows, columns) of feature maps (height, width, channels) or of units (units,)."""
    largest = float(np.abs(values).max(initial=0.0))
    if not np.isfinite(largest):
        values, largest = np.nan_to_num(values, posinf=1, neginf=-1), 1.0
    scaled = values * (ZERO / largest) if largest else values
    levels = (np.rint(scaled) + ZERO).clip(0, 2 * ZERO).astype(np.uint8)
    return (_tiled(levels) if values.ndim == 3 else _lines(levels)), largest


def _tiled(levels: Levels) -> Levels:
    """One tile per channel, in a square, with a line of gaps between the tiles."""
    high, wide, count = levels.shape
    if count == 1:
        return levels[:, :, 0]
    across = ceil(sqrt(count))
    down = ceil(count / across)
    tiles = np.full((down * across, high + 1, wide + 1), GAP, np.uint8)
    tiles[:count, :high, :wide] = levels.transpose(2, 0, 1)
    grid = tiles.reshape(down, across, high + 1, wide + 1).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(down * (high + 1), -1)[:-1, :-1])


def _lines(levels: Levels) -> Levels:
    """Units row by row, in a grid of the shape of a column."""
    across = unit_columns(len(levels))
    whole = np.full(ceil(len(levels) / across) * across, GAP, np.uint8)
    whole[: len(levels)] = levels
    return whole.reshape(-1, across)
