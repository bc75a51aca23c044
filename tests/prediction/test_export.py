import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from mnist_studio.errors import CancelledByUser, DataError, JobError, StoreError
from mnist_studio.events import Cancelled as CancelledEvent
from mnist_studio.frameworks import registry
from mnist_studio.prediction.export import Kind, export
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def _same(found: dict[str, np.ndarray], run: Run) -> bool:
    weights = artifacts.load_weights(run.folder, run.spec)
    return found.keys() == weights.keys() and all(
        np.array_equal(found[name], weights[name]) for name in weights
    )


def test_safetensors_and_npz_hold_the_weights(run: Run, tmp_path: Path) -> None:
    export(run, "safetensors", tmp_path / "new folder" / "ü.safetensors")
    assert _same(load_file(tmp_path / "new folder" / "ü.safetensors"), run)
    export(run, "numpy", tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert _same(dict(archive), run)


def test_pytorch_reads_its_own_format(run: Run, tmp_path: Path) -> None:
    registry.version("pytorch") or pytest.skip("PyTorch is not here")
    path = tmp_path / "model.pt"
    export(run, "pytorch", path)
    code = (
        "import sys, torch; state = torch.load(sys.argv[1], weights_only=True);"
        "print(sum(array.numel() for array in state.values()))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "101770"


def test_keras_has_its_own_format(run: Run, tmp_path: Path) -> None:
    registry.version("keras") or pytest.skip("TensorFlow is not here")
    path = tmp_path / "model.keras"
    export(run, "keras", path)
    with zipfile.ZipFile(path) as archive:
        assert {"config.json", "model.weights.h5"} <= set(archive.namelist())


def test_a_run_without_weights_is_rejected(run: Run, store: RunStore, tmp_path: Path) -> None:
    failed = store.create(run.spec)
    store.record(CancelledEvent(run=failed.id, framework="numpy", reason="x"))
    store.release(failed.id)
    with pytest.raises(JobError, match="no weights to export"):
        export(store.run(failed.id), "numpy", tmp_path / "model.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "error"), [("safetensors", StoreError), ("numpy", JobError)])
def test_damaged_weights_are_not_handed_on(
    run: Run, tmp_path: Path, kind: Kind, error: type[Exception]
) -> None:
    path = run.folder / artifacts.WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(error, match="is damaged"):
        export(run, kind, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_path_that_is_not_writable_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="could not be written") as raised:
        export(run, "safetensors", tmp_path / "file" / "model.safetensors")
    assert raised.value.remedy


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_named(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(DataError, match="lack the permission"):
            export(run, "numpy", tmp_path / "model.npz")
    finally:
        tmp_path.chmod(0o755)


def test_the_former_file_stays_when_a_new_one_cannot_be_made(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_text("precious")
    with pytest.raises(JobError):
        export(replace(run, folder=tmp_path), "numpy", path)
    assert path.read_text() == "precious"


def test_a_format_whose_framework_is_missing_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "version", lambda name: None)
    with pytest.raises(JobError, match="Keras, which is not installed"):
        export(run, "keras", tmp_path / "model.keras")


def test_it_can_be_cancelled(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CancelledByUser):
        export(run, "numpy", tmp_path / "model.npz", is_cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []
