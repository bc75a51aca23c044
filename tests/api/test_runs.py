"""Runs of the store in scripts and notebooks."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

import mnist_studio as studio
from mnist_studio.api import runs
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import StoreError, UnknownName, UsageError
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.trained_runs import small


def test_a_run_predicts_evaluates_explains_and_shows_its_curves(run: Run) -> None:
    """One test, since each of these starts a process."""
    (found,) = studio.runs()
    test = studio.dataset("builtin").test
    score = found.evaluate()
    stored = artifacts.load_test_logits(run.folder)
    assert np.allclose(score.predictions.logits, stored, atol=1e-5)
    assert score.accuracy == found.accuracy
    assert score.confusion.sum() == len(test) == len(score.labels)
    assert len(score.wrong) == round((1 - score.accuracy) * len(test))

    one = found.predict(test.images[0])
    assert one.probabilities.shape == (1, 10)
    assert one.probabilities.sum() == pytest.approx(1)
    assert one.names == (found.class_names[int(one.labels[0])],)

    curves = found.curves()
    assert curves.test_accuracy.tolist() == [found.accuracy]
    assert np.isnan(curves.validation_loss).all()
    assert len(curves.batch_loss) == curves.step[-1]
    assert curves.to_pandas().loc[1, "test_accuracy"] == found.accuracy

    why = found.explain(test.images[0], ["attribution", "counterfactual"], target="7")
    assert why.attribution is not None
    assert why.attribution.digit == one.labels[0]
    assert why.counterfactual is not None
    assert why.counterfactual.target == 7
    assert why.nearest is None
    for shown in (one, score, why):
        assert shown._repr_html_().startswith('<div class="mnist-studio">')


def test_what_notebooks_show_of_a_run_has_its_name_and_its_curves(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook of the tutorial draws them."""
    monkeypatch.setattr(runs, "charts_of", lambda run_id, view: f"<svg>{run_id} {view}</svg>")
    with RunStore() as store:
        store.rename(run.id, "<script>")
    shown = studio.run(run.id)._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert f"<svg>{run.id} curves-accuracy</svg>" in shown


def test_runs_are_found_by_filter_and_id(run: Run) -> None:
    assert [each.id for each in studio.runs("recipe:mlp acc>50")] == [run.id]
    assert studio.runs("recipe:cnn") == []
    assert studio.run(run.id[:15]) == studio.run(run.id)
    with pytest.raises(UnknownName, match="no run"):
        studio.run("20000101")


def test_the_ending_of_a_file_decides_its_format(run: Run, tmp_path: Path) -> None:
    for name in ("network.safetensors", "whole.mnistrun"):
        studio.run(run.id).export(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 10_000
    with pytest.raises(UsageError, match="does not show the file format"):
        studio.run(run.id).export(tmp_path / "network.docx")


def test_a_run_without_weights_says_so(store: RunStore) -> None:
    made = store.create(small())
    store.release(made.id)
    store.recover()
    image = builtin.load().test.images[0]
    with pytest.raises(StoreError, match="has no weights"):
        studio.run(made.id).predict(image)


def test_labels_that_a_run_does_not_have_are_refused(run: Run) -> None:
    images = builtin.load().test.images[:2]
    with pytest.raises(UsageError, match="labels up to 11"):
        studio.run(run.id).evaluate((images, np.array([3, 11])))


def test_the_settings_of_a_run_can_be_changed_and_trained(run: Run) -> None:
    settings = studio.run(run.id).settings
    other = msgspec.structs.replace(
        settings, training=msgspec.structs.replace(settings.training, seed=7)
    )
    assert studio.train(other).settings == other
