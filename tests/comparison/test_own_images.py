"""Views of runs on the user's own digits."""

from dataclasses import replace

import msgspec.structs
import numpy as np
import pytest

from mnist_studio.analysis.view import Matrix
from mnist_studio.comparison import own_images
from mnist_studio.comparison.messages import ViewOptions, ViewResult, ViewUnavailable
from mnist_studio.comparison.run_data import NotComparable, RunData
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views.catalog import VIEWS, compute, show_own_images
from mnist_studio.comparison.worker import ViewWorker
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import OwnImage, of_ink
from mnist_studio.errors import DataError
from mnist_studio.store import own_images as own_image_sets
from mnist_studio.store.own_images import OwnImageSet


def written(lean: int) -> OwnImage:
    points = (InkPoint(0.5 + lean / 500, 0.1), InkPoint(0.5 - lean / 500, 0.9))
    return of_ink((points,), 1, float(lean))


def image_set(digits: int = 9) -> OwnImageSet:
    return own_image_sets.freeze([written(lean) for lean in range(digits)])


def trained_on(chosen: Selection, by: OwnImageSet) -> Selection:
    """As if the first run had been trained on own images."""
    first = chosen.runs[0]
    spec = msgspec.structs.replace(first.spec, own_images=by.fingerprint)
    return replace(chosen, runs=(replace(first, spec=spec), *chosen.runs[1:]))


def test_every_view_of_predictions_is_of_them_and_no_other(run_data: RunData) -> None:
    mine = image_set()
    options = ViewOptions(own=mine.fingerprint)
    names = (*(name for name in VIEWS if show_own_images((name,))), "final-accuracy")
    with ViewWorker() as worker:
        found = worker.compute(run_data.selection, names, options)
        again = worker.compute(run_data.selection, ("confusion",), ViewOptions())
    views = {one.view.name: one.view for one in found if isinstance(one, ViewResult)}
    assert views.keys() == set(names)
    for name, view in views.items():
        said = any("9 of your images" in note for note in view.notes)
        assert said == show_own_images((name,))
    (matrix,) = views["confusion"].charts
    assert isinstance(matrix, Matrix)
    counts = np.array(matrix.values, float)
    assert counts.sum() == counts[1].sum() == 9
    (plain,) = again
    assert isinstance(plain, ViewResult)
    assert isinstance(plain.view.charts[0], Matrix)
    assert np.array(plain.view.charts[0].values, float).sum() == 500


def test_images_that_any_run_was_trained_on_are_left_out(run_data: RunData) -> None:
    mine = image_set()
    chosen = trained_on(run_data.selection, own_image_sets.freeze([written(n) for n in range(4)]))
    own_images.predict(chosen, mine.fingerprint, lambda: False)
    view = compute("confusion", RunData(chosen), ViewOptions(own=mine.fingerprint))
    assert any("5 of your images" in note and "4 were left out" in note for note in view.notes)
    everything = trained_on(run_data.selection, mine)
    with pytest.raises(NotComparable, match="trained on all of your images"):
        compute("confusion", RunData(everything), ViewOptions(own=mine.fingerprint))


def test_missing_images_and_predictions_are_reported(run_data: RunData) -> None:
    with pytest.raises(DataError, match="not on this computer"):
        compute("confusion", run_data, ViewOptions(own="0" * 32))
    with pytest.raises(NotComparable):
        compute("confusion", run_data, ViewOptions(own=image_set().fingerprint))
    with ViewWorker() as worker:
        chosen = replace(run_data.selection, runs=run_data.selection.runs[:1])
        (answer,) = worker.compute(
            chosen, ("disagreements",), ViewOptions(own=image_set().fingerprint)
        )
    assert isinstance(answer, ViewUnavailable)
