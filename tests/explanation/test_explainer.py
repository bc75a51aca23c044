import dataclasses
import os
import signal
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.analysis.counterfactual import Counterfactual
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import CancelledByUser, JobError
from mnist_studio.explanation.explainer import Explainer, ExplanationUpdate, PartResult
from mnist_studio.explanation.messages import Options, Part, PartProgress, PartUnavailable
from mnist_studio.explanation.parts import PARTS, Layers, Nearest
from mnist_studio.explanation.trace import Trace
from mnist_studio.frameworks import registry
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.spec.run import FrameworkName
from mnist_studio.store.artifacts import FEATURES, WEIGHTS
from mnist_studio.store.rows import Run

DIGITS = builtin.load()
IMAGE = DIGITS.train.images[17]
T = TypeVar("T")


def explain(
    run: Run, parts: Sequence[Part], options: Options | None = None, image: np.ndarray = IMAGE
) -> list[ExplanationUpdate]:
    with Explainer() as explainer:
        return list(explainer.explain(run, image, parts, options))


def value(found: list[ExplanationUpdate], kind: type[T]) -> T:
    (one,) = (v.value for v in found if isinstance(v, PartResult) and isinstance(v.value, kind))
    assert isinstance(one, kind)
    return one


def test_every_part_arrives_in_order(trained: Run) -> None:
    found = explain(trained, tuple(PARTS), Options(train=True, target_label=3))
    parts = [one for one in found if isinstance(one, PartResult)]
    assert [one.part for one in parts] == list(PARTS)
    assert {one.engine for one in parts} == {"numpy"}
    model = open_model(registry.load("numpy"), model_ref(trained))
    logits = model.logits(IMAGE[None])[0]

    layers = value(found, Layers).layers
    assert [layer.name for layer in layers] == ["flatten1", "dense1", "relu1", "dense2"]
    np.testing.assert_allclose(layers[-1].output, logits, rtol=1e-5)
    assert [None if one.kernel is None else one.kernel.shape for one in layers] == [
        None, (784, 128), None, (128, 10),
    ]  # fmt: skip

    attribution = value(found, Attribution)
    assert attribution.digit == logits.argmax()
    assert attribution.logit == pytest.approx(logits.max(), rel=1e-5)
    assert attribution.completeness_error < 0.1

    change = value(found, Counterfactual)
    assert change.found
    assert model.logits(change.after[None]).argmax() == change.target

    traced = value(found, Trace).network
    np.testing.assert_allclose(traced.logits, logits, rtol=1e-5)
    assert traced.step is not None
    assert traced.step.label == 3


def test_a_training_image_is_nearest_to_itself_and_features_are_cached(trained: Run) -> None:
    (trained.folder / FEATURES).unlink(missing_ok=True)
    found = explain(trained, ["nearest"])
    fractions = [one.fraction for one in found if isinstance(one, PartProgress)]
    assert fractions == sorted(fractions)
    assert len(fractions) > 3
    nearest = value(found, Nearest)
    assert (nearest.layer, nearest.count) == ("relu1", len(DIGITS.train))
    assert nearest.neighbors[0].index == 17
    np.testing.assert_array_equal(nearest.images[0], IMAGE)
    assert (trained.folder / FEATURES).is_file()

    again = explain(trained, ["nearest"], Options(metric="cosine"))
    assert not [one for one in again if isinstance(one, PartProgress)]
    assert value(again, Nearest).neighbors[0].index == 17


def test_damaged_features_are_computed_again(trained: Run) -> None:
    (trained.folder / FEATURES).write_bytes(b"no features")
    assert value(explain(trained, ["nearest"]), Nearest).neighbors[0].index == 17
    assert (trained.folder / FEATURES).stat().st_size > 1000


def test_the_newest_request_counts(trained: Run) -> None:
    with Explainer() as explainer:
        left = explainer.explain(trained, IMAGE, ["attribution", "layers"])
        next(left)
        found = list(explainer.explain(trained, DIGITS.train.images[3], ["layers"]))
    assert [type(one) for one in found] == [PartResult]
    model = open_model(registry.load("numpy"), model_ref(trained))
    expected = model.logits(DIGITS.train.images[3][None])[0]
    np.testing.assert_allclose(value(found, Layers).layers[-1].output, expected, rtol=1e-5)


def test_a_cancelled_request_leaves_the_process_alive(trained: Run) -> None:
    with Explainer() as explainer:
        list(explainer.explain(trained, IMAGE, ["layers"]))
        child = explainer.pid
        with pytest.raises(CancelledByUser):
            list(explainer.explain(trained, IMAGE, tuple(PARTS), is_cancelled=lambda: True))
        assert list(explainer.explain(trained, IMAGE, ["layers"]))
        assert explainer.pid == child


def test_a_process_that_died_is_reported_and_replaced(trained: Run) -> None:
    with Explainer() as explainer:
        list(explainer.explain(trained, IMAGE, ["layers"]))
        assert explainer.pid is not None
        os.kill(explainer.pid, signal.SIGKILL)
        with pytest.raises(JobError, match="ended unexpectedly"):
            list(explainer.explain(trained, IMAGE, ["layers"]))
        assert list(explainer.explain(trained, IMAGE, ["layers"]))


def test_a_run_without_weights_gives_a_reason(trained: Run) -> None:
    (found,) = explain(dataclasses.replace(trained, folder=trained.folder / "gone"), ["layers"])
    assert isinstance(found, PartUnavailable)
    assert WEIGHTS in found.problem


def test_numpy_replaces_a_missing_framework(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: versions(n) if n == "numpy" else None)
    by_keras = dataclasses.replace(trained, spec=replace(trained.spec, framework="keras"))
    (found,) = explain(by_keras, ["trace"])
    assert isinstance(found, PartResult)
    assert found.engine == "numpy"
    assert value([found], Trace).notes[0].startswith("Keras trained this model")


@pytest.mark.parametrize("framework", ["pytorch", "keras"])
def test_all_frameworks_explain_alike(trained: Run, framework: FrameworkName) -> None:
    if registry.version(framework) is None:
        pytest.skip(f"{framework} is not here")
    parts: tuple[Part, ...] = ("attribution", "layers", "nearest", "counterfactual")
    here = explain(trained, parts)
    there = explain(
        dataclasses.replace(trained, spec=replace(trained.spec, framework=framework)), parts
    )
    assert {one.engine for one in there if isinstance(one, PartResult)} == {framework}
    ours, theirs = value(here, Attribution), value(there, Attribution)
    assert ours.digit == theirs.digit
    np.testing.assert_allclose(theirs.saliency, ours.saliency, atol=1e-4 * _largest(ours.saliency))
    np.testing.assert_allclose(
        theirs.integrated, ours.integrated, atol=1e-3 * _largest(ours.integrated)
    )
    for mine, other in zip(value(here, Layers).layers, value(there, Layers).layers, strict=True):
        np.testing.assert_allclose(other.output, mine.output, atol=1e-5 * _largest(mine.output))
    near, also = value(here, Nearest).neighbors, value(there, Nearest).neighbors
    assert [one.index for one in near] == [one.index for one in also]
    changes = value(here, Counterfactual), value(there, Counterfactual)
    assert changes[0].target == changes[1].target
    assert changes[1].found
    assert np.abs(changes[0].change - changes[1].change).max() <= 2


def _largest(array: np.ndarray) -> float:
    return float(np.abs(array).max())
