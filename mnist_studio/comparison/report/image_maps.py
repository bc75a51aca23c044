"""Maps of test images for a report: what a network takes to be alike, and where it is wrong.

They are those of the Draw page. NumPy computes them from the weights of a run, whatever framework
trained it, so that a report needs no other framework.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.nearest import feature_layer, features
from mnist_studio.analysis.projection import principal_plane, projected
from mnist_studio.comparison.run_data import RunData
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import MnistStudioError
from mnist_studio.explanation.understanding import SAMPLE, SLICE
from mnist_studio.explanation.understanding_sentences import map_caption
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.spec.datasets import sentence_title
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import DatasetName
from mnist_studio.store.rows import Run

MOST_MAPS = 6
"""Networks with a map; a report of more would be long and late."""

NOTHING_TRAINED = "There are no maps: none of these runs has stored weights yet."


@dataclass(frozen=True, eq=False)
class ReportMap:
    """The test images of one network in the plane of their two principal components.

    Attributes:
        title: of the run.
        caption: what is shown, in one or two sentences.
        points: (n, 2).
        labels: (n,) the true ones.
        wrong: (n,) whether the network misclassifies the image.
        class_names: by label.
    """

    title: str
    caption: str
    points: NDArray[np.float64]
    labels: NDArray[np.uint8]
    wrong: NDArray[np.bool_]
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class ReportMaps:
    """The maps of a report.

    Attributes:
        maps: one for each network, of its most accurate run.
        notes: which maps are missing, and why; one sentence each.
    """

    maps: tuple[ReportMap, ...]
    notes: tuple[str, ...]


def image_maps(run_data: RunData) -> ReportMaps:
    """The maps that can be computed, and a sentence for each that cannot."""
    chosen = tuple(_best_runs(run_data.runs))
    if not chosen:
        return ReportMaps((), (NOTHING_TRAINED,))
    maps, notes = [], []
    for run in chosen[:MOST_MAPS]:
        title = run_data.titles[run.id]
        try:
            maps.append(_image_map(run, title, run_data.data))
        except MnistStudioError as error:
            notes.append(f"There is no map of {title}: {error.problem}")
    if len(chosen) > MOST_MAPS:
        notes.append(f"Only the first {MOST_MAPS} networks have a map.")
    return ReportMaps(tuple(maps), tuple(notes))


def _best_runs(runs: Sequence[Run]) -> Iterator[Run]:
    """The most accurate trained run of every network and dataset, in display order."""
    best: dict[tuple[ModelSpec, DatasetName], Run] = {}
    for run in runs:
        key = run.spec.model, run.spec.dataset
        if run.trained and (key not in best or _accuracy(run) > _accuracy(best[key])):
            best[key] = run
    yield from best.values()


def _accuracy(run: Run) -> float:
    accuracy = run.ended.test_accuracy if run.ended else None
    return -1.0 if accuracy is None else accuracy


def _image_map(run: Run, title: str, data: Path | None) -> ReportMap:
    """The map of one run.

    Raises:
        MnistStudioError: its weights or the test images are missing or damaged.
    """
    learner = open_model(registry.load("numpy"), model_ref(run))
    test = sources.load_test(run.spec.dataset, data)
    sample = test.take(np.arange(min(SAMPLE, len(test))))
    layer, _ = feature_layer(run.spec.model)
    predictions, vectors = _outputs(learner, layer, sample)
    plane = principal_plane(vectors)
    wrong = predictions != sample.labels
    caption = map_caption(
        len(sample), sentence_title(run.spec.dataset), layer, sum(plane.explained), int(wrong.sum())
    )
    return ReportMap(
        title, caption, projected(plane, vectors), sample.labels, wrong, run.spec.class_names
    )


def _outputs(
    learner: Learner, layer: str, sample: LabeledImages
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(n,) the predicted classes, and (n, d) the outputs of a layer."""
    predictions, vectors = [], []
    for start in range(0, len(sample), SLICE):
        images = sample.images[start : start + SLICE]
        predictions.append(learner.logits(images).argmax(axis=1))
        vectors.append(features(learner, layer, images))
    return np.concatenate(predictions), np.concatenate(vectors)
