"""Scales, ticks at round values, and frames."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_studio.analysis.network_picture import Box
from mnist_studio.analysis.view import AxisSpec
from mnist_studio.comparison.report.drawing import axes, fonts
from mnist_studio.comparison.report.drawing.axes import Label, Scale, Sizes
from mnist_studio.comparison.report.drawing.shapes import Text

PLAIN, COUNT, LOG = AxisSpec("Loss"), AxisSpec("Epoch", "count"), AxisSpec("Loss", log=True)
SHARE = AxisSpec("Accuracy", "fraction", low=0.5)
SIZES = Sizes(ticks=8, labels=9)


def test_ticks_are_round_and_few() -> None:
    assert axes.ticks(Scale(0, 1), PLAIN, 5) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert axes.ticks(Scale(0.9, 2.1), COUNT, 9) == [1, 2]
    assert axes.ticks(Scale(0.002, 2, log=True), LOG, 4) == pytest.approx([0.01, 0.1, 1])
    assert axes.ticks(Scale(0.3, 0.8, log=True), LOG, 9) == pytest.approx([0.3, 0.5, 0.7])
    # Within one step of the labels of a decade, values are as on a linear scale.
    assert len(axes.ticks(Scale(10.1, 10.4, log=True), LOG, 4)) >= 2
    assert [axes.tick_text(value, SHARE) for value in (0.905, 1)] == ["90.5 %", "100 %"]
    assert axes.tick_text(2e6, AxisSpec("Memory", "bytes")) == "2"
    assert axes.tick_text(12000, COUNT) == "12,000"


@given(st.floats(1e-9, 1e9), st.floats(1e-6, 1e6), st.integers(1, 9), st.booleans())
def test_ticks_are_within_the_scale_and_ascend(
    low: float, range_: float, most: int, log: bool
) -> None:
    scale = Scale(low, low * (1 + range_), log)
    found = axes.ticks(scale, PLAIN, most)
    rest = 1e-6
    assert all(-rest <= scale.share(value) <= 1 + rest for value in found)
    assert found == sorted(set(found))
    assert len(found) <= most + 1


def test_a_scale_has_room_around_its_values() -> None:
    assert axes.scale([1, 2], log=False, margin=0.1) == Scale(0.9, 2.1)
    assert axes.scale([1, 4, float("nan")], log=False, zero=True) == Scale(0, 4.2)
    assert axes.scale([-1, -4], log=False, zero=True).high == 0
    log = axes.scale([0.0, 1, 100], log=True)
    assert log.low < 1 < 100 < log.high
    assert log.share(10) == pytest.approx(0.5)
    assert not log.has(0)
    for values in ([], [3.0], [0.0]):
        for is_log in (False, True):
            found = axes.scale(values, is_log)
            assert found.low < found.high


def test_labels_are_within_the_box_and_do_not_touch() -> None:
    box = Box(10, 20, 200, 120)
    long = axes.names([Label(0, "a long name of a model"), Label(1, "b\nc")], Scale(1.5, -0.5))
    numbers = axes.numbers(AxisSpec("Parameters", "count"), Scale(0, 1.1e6), 8)
    frame, shapes = axes.frame(box, numbers, long, SIZES)
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    assert {"a long name of a model", "b", "c", "0", "Parameters"} <= {one.text for one in texts}
    for text in texts:
        back = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor]
        width = fonts.width(text.text, text.size, text.face)
        assert box.left <= text.x - back * width
        assert text.x + (1 - back) * width <= box.right + 0.01
        assert box.top <= text.baseline <= box.bottom
    labels = [one for one in texts if one.anchor == "middle" and one.text != "Parameters"]
    ends = [(one.x, fonts.width(one.text, 8) / 2) for one in labels]
    assert all(x + half < x2 - half2 for (x, half), (x2, half2) in pairwise(ends))
    assert frame.at(0, -0.5) == pytest.approx((frame.area.left, frame.area.top))
    assert frame.at(1.1e6, 1.5) == pytest.approx((frame.area.right, frame.area.bottom))
