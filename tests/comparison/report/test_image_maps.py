"""Maps of test images in reports."""

import shutil
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mnist_studio.analysis.network_picture import Box
from mnist_studio.comparison.report import map_pictures
from mnist_studio.comparison.report.drawing.shapes import Disc, Stroke, Text
from mnist_studio.comparison.report.image_maps import NOTHING_TRAINED, ReportMap, image_maps
from mnist_studio.comparison.run_data import RunData
from mnist_studio.data.datasets import sources


def test_each_network_has_a_map_of_its_most_accurate_run(run_data: RunData) -> None:
    found = image_maps(run_data)
    assert found.notes == ()
    best: dict[object, tuple[str, float]] = {}
    for run in run_data.runs:
        assert run.ended is not None
        assert run.ended.test_accuracy is not None
        if run.ended.test_accuracy > best.get(run.spec.model, ("", 0.0))[1]:
            best[run.spec.model] = run_data.titles[run.id], run.ended.test_accuracy
    assert [shown.title for shown in found.maps] == [title for title, _ in best.values()]
    test = sources.load_test("builtin")
    for shown, (_, accuracy) in zip(found.maps, best.values(), strict=True):
        assert shown.points.shape == (len(test), 2)
        assert shown.labels.tolist() == test.labels.tolist()
        # The rings are the errors that the run itself had with its test set.
        assert 1 - shown.wrong.mean() == pytest.approx(accuracy)
        assert "Rings:" in shown.caption


def test_a_run_of_another_framework_has_the_map_of_its_weights(run_data: RunData) -> None:
    first = run_data.runs[0]
    other = replace(first, spec=msgspec.structs.replace(first.spec, framework="pytorch"))
    maps = [
        image_maps(RunData(replace(run_data.selection, runs=(run,)))).maps[0]
        for run in (first, other)
    ]
    np.testing.assert_array_equal(maps[0].points, maps[1].points)


def test_a_report_says_which_map_is_missing(run_data: RunData) -> None:
    lost = run_data.runs[0]
    one = replace(run_data.selection, runs=(lost,))
    shutil.rmtree(lost.folder)
    found = image_maps(RunData(one))
    assert found.maps == ()
    (note,) = found.notes
    assert note.startswith(f"There is no map of {lost.name}: ")
    unfinished = replace(lost, status="failed", terminal=None)
    assert image_maps(RunData(replace(one, runs=(unfinished,)))).notes == (NOTHING_TRAINED,)


def test_marks_are_names_of_classes_and_rings_are_errors() -> None:
    shown = ReportMap(
        "a",
        "b",
        np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 0.5]]),
        np.array([0, 1, 2, 2], np.uint8),
        np.array([False, True, False, True]),
        # A usual name, nothing to draw, and a name that is too long.
        ("$x", " ", "letter"),
    )
    shapes = list(map_pictures.paint(shown, Box(0, 0, 100, 60)))
    assert [one.text for one in shapes if isinstance(one, Text)] == ["$x", "let", "let"]
    assert sum(isinstance(one, Disc) for one in shapes) == 1
    rings = [one for one in shapes if isinstance(one, Stroke)]
    centers = [np.mean(ring.points[:-1], axis=0).tolist() for ring in rings]
    # The plane is three wide and one high, and its y axis grows upward.
    np.testing.assert_allclose(centers, [[36.0, 16.0], [92.0, 30.0]], atol=1e-9)
    assert map_pictures.picture(shown, "png").startswith(b"\x89PNG")
