"""Exports a trained network as ONNX, and checks the file before it is called written.

A process of its own writes it, which loads neither TensorFlow nor PyTorch: their copies of protobuf
may differ from the one that ONNX needs.
"""

from importlib.util import find_spec
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import sources
from mnist_studio.errors import DataError, JobError, StoreError
from mnist_studio.formatting import counted
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec, storage
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import Context, Task

TOLERANCE = 1e-5
"""Largest difference of a logit, as a share of the largest logit (of 1 if that is smaller)."""

INSTALL = "Install it with: pip install mnist-studio[onnx]"
GENERATED = 200
"""Generated images that are compared where the test set or its logits are missing."""


_NUMPY = "NumPy from scratch"


class OnnxRequest(msgspec.Struct, frozen=True):
    """A trained network to be written as ONNX.

    Attributes:
        ref: of the run.
        target: file to write.
        facts: that are stored in the file.
        logits_fit: whether the stored test logits are those of the weights, in their precision.
    """

    ref: ModelRef
    target: str
    facts: dict[str, str]
    logits_fit: bool


class OnnxCheck(msgspec.Struct, frozen=True):
    """How a file was checked.

    Attributes:
        engine: that computed.
        images: number of them.
        source: of what it was compared with.
        difference: largest one of a logit, as ``TOLERANCE`` measures it.
    """

    engine: str
    images: int
    source: str
    difference: float

    def sentence(self) -> str:
        """The check as text."""
        return (
            f"Checked with {self.engine} on {counted(self.images, 'image')} against {self.source}: "
            f"the largest difference of a logit is {self.difference:.1e} of the largest logit."
        )


WRITE_ONNX: Task[OnnxRequest, None, OnnxCheck] = Task(
    "mnist_studio.prediction.onnx_export.write_onnx", None, OnnxCheck
)


def is_installed() -> bool:
    """Whether the package is installed; it is not loaded."""
    return find_spec("onnx") is not None


def require_onnx() -> None:
    """Refuses if the package is missing.

    Raises:
        JobError: says how to install it.
    """
    if not is_installed():
        raise JobError("ONNX needs the package onnx, which is not installed.", INSTALL)


def request_of(run: Run, target: Path) -> OnnxRequest:
    """The request for a trained run."""
    ended = run.ended
    step = ended.step if ended else 0
    ref = ModelRef(str(run.folder), run.spec, step)
    plain = run.spec.training.precision != "bfloat16"
    fit = plain and run.tested is not None
    return OnnxRequest(ref, str(target), facts_of(run), fit)


def facts_of(run: Run) -> dict[str, str]:
    """What is stored in the file about a run."""
    spec = run.spec
    facts = {
        "title": run.name,
        "dataset": spec.dataset,
        "class_names": msgspec.json.encode(spec.class_names).decode(),
        "recipe": spec.recipe,
        "framework": spec.framework,
        "run": run.id,
        "input": "gray levels, 0 (background) to 255 (ink)",
    }
    accuracy = run.ended.test_accuracy if run.ended else None
    return facts | ({"test_accuracy": repr(accuracy)} if accuracy is not None else {})


def write_onnx(request: OnnxRequest, _: Context[None]) -> OnnxCheck:
    """The task of writing a file and checking it.

    Raises:
        MnistStudioError: the weights are damaged, or the file computes something else.
    """
    from mnist_studio.prediction import onnx_model

    target, described = Path(request.target), codec.validate(request.ref.spec)
    spec = effective(described)
    weights = artifacts.load_weights(Path(request.ref.folder), spec)
    classes = len(spec.class_names)
    onnx_model.write(target, spec.model, classes, weights, request.facts)
    images, expected, source = _reference(request, spec)
    if onnx_model.engine() != "ONNX Runtime":
        images, expected = (each[: onnx_model.MOST_BY_REFERENCE] for each in (images, expected))
    found = onnx_model.logits(target, images)
    scale = max(1.0, float(np.abs(expected).max()))
    difference = float(np.abs(found.astype(np.float64) - expected).max()) / scale
    check = OnnxCheck(onnx_model.engine(), len(images), source, difference)
    if not difference <= TOLERANCE:
        raise JobError(
            f"The ONNX file does not compute what the network does. {check.sentence()}",
            "Export the weights in another format, and report this.",
        )
    return check


def _reference(request: OnnxRequest, spec: RunSpec) -> tuple[NDArray[np.uint8], Array, str]:
    """Images, the logits that the file should give for them, and where those come from."""
    folder = Path(request.ref.folder)
    try:
        images = sources.load_test(spec.dataset).images
    except DataError:
        images = _generated()
        return images, _by_numpy(request, images), f"{_NUMPY} because the test set is missing"
    if request.logits_fit:
        try:
            stored = artifacts.load_test_logits(folder)
        except StoreError:
            stored = np.empty((0, 0))
        if len(stored) == len(images):
            return images, stored, "the stored test logits"
    images = images[:GENERATED]
    return images, _by_numpy(request, images), _NUMPY


def _by_numpy(request: OnnxRequest, images: NDArray[np.uint8]) -> Array:
    """The logits that NumPy computes from the same weights in float32."""
    from mnist_studio.prediction.predict_task import open_model

    spec = request.ref.spec
    # Weights of mixed precision are float32; those of float64 stay so.
    training = msgspec.structs.replace(spec.training, precision=storage(spec.training.precision))
    same = msgspec.structs.replace(spec, training=training, framework="numpy", device="cpu")
    ref = msgspec.structs.replace(request.ref, spec=same)
    return open_model(registry.load("numpy"), ref).logits(images)


def _generated() -> NDArray[np.uint8]:
    """Images of random strips and noise, (n, 28, 28)."""
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (GENERATED, 28, 28), np.uint8)
    noise[: GENERATED // 2] *= rng.random((GENERATED // 2, 28, 28)) < 0.2
    return noise
