"""Networks as ONNX files, and back: in this process, because neither TensorFlow nor torch is."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.testing import assert_array_equal

from mnist_studio.errors import JobError
from mnist_studio.events import Stopped
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction import onnx_export
from mnist_studio.prediction.export import export
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.prediction.onnx_export import OnnxCheck, OnnxRequest
from mnist_studio.spec.model import RAW, ModelSpec, weight_shapes
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.task import Context
from tests.random_networks import FEW, tried_networks, valid_network
from tests.store.made_runs import weights_of

onnx_model = pytest.importorskip("mnist_studio.prediction.onnx_model")


def written(folder: Path, spec: RunSpec, weights: dict[str, Array]) -> tuple[Path, OnnxCheck]:
    """The ONNX file of a network, and how it was checked against NumPy from scratch."""
    spec = replace(spec, dataset="builtin", framework="numpy", device="cpu")
    artifacts.save_weights(folder, weights)
    path = folder / "model.onnx"
    request = OnnxRequest(ModelRef(str(folder), spec, 1), str(path), {"recipe": spec.recipe}, False)
    return path, onnx_export.write_onnx(request, Context())


def test_recipes_come_back_with_the_same_weights_and_logits(tmp_path: Path) -> None:
    for name, recipe in RECIPES.items():
        spec = run_spec(recipe)
        if name not in tried_networks():
            continue
        folder = tmp_path / name
        folder.mkdir()
        weights = weights_of(spec)
        path, check = written(folder, spec, weights)
        assert check.difference <= onnx_export.TOLERANCE
        found = dict(onnx_model.initializers(path))
        for each, array in weights.items():
            stored = found[each].transpose(2, 3, 1, 0) if array.ndim == 4 else found[each]
            assert_array_equal(stored, array)
        assert onnx_model.properties(path) == {"recipe": spec.recipe}


@pytest.mark.parametrize("number", range(FEW))
def test_random_networks_compute_the_same(tmp_path: Path, number: int) -> None:
    spec = replace(run_spec(RECIPES["tiny-10"]), model=valid_network(number))
    _, check = written(tmp_path, spec, weights_of(spec))
    assert check.difference <= onnx_export.TOLERANCE


def test_the_reference_evaluator_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_model, "engine", lambda: "ONNX's reference evaluator")
    monkeypatch.setattr(onnx_model, "MOST_BY_REFERENCE", 5)
    spec = replace(run_spec(RECIPES["tiny-10"]), model=valid_network(1))
    _, check = written(tmp_path, spec, weights_of(spec))
    assert check.images == 5
    assert check.difference <= onnx_export.TOLERANCE


def test_any_scaling_and_number_of_classes_is_inside(tmp_path: Path) -> None:
    plain = run_spec(RECIPES["tiny-10"], tuple("abcde"))
    spec = replace(plain, model=ModelSpec(plain.model.layers, RAW))
    weights = {
        name: np.full(shape, 0.01, np.float32) for name, shape in weight_shapes(spec.model).items()
    }
    path, check = written(tmp_path, spec, weights)
    assert check.difference <= onnx_export.TOLERANCE
    assert onnx_model.logits(path, np.zeros((3, 28, 28), np.uint8)).shape == (3, 5)


def test_a_file_that_computes_something_else_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_model, "logits", lambda path, images: np.zeros((len(images), 10)))
    spec = run_spec(RECIPES["tiny-10"])
    with pytest.raises(JobError, match="does not compute what the network does"):
        written(tmp_path, spec, weights_of(spec))


def test_a_run_is_exported_with_its_facts_and_checked(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    checked = export(run, "onnx", path)
    assert "against the stored test logits" in checked
    facts = onnx_model.properties(path)
    assert facts["dataset"] == "builtin"
    assert facts["class_names"] == '["0","1","2","3","4","5","6","7","8","9"]'
    assert facts["recipe"] == "mlp-128"
    assert run.ended is not None
    assert float(facts["test_accuracy"]) == run.ended.test_accuracy


def test_weights_without_their_own_logits_are_compared_with_numpy(
    run: Run, store: RunStore, tmp_path: Path
) -> None:
    assert onnx_export.request_of(run, tmp_path).logits_fit
    ended = run.ended
    assert ended is not None
    stopped = Stopped(
        run=run.id, framework="numpy", epochs=0, step=1, test_accuracy=None, test_loss=None,
        seconds={}, device="cpu",
    )  # fmt: skip
    early = dataclasses.replace(run, status="stopped", terminal=stopped)
    assert not onnx_export.request_of(early, tmp_path).logits_fit


def test_a_missing_package_is_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None)
    with pytest.raises(JobError, match="package onnx") as caught:
        export(run, "onnx", tmp_path / "model.onnx")
    assert "mnist-studio[onnx]" in caught.value.remedy
