"""Trained networks as files for other programs."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import JobError, UsageError
from mnist_studio.formatting import listed
from mnist_studio.frameworks import registry
from mnist_studio.prediction import onnx_export
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts, tensors
from mnist_studio.store.rows import Run
from mnist_studio.store.run_file import SUFFIX as RUN_FILE
from mnist_studio.workers.task import Context, Task, never
from mnist_studio.workers.worker import request_once

Kind = Literal["safetensors", "onnx", "pytorch", "keras", "numpy"]
SUFFIXES: dict[Kind, str] = {
    "safetensors": ".safetensors",
    "onnx": ".onnx",
    **{name: registry.framework_entry(name).suffix for name in registry.FRAMEWORKS},
}
TIMEOUT_SECONDS = 300.0
CLASS_NAMES = "class_names"
"""Key of the names of the classes, a list in JSON, in the metadata of a file."""


class ExportRequest(msgspec.Struct, frozen=True):
    """A trained network to be written in a framework's own format.

    Attributes:
        framework: whose format.
        folder: of the run.
        spec: of the run.
        target: file to write.
    """

    framework: str
    folder: str
    spec: RunSpec
    target: str


EXPORT: Task[ExportRequest, None, None] = Task(
    "mnist_studio.prediction.export.write_model", None, None
)


def export(run: Run, kind: Kind, path: Path, is_cancelled: Callable[[], bool] = never) -> str:
    """Writes the weights of a run, whichever framework trained it.

    Args:
        run: trained.
        kind: safetensors, or the format of a framework, written by a process that imports it.
        path: of the file. An existing file is replaced only when the new one is complete.
        is_cancelled: polled all the time.

    Returns:
        How the file was checked, as a sentence; empty for a format that has no check.

    Raises:
        JobError: the run has no weights, what the format needs is not installed, or an ONNX file
            does not compute what the network does.
        StoreError: its weights are damaged.
        DataError: the file cannot be written.
        CancelledByUser: by the user.
    """
    if not run.trained:
        raise JobError("This run has no weights to export.", "Select a finished run.")
    if kind == "safetensors":
        weights = artifacts.load_weights(run.folder, run.spec)  # Raises for damaged weights.
        names = msgspec.json.encode(run.spec.class_names).decode()
        with TemporaryDirectory() as staging:
            staged = Path(staging) / "model.safetensors"
            tensors.save(staged, weights, {CLASS_NAMES: names})
            write_bytes(path, staged.read_bytes())
        return ""
    if kind == "onnx":
        return _export_onnx(run, path, is_cancelled)
    if missing := registry.missing(kind):
        title = registry.framework_title(kind)
        raise JobError(f"This format needs {title}, which is not installed.", missing.remedy)
    with TemporaryDirectory() as staging:
        staged = Path(staging) / f"model{SUFFIXES[kind]}"
        request = ExportRequest(kind, str(run.folder), run.spec, str(staged))
        request_once(EXPORT, request, kind, TIMEOUT_SECONDS, is_cancelled=is_cancelled)
        write_bytes(path, staged.read_bytes())
    return ""


def export_by_name(run: Run, path: Path) -> str:
    """As ``export``, in the format that the name of the file ends in.

    Raises:
        UsageError: it ends in another one.
    """
    for kind, suffix in SUFFIXES.items():
        if path.suffix == suffix:
            return export(run, kind, path)
    raise UsageError(
        f"The name {path.name} does not show the file format.",
        f"Choose a name that ends in {listed([RUN_FILE, *SUFFIXES.values()], 'or')}.",
    )


def _export_onnx(run: Run, path: Path, is_cancelled: Callable[[], bool]) -> str:
    onnx_export.require_onnx()
    with TemporaryDirectory() as staging:
        staged = Path(staging) / "model.onnx"
        request = onnx_export.request_of(run, staged)
        check = request_once(
            onnx_export.WRITE_ONNX, request, "numpy", TIMEOUT_SECONDS, is_cancelled=is_cancelled,
            python="",
        )  # fmt: skip
        write_bytes(path, staged.read_bytes())
    return check.sentence()


def write_model(request: ExportRequest, _: Context[None]) -> None:
    """The task of writing a trained network in a framework's own format.

    Raises:
        MnistStudioError: its weights are missing or damaged, or the framework cannot be imported.
    """
    spec = effective(codec.validate(request.spec))
    weights = artifacts.load_weights(Path(request.folder), spec)
    registry.load(request.framework).export(spec.model, weights, Path(request.target))
    # All these formats are zips. Their comment is no array, which a program could trip over.
    with zipfile.ZipFile(request.target, "a") as archive:
        archive.comment = msgspec.json.encode({CLASS_NAMES: spec.class_names})
