"""Map, ablation, and images of a unit, for a network that really has learned."""

import numpy as np
import pytest

from mnist_studio.analysis import tsne
from mnist_studio.analysis.ablation import ablated
from mnist_studio.analysis.projection import principal_axes, projected
from mnist_studio.analysis.tsne import Embedding
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import JobError
from mnist_studio.explanation import tsne_maps
from mnist_studio.explanation.explained_model import ExplainedModel
from mnist_studio.explanation.messages import Options
from mnist_studio.explanation.tsne_maps import TsneMaps
from mnist_studio.explanation.understanding import INPUT, Understanding
from mnist_studio.frameworks.base import Array
from mnist_studio.prediction.messages import model_ref
from mnist_studio.store.rows import Run
from mnist_studio.workers.task import ignore, never

TEST = builtin.load().test
IMAGE = TEST.images[3]


@pytest.fixture
def known(trained: Run) -> Understanding:
    return Understanding(ExplainedModel("numpy", model_ref(trained), ""))


def test_a_test_image_lands_on_its_own_point(known: Understanding) -> None:
    for layer in ("", INPUT, "dense2"):
        found = known.image_map(IMAGE, Options(layer=layer), ignore, never)
        assert found is not None
        assert found.layer == (layer or "relu1")
        assert len(found.points) == len(found.labels) == len(found.images) == len(TEST)
        np.testing.assert_allclose(found.drawing, found.points[3], atol=1e-4)
        assert found.prediction == found.predictions[3]
        assert 0 < found.explained < 1
        assert [one.name for one in found.layers][:2] == [INPUT, "flatten1"]


def test_a_t_sne_map_comes_from_the_library_or_says_why_not(
    known: Understanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compute(vectors: Array) -> Embedding:
        axes = principal_axes(vectors, 50)
        reduced = projected(axes, vectors).astype(np.float32)
        return Embedding(axes, reduced, reduced[:, 2:4])

    def fail(vectors: Array) -> Embedding:
        raise JobError("t-SNE is broken.", "Install it.")

    monkeypatch.setattr(tsne_maps, "shared", lambda: TsneMaps(compute))
    found = known.image_map(IMAGE, Options(map_method="tsne"), ignore, never)
    assert found is not None
    assert (found.method, found.missing, found.explained) == ("tsne", "", 0)
    np.testing.assert_allclose(found.drawing, found.points[3], atol=1e-3)
    monkeypatch.setattr(tsne_maps, "shared", lambda: TsneMaps(fail))
    broken = known.image_map(IMAGE, Options(layer=INPUT, map_method="tsne"), ignore, never)
    assert broken is not None
    assert (broken.method, broken.missing) == ("pca", "t-SNE is broken. Install it.")
    monkeypatch.setattr(tsne, "find_spec", lambda _: None)
    without = Understanding(known._model).image_map(
        IMAGE, Options(map_method="tsne"), ignore, never
    )
    assert without is not None
    assert (without.method, without.missing) == ("pca", tsne.missing())


def test_a_network_without_its_hidden_layer_only_has_its_last_bias(known: Understanding) -> None:
    learner, weights = known._model.learner, known._model.weights
    before = learner.logits(IMAGE[None])
    found = known.ablation(IMAGE, Options(layer="dense1"), ignore, never)
    assert found is not None
    predicted = weights["dense2.bias"].argmax()
    assert found.after == pytest.approx(float((TEST.labels == predicted).mean()))
    assert found.before > found.after
    assert found.drawing_after.argmax() == predicted
    assert found.count == len(TEST)
    # The network is whole again.
    np.testing.assert_array_equal(learner.logits(IMAGE[None]), before)


def test_a_unit_and_noise_change_the_network_as_their_weights_do(known: Understanding) -> None:
    learner, weights = known._model.learner, known._model.weights
    found = known.ablation(IMAGE, Options(layer="dense1", unit=5), ignore, never)
    assert found is not None
    learner.load_weights(ablated(weights, "dense1", 5))
    expected = (learner.logits(TEST.images).argmax(axis=1) == TEST.labels).mean()
    learner.load_weights(weights)
    assert found.after == pytest.approx(float(expected))
    assert found.drawing_after.sum() == pytest.approx(1)
    noise = known.ablation(IMAGE, Options(noise=3.0), ignore, never)
    assert noise is not None
    assert noise.after < noise.before
    plain = known.ablation(IMAGE, Options(), ignore, never)
    assert plain is not None
    assert plain.after == plain.before
    # Those of another network.
    other = known.ablation(IMAGE, Options(layer="conv9", unit=500), ignore, never)
    assert other is not None
    assert (other.layer, other.unit, other.after) == ("", -1, other.before)


def test_the_images_of_a_unit_are_those_with_the_largest_output(known: Understanding) -> None:
    found = known.unit_images(IMAGE, Options(layer="dense2", unit=3), ignore, never)
    assert found is not None
    outputs = known._model.learner.logits(TEST.images)[:, 3]
    assert found.indices.tolist() == np.argsort(-outputs, kind="stable")[:12].tolist()
    np.testing.assert_allclose(found.activations, np.sort(outputs)[::-1][:12], rtol=1e-5)
    assert found.drawing == pytest.approx(float(outputs[3]), rel=1e-5)
    assert (found.labels == 3).mean() > 0.5
    first = known.unit_images(IMAGE, Options(), ignore, never)
    assert first is not None
    assert (first.layer, first.unit) == ("relu1", 0)


def test_a_cancelled_question_has_no_answer(known: Understanding) -> None:
    def cancelled() -> bool:
        return True

    assert known.image_map(IMAGE, Options(), ignore, cancelled) is None
    assert known.ablation(IMAGE, Options(), ignore, cancelled) is None
    assert known.unit_images(IMAGE, Options(), ignore, cancelled) is None
