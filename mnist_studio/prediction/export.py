"""Trained networks as files for other programs."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from mnist_studio.data.files import write_bytes
from mnist_studio.errors import JobError
from mnist_studio.frameworks import registry
from mnist_studio.spec import codec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.workers import messages
from mnist_studio.workers.messages import ExportRequest
from mnist_studio.workers.requests import call

Kind = Literal["safetensors", "pytorch", "keras", "numpy"]
SUFFIXES: dict[Kind, str] = {
    "safetensors": ".safetensors",
    "pytorch": registry.framework_entry("pytorch").suffix,
    "keras": registry.framework_entry("keras").suffix,
    "numpy": registry.framework_entry("numpy").suffix,
}
TIMEOUT_SECONDS = 300.0


def export(
    run: Run, kind: Kind, path: Path, is_cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Writes the weights of a run, whichever framework trained it.

    Args:
        run: trained.
        kind: safetensors, or the format of a framework, written by a child that imports it.
        path: of the file; replaced only when the new one is complete.
        is_cancelled: asked all the time.

    Raises:
        JobError: the run has no weights, or that framework is not installed.
        StoreError: its weights are damaged.
        DataError: the file cannot be written.
        Cancelled: by the user.
    """
    if not run.trained:
        raise JobError("This run has no weights to export.", "Choose one that finished.")
    if kind == "safetensors":
        artifacts.load_weights(run.folder, run.spec)  # Damaged ones are not handed on.
        write_bytes(path, (run.folder / artifacts.WEIGHTS).read_bytes())
        return
    if registry.version(kind) is None:
        title = registry.framework_title(kind)
        raise JobError(f"{title} is not installed, which this format needs.", "Choose another.")
    with TemporaryDirectory() as staging:
        staged = Path(staging) / f"model{SUFFIXES[kind]}"
        request = ExportRequest(kind, str(run.folder), codec.encode(run.spec), str(staged))
        call("export", kind, messages.encode(request).decode(), TIMEOUT_SECONDS, is_cancelled)
        write_bytes(path, staged.read_bytes())
