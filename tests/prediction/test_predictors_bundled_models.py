"""The models that really come with the studio, in an empty home without torch or TensorFlow."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from mnist_studio import paths
from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.data.datasets import builtin, sources
from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.data.pictures.normalize import normalize
from mnist_studio.frameworks import registry
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.prediction.export import export
from mnist_studio.prediction.predictors import Predictors
from mnist_studio.prediction.state import Prediction
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import until

SHIPPED = paths.resources() / "models"
ONE = (tuple(InkPoint(100.0, 20.0 + 8 * step) for step in range(20)),)
SEVEN = (
    (
        *(InkPoint(60.0 + 8 * step, 40.0) for step in range(11)),
        *(InkPoint(140.0 - 4 * step, 40.0 + 10 * step) for step in range(1, 13)),
    ),
)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Run, ...]]:
    """The shipped models; afterwards no byte of them and no file beside them has changed."""
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    monkeypatch.delenv(paths.MODELS_VARIABLE)
    before = {path: path.read_bytes() for path in SHIPPED.rglob("*") if path.is_file()}
    with RunStore() as store:
        yield store.runs()
    assert {path: path.read_bytes() for path in SHIPPED.rglob("*") if path.is_file()} == before


def test_the_first_drawings_are_predicted_at_once(runs: tuple[Run, ...], home: Path) -> None:
    answers: list[Prediction] = []
    predictors = Predictors(answers.append, lambda state: None)
    try:
        predictors.load_models(runs)
        for ink, digit in ((ONE, 1), (SEVEN, 7)):
            answers.clear()
            predictors.predict(digit_image(ink))
            until(lambda: len(answers) == len(runs))
            assert {answer.run for answer in answers} == {run.id for run in runs}
            assert {answer.engine for answer in answers} == {"numpy"}
            assert {int(np.argmax(answer.probabilities)) for answer in answers} == {digit}
    finally:
        predictors.close()
    assert not (home / "runs").exists()


def test_they_read_digits_of_another_source(runs: tuple[Run, ...]) -> None:
    digits = builtin.load().test
    with Evaluator("pytorch", threads=1) as evaluator:
        assert evaluator.engine == "numpy"
        for run in runs:
            logits = evaluator.predict(run, digits.images[:200]).logits
            assert accuracy(logits, digits.labels[:200]) > 0.8


def test_numpy_predicts_as_pytorch_did(runs: tuple[Run, ...], shared_mnist: Path) -> None:
    images = sources.load_test("mnist", shared_mnist).images[:100]
    with Evaluator("pytorch", threads=1) as evaluator:
        for run in runs:
            kept = artifacts.load_test_logits(run.folder)[:100]
            found = evaluator.predict(run, images).logits
            np.testing.assert_allclose(found, kept, atol=1e-4 * np.abs(kept).max())


def test_mnist_through_the_rendering_is_predicted_as_before(
    runs: tuple[Run, ...], shared_mnist: Path
) -> None:
    images = sources.load_test("mnist", shared_mnist).images
    again = np.stack([normalize(image) for image in images[:1000]])
    run = next(run for run in runs if run.spec.recipe == "fast-99")
    kept = artifacts.load_test_logits(run.folder)[:1000]
    with Evaluator("pytorch", threads=1) as evaluator:
        found = evaluator.predict(run, again).logits
    # Measured on all 10,000: the mean difference is 0.02 of 255, every answer the same.
    assert np.abs(again.astype(int) - images[:1000]).mean() < 0.1
    assert (found.argmax(axis=1) == kept.argmax(axis=1)).mean() == 1


def test_they_are_exported_like_any_other(runs: tuple[Run, ...], tmp_path: Path) -> None:
    for run in runs:
        weights = artifacts.load_weights(run.folder, run.spec)
        export(run, "numpy", tmp_path / f"{run.id}.npz")
        with np.load(tmp_path / f"{run.id}.npz") as file:
            assert set(file.files) == set(weights)
        export(run, "safetensors", tmp_path / f"{run.id}.safetensors")
        with safe_open(tmp_path / f"{run.id}.safetensors", framework="numpy") as stored:
            assert set(stored.keys()) == set(weights)
            for name, array in weights.items():
                np.testing.assert_array_equal(stored.get_tensor(name), array)
            assert json.loads(stored.metadata()["class_names"]) == list("0123456789")
