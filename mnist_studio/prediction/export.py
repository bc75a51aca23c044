"""Trained networks as files for other programs."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import Context, Task, never
from mnist_studio.workers.worker import request_once

Kind = Literal["safetensors", "pytorch", "keras", "numpy"]
SUFFIXES: dict[Kind, str] = {
    "safetensors": ".safetensors",
    **{name: registry.framework_entry(name).suffix for name in registry.FRAMEWORKS},
}
TIMEOUT_SECONDS = 300.0


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


def export(run: Run, kind: Kind, path: Path, is_cancelled: Callable[[], bool] = never) -> None:
    """Writes the weights of a run, whichever framework trained it.

    Args:
        run: trained.
        kind: safetensors, or the format of a framework, written by a process that imports it.
        path: of the file. An existing file is replaced only when the new one is complete.
        is_cancelled: polled all the time.

    Raises:
        JobError: the run has no weights, or that framework is not installed.
        StoreError: its weights are damaged.
        DataError: the file cannot be written.
        CancelledByUser: by the user.
    """
    if not run.trained:
        raise JobError("This run has no weights to export.", "Select a finished run.")
    if kind == "safetensors":
        artifacts.load_weights(run.folder, run.spec)  # Raises for damaged weights.
        write_bytes(path, (run.folder / artifacts.WEIGHTS).read_bytes())
        return
    if missing := registry.missing(kind):
        title = registry.framework_title(kind)
        raise JobError(f"This format needs {title}, which is not installed.", missing.remedy)
    with TemporaryDirectory() as staging:
        staged = Path(staging) / f"model{SUFFIXES[kind]}"
        request = ExportRequest(kind, str(run.folder), run.spec, str(staged))
        request_once(EXPORT, request, kind, TIMEOUT_SECONDS, is_cancelled=is_cancelled)
        write_bytes(path, staged.read_bytes())


def write_model(request: ExportRequest, _: Context[None]) -> None:
    """The task of writing a trained network in a framework's own format.

    Raises:
        MnistStudioError: its weights are missing or damaged, or the framework cannot be imported.
    """
    spec = effective(codec.validate(request.spec))
    weights = artifacts.load_weights(Path(request.folder), spec)
    registry.load(request.framework).export(spec.model, weights, Path(request.target))
