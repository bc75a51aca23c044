"""Symbols, patterns, and legends."""

import pytest

from mnist_studio.analysis.network_picture import Box
from mnist_studio.comparison.report.drawing import fonts, symbols
from mnist_studio.comparison.report.drawing.shapes import Area, Clip, Disc, Text
from mnist_studio.comparison.report.drawing.symbols import Entry
from mnist_studio.comparison.report.marks import PrintMark
from mnist_studio.palette import LIGHT, PARTS, SYMBOLS

MARK = PrintMark("#123456", (), "o", 2.0)


@pytest.mark.parametrize("kind", SYMBOLS)
def test_symbols_are_centered_and_have_their_size(kind: str) -> None:
    shapes = list(symbols.symbol(kind, (10, 20), 6, "#123456"))
    points = [point for shape in shapes if not isinstance(shape, Disc) for point in shape.points]  # type: ignore[union-attr]
    for shape in shapes:
        if isinstance(shape, Disc):
            points += [(shape.center[0] + far, shape.center[1]) for far in (-3, 3)]
    xs = [x for x, _ in points]
    assert min(xs) + max(xs) == pytest.approx(20)
    assert 5 < max(xs) - min(xs) < 9
    assert all(shape.color == "#123456" for shape in shapes)  # type: ignore[union-attr]


def test_a_hollow_symbol_has_a_border_and_a_star_too() -> None:
    (disc,) = symbols.symbol("o", (0, 0), 6, "#123456", hollow=True)
    assert isinstance(disc, Disc)
    assert (disc.color, disc.border) == (LIGHT.panel, "#123456")
    assert len(symbols.star((0, 0), "#123456").points) == 10


@pytest.mark.parametrize(("color", "pattern"), PARTS)
def test_parts_of_a_whole_have_their_color_and_pattern(color: str, pattern: str) -> None:
    first, *others = symbols.patterned(Box(0, 0, 30, 10), color, pattern)
    assert isinstance(first, Area)
    assert first.color == color
    assert [isinstance(one, Clip) and len(one.shapes) > 5 for one in others] == [True] * bool(
        pattern
    )


def test_a_legend_has_as_many_columns_as_fit() -> None:
    titles = [f"Model {number} with a long name" for number in range(5)]
    entries = [Entry(title, MARK.color, MARK) for title in titles]
    heights = [symbols.legend_height(titles, width) for width in (100, 400, 2000)]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3
    texts = [one for one in symbols.legend(entries, Box(5, 7, 400, 99)) if isinstance(one, Text)]
    assert [one.text for one in texts] == titles
    assert all(one.x + fonts.width(one.text, one.size) <= 405 for one in texts)
    assert max(one.baseline for one in texts) < 7 + heights[1]
    assert symbols.legend_height([], 400) == 0
    assert not list(symbols.legend([], Box(0, 0, 1, 1)))
