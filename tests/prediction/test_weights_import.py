"""Weights that were exported come back as a run that predicts the same."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.testing import assert_allclose

from mnist_studio.errors import JobError, MnistStudioError, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.prediction.export import Kind, export
from mnist_studio.prediction.weights_import import import_weights
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("onnx", ".onnx"), ("numpy", ".npz"), ("safetensors", ".safetensors"), ("pytorch", ".pt"),
    ],
)  # fmt: skip
def test_exported_weights_come_back_as_a_run(
    run: Run, tmp_path: Path, kind: Kind, suffix: str
) -> None:
    if kind == "pytorch" and registry.missing("pytorch"):
        pytest.skip("PyTorch is not here")
    path = tmp_path / f"model{suffix}"
    export(run, kind, path)
    done = import_weights(path, replace(run.spec, framework="pytorch"))
    assert run.ended is not None
    assert done.accuracy == pytest.approx(run.ended.test_accuracy)
    with RunStore() as store:
        imported = store.run(done.run)
    assert imported.state == "Imported"
    assert done.assumptions[-1] == "Its class names are those of built-in digits."
    assert imported.trained
    assert imported.tested == imported.terminal
    assert imported.ended is not None
    assert imported.ended.test_accuracy == done.accuracy
    expected = artifacts.load_weights(run.folder, run.spec)
    for name, array in artifacts.load_weights(imported.folder, imported.spec).items():
        np.testing.assert_array_equal(array, expected[name])
    assert_allclose(
        artifacts.load_test_logits(imported.folder),
        artifacts.load_test_logits(run.folder),
        atol=1e-4,
    )


def test_weights_of_another_network_leave_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    export(run, "numpy", path)
    tiny = replace(run_spec(RECIPES["tiny-10"]), dataset="builtin")
    with pytest.raises(JobError, match="needs 784×10"):
        import_weights(path, tiny)
    with pytest.raises(UsageError, match="not a file of weights"):
        import_weights(tmp_path / "model.h5", tiny)
    with pytest.raises(MnistStudioError, match="does not exist"):
        import_weights(tmp_path / "none.npz", tiny)
    with RunStore() as store:
        assert [one.id for one in store.runs() if not one.bundled] == [run.id]


def test_other_class_names_are_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    letters = replace(run.spec, class_names=tuple("abcdefghij"))
    export(dataclasses.replace(run, spec=letters), "numpy", path)
    (said,) = import_weights(path, run.spec).assumptions
    assert said == (
        "The file names other classes than built-in digits: a, b, c, d, e, f, g, h, i, and j."
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b'{"class_names": 3}'
    assert import_weights(path, run.spec).assumptions == ()
