"""Charts as pictures."""

import io
import re
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from mnist_studio.analysis.view import (
    AxisSpec,
    Bar,
    Bars,
    Chart,
    Line,
    Lines,
    Matrix,
    Parallel,
    ParallelAxis,
    ParallelLine,
    Points,
    ValuePoint,
)
from mnist_studio.comparison.report import charts
from mnist_studio.comparison.report.charts import Kind
from mnist_studio.comparison.report.html_view import inline
from mnist_studio.comparison.report.marks import marks
from mnist_studio.palette import LIGHT

NAN = float("nan")
MARKS = marks({"a": ("numpy", "a"), "b": ("keras", "b"), "c": ("numpy", "c")})
AXIS = AxisSpec("Epoch", "count")
LINES = Lines(
    AXIS,
    AxisSpec("Accuracy $x_", "fraction"),
    (
        Line("a", "_first", (1, 2, 3), (0.8, NAN, 0.95), (0.7, NAN, 0.9), (0.9, NAN, 1.0)),
        Line("b", "$second$", (1, 2), (0.7, 0.8), thin=True),
    ),
)
LOG = Lines(AXIS, AxisSpec("Loss", log=True), (Line("a", "loss", (1, 2, 3), (1.0, 0.1, 0.0)),))
DOTS = Bars(
    AxisSpec("Accuracy", "fraction"), (Bar("a", "a", 0.98, 0.97, 0.99), Bar("b", "b", None))
)
GROUPED = Bars(
    AxisSpec("Training", "seconds"),
    (Bar("a", "a" * 200, 3.0, group="32"), Bar("c", "c", NAN, group="64")),
)
STACKED = Bars(
    AxisSpec("Wall time", "seconds"),
    (Bar("a", "Start", 1.0, group="run"), Bar("a", "Train", 2.0, group="run")),
    stacked=True,
)
POINTS = Points(AxisSpec("Parameters", "count", log=True), AXIS, (ValuePoint("a", "a", 1e5, 0.9),))
MATRIX = Matrix("", "It is", "Answer", ("0", "1"), ("0", "1"), ((9.0, 1.0), (None, 0.0)))
EMPTY = Bars(AxisSpec("Nothing", "seconds"), ())
ALL = (LINES, LOG, DOTS, GROUPED, STACKED, POINTS, MATRIX, EMPTY)


@pytest.mark.parametrize("chart", ALL)
def test_every_chart_is_a_picture_of_every_kind(chart: Chart) -> None:
    png = charts.picture(chart, MARKS, "png", "A title")
    with Image.open(io.BytesIO(png)) as picture:
        wide, high = picture.size
        assert wide == round(charts.WIDTH * charts.PIXELS_PER_INCH)
        assert high == pytest.approx(charts.height(chart) * charts.PIXELS_PER_INCH, abs=1)
        assert len(picture.convert("L").getcolors() or ()) > 10  # Not an empty page.
    assert ET.fromstring(charts.picture(chart, MARKS, "svg")).tag.endswith("svg")
    assert charts.picture(chart, MARKS, "pdf").startswith(b"%PDF")


def test_a_name_of_two_lines_has_room_in_a_chart_of_parts() -> None:
    short = Bars(STACKED.value, (Bar("a", "Start", 1.0, group="run"),), stacked=True)
    long = Bars(STACKED.value, (Bar("a", "Start", 1.0, group="a long name " * 9),), stacked=True)
    assert charts.height(long) - charts.height(short) > 0.1


def test_names_of_many_axes_are_upward_where_they_would_overlap() -> None:
    def drawn(count: int) -> tuple[float, str]:
        axis = [ParallelAxis(f"Strength of augmentation {n}", "") for n in range(count)]
        values = (0.5,) * count
        chart = Parallel(tuple(axis), (ParallelLine("a", "a", values),))
        return charts.height(chart), charts.picture(chart, MARKS, "svg").decode()

    (low, wide), (high, crowded) = drawn(3), drawn(9)
    assert "rotate" not in wide
    assert crowded.count("rotate") == 9
    assert high > low + 1


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_chart_gives_the_same_bytes(kind: Kind) -> None:
    assert charts.picture(LINES, MARKS, kind) == charts.picture(LINES, MARKS, kind)


def test_frameworks_have_their_color_and_dash() -> None:
    svg = charts.picture(LINES, MARKS, "svg").decode().upper()
    assert LIGHT.numpy in svg
    assert LIGHT.keras in svg
    assert "STROKE-DASHARRAY" in svg
    assert MARKS["a"].color == LIGHT.numpy
    assert MARKS["a"].color != MARKS["c"].color
    assert MARKS["a"].symbol != MARKS["c"].symbol


def test_parts_of_a_page_do_not_share_ids() -> None:
    svg = charts.picture(STACKED, MARKS, "svg")
    one, other = inline(svg, "p1"), inline(svg, "p2")
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', one))
    assert used <= ids[0]
    assert one.startswith("<svg class=")
