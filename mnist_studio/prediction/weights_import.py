"""Imports weights of another program as a run, onto a recipe, and tests them at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import DataError, UsageError
from mnist_studio.events import IMPORTED, Stopped
from mnist_studio.formatting import listed, printable
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Device
from mnist_studio.prediction import onnx_export
from mnist_studio.spec import codec, datasets
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.task import Context, Task, never
from mnist_studio.workers.worker import request_once

SUFFIXES = (".safetensors", ".pt", ".pth", ".npz", ".onnx")
TIMEOUT_SECONDS = 1800.0
SLICE = 500
SAMPLE = 500
"""Test images that choose between the layouts that fit."""


class WeightsRequest(msgspec.Struct, frozen=True):
    """A file of weights to be matched and tested.

    Attributes:
        file: of the weights.
        spec: whose network they are for.
        folder: where weights and test logits are written.
    """

    file: str
    spec: RunSpec
    folder: str


class WeightsReport(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        assumptions: what names and shapes do not say, as sentences.
        accuracy: on the test set.
        loss: likewise.
        classes: how the class names in the file compare with the dataset's, as a sentence; empty
            if it has none.
    """

    assumptions: tuple[str, ...]
    accuracy: float
    loss: float
    classes: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is to be said of the file."""
        return (*self.assumptions, *((self.classes,) if self.classes else ()))


MATCH: Task[WeightsRequest, None, WeightsReport] = Task(
    "mnist_studio.prediction.weights_import.match_weights", None, WeightsReport
)


@dataclass(frozen=True)
class ImportedWeights:
    """A run that was made of weights.

    Attributes:
        run: its id.
        accuracy: on the test set.
        assumptions: what names and shapes do not say, and the file's class names, as sentences.
    """

    run: str
    accuracy: float
    assumptions: tuple[str, ...]


def import_weights(
    path: Path, spec: RunSpec, is_cancelled: Callable[[], bool] = never
) -> ImportedWeights:
    """Makes a run of the weights in a file, which is marked as imported.

    Args:
        path: of a .safetensors, .pt, .npz, or .onnx file.
        spec: of the run: its recipe, dataset, and framework.
        is_cancelled: polled all the time.

    Raises:
        UsageError: the suffix is not one of these.
        JobError: the file cannot be read, does not fit the network, or needs a missing package.
        StoreError: the run cannot be stored.
        CancelledByUser: by the user; nothing was changed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{path.name} is not a file of weights.",
            f"Select a file that ends in {listed(SUFFIXES, 'or')}.",
        )
    if path.suffix.lower() == ".onnx":
        onnx_export.require_onnx()
    with TemporaryDirectory() as staging:
        request = WeightsRequest(str(path), spec, staging)
        report = request_once(
            MATCH, request, "numpy", TIMEOUT_SECONDS, is_cancelled=is_cancelled, python=""
        )
        run = _stored(spec, Path(staging), path, report)
    return ImportedWeights(run, report.accuracy, report.sentences)


def _stored(spec: RunSpec, staging: Path, path: Path, report: WeightsReport) -> str:
    with RunStore() as store:
        run = store.create(spec)
        try:
            artifacts.save_weights(run.folder, artifacts.load_weights(staging, spec))
            artifacts.save_test_logits(run.folder, artifacts.load_test_logits(staging))
            reason = f"{IMPORTED} from {printable(path.name)}. {' '.join(report.sentences)}"
            stopped = Stopped(
                run=run.id, framework=spec.framework, epochs=0, step=0,
                test_accuracy=report.accuracy, test_loss=report.loss, seconds={}, device="CPU",
                reason=reason.strip(),
            )  # fmt: skip
            store.record(stopped)
        except BaseException:
            store.release(run.id)
            store.delete(run.id)
            raise
        store.release(run.id)
    return run.id


def match_weights(request: WeightsRequest, _: Context[None]) -> WeightsReport:
    """The task of reading a file, assigning its arrays, and testing them.

    Raises:
        MnistStudioError: the file cannot be read, or does not fit.
    """
    from mnist_studio.prediction import weight_files, weight_matching

    spec = effective(codec.validate(request.spec))
    file = weight_files.read(Path(request.file))
    found = weight_matching.candidates(file, spec.model, storage(spec.training.precision))
    test = sources.load_test(spec.dataset)
    if len(set(test.labels.tolist())) > len(spec.class_names):
        raise DataError("The dataset has more classes than the network.", "Choose another dataset.")
    sample = LabeledImages(test.images[:SAMPLE], test.labels[:SAMPLE])
    scores = [_accuracy(_logits(spec, one.weights, sample.images), sample) for one in found]
    best = found[int(np.argmax(scores))]
    logits = _logits(spec, best.weights, test.images)
    folder = Path(request.folder)
    artifacts.save_weights(folder, best.weights)
    artifacts.save_test_logits(folder, logits)
    classes = _compared(file.class_names, spec)
    return WeightsReport(best.assumptions, _accuracy(logits, test), _loss(logits, test), classes)


def _compared(names: tuple[str, ...], spec: RunSpec) -> str:
    """How the class names of a file compare with those of the dataset, as a sentence."""
    if not names:
        return ""
    title = datasets.sentence_title(spec.dataset)
    if names == spec.class_names:
        return f"Its class names are those of {title}."
    return f"The file names other classes than {title}: {listed(list(names))}."


def _logits(spec: RunSpec, weights: dict[str, Array], images: NDArray[np.uint8]) -> Array:
    """The logits of images by NumPy from scratch, (n, classes)."""
    plain = msgspec.structs.replace(spec, framework="numpy", device="cpu")
    training = msgspec.structs.replace(plain.training, precision=storage(spec.training.precision))
    plain = msgspec.structs.replace(plain, training=training)
    learner = registry.load("numpy").learner(plain, weights, Device("cpu", "CPU"))
    slices = range(0, len(images), SLICE)
    return np.concatenate([learner.logits(images[start : start + SLICE]) for start in slices])


def _accuracy(logits: Array, test: LabeledImages) -> float:
    return float((logits.argmax(1) == test.labels).mean())


def _loss(logits: Array, test: LabeledImages) -> float:
    """The mean cross-entropy."""
    wide = logits.astype(np.float64)
    wide -= wide.max(1, keepdims=True)
    chosen = wide[np.arange(len(wide)), test.labels]
    return float((np.log(np.exp(wide).sum(1)) - chosen).mean())
