"""A look at a network after an epoch, through the interface that every framework has.

Nothing here changes weights, optimizer or random numbers.
"""

from collections.abc import Iterator, Mapping
from math import isqrt, sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.predictions import confident_errors, confusion_matrix
from mnist_studio.data.images import LabeledImages
from mnist_studio.frameworks.base import Array, Learner, Weights
from mnist_studio.spec.layers import AvgPool, Dropout, Flatten, GlobalAvgPool, MaxPool
from mnist_studio.spec.model import LayerReport, ModelSpec, describe
from mnist_studio.store.epoch_records import (
    ConfidentError,
    EpochRecord,
    LayerNorms,
    LayerOutputs,
)

SAMPLE = 250
"""Images that outputs, gradients and dead units are of: one slice of an evaluation, which is
compiled already."""

BINS = 60
MOST_KERNELS = 32
MOST_COUNTED = 1_000_000
MOST_ERRORS = 12
_REARRANGES = (Flatten, Dropout, MaxPool, AvgPool, GlobalAvgPool)
"""Layers whose outputs are those of the layer before, or a part of them."""

NO_WEIGHTS: Weights = MappingProxyType({})


def observe(
    model: ModelSpec,
    learner: Learner,
    epoch: int,
    train: LabeledImages,
    test: LabeledImages,
    test_logits: Array,
    before: Weights,
) -> EpochRecord:
    """Looks at the network of a learner.

    Args:
        model: the network.
        learner: with the weights after the epoch.
        epoch: from 1.
        train: the training set, whose first images are the sample.
        test: the test set.
        test_logits: (n, k) of the test set, after the epoch.
        before: the weights before the epoch; empty if unknown.
    """
    sample, labels = train.images[:SAMPLE], train.labels[:SAMPLE]
    reports, weights = describe(model), learner.weights()
    activations = learner.activations(sample)
    shown = [report for report in reports if not isinstance(report.layer, _REARRANGES)]
    errors = confident_errors(test_logits, test.labels, MOST_ERRORS)
    return EpochRecord(
        epoch=epoch,
        sample=len(sample),
        kernels=kernels(reports, weights),
        norms=tuple(_norms(reports, weights, learner.gradients(sample, labels), before)),
        outputs=tuple(_outputs(report, activations[report.name]) for report in shown),
        histograms={r.name: _histogram(activations[r.name]) for r in shown},
        confusion=confusion_matrix(test_logits, test.labels),
        errors=tuple(
            ConfidentError(int(e.index), int(e.label), int(e.predicted), float(e.confidence))
            for e in errors
        ),
        images=test.images[[error.index for error in errors]],
    )


def kernels(reports: tuple[LayerReport, ...], weights: Weights) -> NDArray[np.float16]:
    """(k, height, width): the first kernels of the first layer with weights.

    Those of a convolution for its first input channel; of a dense layer the weights of a unit, laid
    out like the image that it sees. (0, 1, 1) if its inputs are no square.
    """
    first = next(report for report in reports if f"{report.name}.kernel" in report.arrays)
    array = weights[f"{first.name}.kernel"]
    if array.ndim == 2:
        side = isqrt(len(array))
        if side * side != len(array):
            return np.empty((0, 1, 1), np.float16)
        array = array.reshape(side, side, 1, -1)
    chosen = array[:, :, 0, :MOST_KERNELS].transpose(2, 0, 1)
    return np.ascontiguousarray(chosen, dtype=np.float16)


def _norms(
    reports: tuple[LayerReport, ...], weights: Weights, gradients: Weights, before: Weights
) -> Iterator[LayerNorms]:
    for report in reports:
        if not report.arrays:
            continue
        changes = {n: wide(weights[n]) - wide(before[n]) for n in report.arrays if n in before}
        yield LayerNorms(
            report.name,
            norm(weights, report.arrays),
            norm(gradients, report.arrays),
            norm(changes, report.arrays) if changes else None,
        )


def norm(arrays: Weights, names: Mapping[str, object]) -> float:
    """The Euclidean norm of several arrays together, in float64."""
    return sqrt(sum(float(np.sum(np.square(wide(arrays[name])))) for name in names))


def wide(array: Array) -> NDArray[np.float64]:
    """The array in float64."""
    return np.asarray(array, np.float64)


def _outputs(report: LayerReport, values: Array) -> LayerOutputs:
    units = values.shape[-1]
    by_unit = values.reshape(-1, units)
    dead = int(np.sum(by_unit.max(axis=0) == by_unit.min(axis=0)))
    return LayerOutputs(
        layer=report.name,
        low=float(values.min()),
        high=float(values.max()),
        units=units,
        dead=None if report.arrays else dead,
    )


def _histogram(values: Array) -> NDArray[np.int64]:
    """Counts from the smallest to the largest output, of as many images as ``MOST_COUNTED`` allows.

    The first convolution alone has millions of outputs, and counting all would take a second.
    """
    images = max(1, MOST_COUNTED * len(values) // values.size)
    span = float(values.min()), float(values.max())
    return np.asarray(np.histogram(values[:images], BINS, span)[0], np.int64)
