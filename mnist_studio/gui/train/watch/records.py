"""The recorded epochs of a few runs, read in the background. Uses no Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.services.live_run import LiveRun
from mnist_studio.spec.run import DIGITS
from mnist_studio.store import epoch_records
from mnist_studio.store.epoch_records import EpochRecord

MOST_RUNS = 3
BINS = 48
"""Bins of the histograms on their common scale."""

Norm = str
NORMS: dict[Norm, str] = {"weights": "Weights", "gradient": "Gradients", "update": "Updates"}


@dataclass(frozen=True)
class WatchedRun:
    """A run to show.

    Attributes:
        title: above its column.
        framework: that trains it.
        folder: of the run.
        class_names: of the run.
    """

    title: str
    framework: str
    folder: Path
    class_names: tuple[str, ...] = DIGITS


Curve = tuple[tuple[int, ...], tuple[float, ...]]
"""Epochs and their values."""


@dataclass(frozen=True)
class RunRecords:
    """A run with its recorded epochs, and what is drawn of all of them together.

    Attributes:
        run: itself.
        epochs: in order.
        curves: every norm of every layer, where it is known.
        strips: outputs by layer, as ``histogram_strip`` makes them.
        spans: by layer, the smallest and largest output of all runs.
        kernel_scale: the largest first-layer weight of all runs.
    """

    run: WatchedRun
    epochs: tuple[EpochRecord, ...]
    curves: Mapping[tuple[Norm, str], Curve] = field(default_factory=dict)
    strips: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    kernel_scale: float = 1.0

    def at(self, epoch: int) -> EpochRecord | None:
        """The newest record up to an epoch; None before the first."""
        known = [record for record in self.epochs if record.epoch <= epoch]
        return known[-1] if known else None

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers with weights."""
        return tuple(norms.layer for norms in self.epochs[-1].norms) if self.epochs else ()

    @property
    def output_layers(self) -> tuple[str, ...]:
        """The layers with recorded outputs."""
        return tuple(one.layer for one in self.epochs[-1].outputs) if self.epochs else ()


def watched(runs: Sequence[LiveRun]) -> tuple[WatchedRun, ...]:
    """The runs of the queue that have started, named by their frameworks if these differ."""
    begun = [run for run in runs if run.id]
    names = [run.spec.framework for run in begun]
    return tuple(
        WatchedRun(
            framework_title(run.spec.framework) if names.count(name) == 1 else run.title,
            name,
            paths.runs() / run.id,
        )
        for run, name in zip(begun, names, strict=True)
    )


class RecordReader:
    """Reads the records of runs, each file once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int], EpochRecord] = {}

    def __call__(
        self, runs: Sequence[WatchedRun], is_cancelled: Callable[[], bool]
    ) -> tuple[RunRecords, ...]:
        """The records of these runs; those of other runs are forgotten.

        Raises:
            StoreError: a record is damaged, or a folder is missing.
        """
        wanted: dict[tuple[Path, int], EpochRecord] = {}
        found = []
        for run in runs:
            epochs = []
            for path, epoch in _files(run.folder):
                changed = path, path.stat().st_mtime_ns
                record = self._known.get(changed) or epoch_records.load(run.folder, epoch)
                wanted[changed] = record
                epochs.append(record)
                if is_cancelled():
                    return ()
            found.append(RunRecords(run, tuple(epochs)))
        self._known = wanted
        return drawn(found)


def _files(folder: Path) -> list[tuple[Path, int]]:
    if not folder.is_dir():
        return []  # The run has just been queued, or it was deleted.
    epochs = epoch_records.FILES.epochs(folder)
    return [(epoch_records.FILES.path_of(folder, epoch), epoch) for epoch in epochs]


def drawn(runs: Sequence[RunRecords]) -> tuple[RunRecords, ...]:
    """The runs with everything that is drawn of all their epochs, on common scales.

    Computed in the background, since hundreds of epochs take longer than a frame.
    """
    recorded = [run for run in runs if run.epochs]
    layers = dict.fromkeys(layer for run in recorded for layer in run.output_layers)
    spans = {layer: output_range(recorded, layer) for layer in layers}
    scale = kernel_scale(recorded)
    return tuple(
        replace(
            run,
            curves={
                (name, layer): _curve(run, name, layer) for name in NORMS for layer in run.layers
            },
            strips={
                layer: histogram_strip(run, layer, spans[layer]) for layer in run.output_layers
            },
            spans=spans,
            kernel_scale=scale,
        )
        for run in runs
    )


def _curve(run: RunRecords, name: Norm, layer: str) -> Curve:
    found = [
        (record.epoch, getattr(norms, name))
        for record in run.epochs
        for norms in record.norms
        if norms.layer == layer and getattr(norms, name) is not None
    ]
    return tuple(epoch for epoch, _ in found), tuple(value for _, value in found)


def epochs_of(runs: Sequence[RunRecords]) -> tuple[int, ...]:
    """All recorded epochs of some runs."""
    return tuple(sorted({record.epoch for run in runs for record in run.epochs}))


def kernel_scale(runs: Sequence[RunRecords]) -> float:
    """The largest first-layer weight of all runs and epochs, so that all pictures share a scale."""
    sizes = [
        float(np.abs(record.kernels).max())
        for run in runs
        for record in run.epochs
        if record.kernels.size
    ]
    return max(sizes, default=1.0) or 1.0


def tiled(kernels: NDArray[np.float16], scale: float) -> NDArray[np.float64]:
    """Kernels (k, h, w) as a picture from -1 to 1, about square, with gaps of NaN."""
    count, height, width = kernels.shape
    columns = max(1, ceil(sqrt(count)))
    rows = -(-count // columns)
    gap = 1 if width < 16 else 2
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for place, kernel in enumerate(np.asarray(kernels, np.float64) / scale):
        row, column = divmod(place, columns)
        top, left = row * (height + gap), column * (width + gap)
        whole[top : top + height, left : left + width] = kernel
    used = count - (rows - 1) * columns
    # The rest of the last line has the color of the panel.
    whole[(rows - 1) * (height + gap) :, used * (width + gap) :] = 0
    return whole


def output_range(runs: Sequence[RunRecords], layer: str) -> tuple[float, float]:
    """The smallest and largest output of a layer in all runs and epochs."""
    found = [
        one for run in runs for record in run.epochs for one in record.outputs if one.layer == layer
    ]
    low, high = min(one.low for one in found), max(one.high for one in found)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def histogram_strip(run: RunRecords, layer: str, span: tuple[float, float]) -> NDArray[np.float64]:
    """(bins, epochs) from 0 to 1: how often each output occurs, the largest values on top.

    The square root of the frequency makes rare outputs visible. Counts of an epoch's own bins are
    spread evenly over the common ones that they cover.
    """
    edges = np.linspace(*span, BINS + 1)
    strip = np.zeros((BINS, len(run.epochs)))
    for column, record in enumerate(run.epochs):
        one = next(each for each in record.outputs if each.layer == layer)
        counts = record.histograms[layer]
        own = np.linspace(one.low, one.high, len(counts) + 1)
        below = np.interp(edges, own, np.concatenate([[0], np.cumsum(counts)]))
        strip[:, column] = np.diff(below)[::-1]
    return np.asarray(np.sqrt(strip / max(strip.max(), 1.0)))
