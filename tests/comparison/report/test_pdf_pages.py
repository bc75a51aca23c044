"""Pages of a PDF: what shares a row, and how wide lines are."""

import pytest
from PIL import ImageFont

from mnist_studio.analysis.view import AxisSpec, Bar, Bars, Line, Lines, Matrix
from mnist_studio.comparison.report.drawing import fonts, system_fonts
from mnist_studio.comparison.report.pdf_pages import INNER, Pages, in_a_row, wrapped

CURVES = Lines(
    AxisSpec("Epoch"), AxisSpec("Loss"),
    tuple(Line(key, key, (1, 2, 3), (0.5, 0.4, 0.3)) for key in "npk"),
)  # fmt: skip
CONFUSION = Matrix("n", "True", "Predicted", ("0", "1"), ("0", "1"), ((9.0, 1.0), (0.0, 9.0)))
WIDE = Matrix("", "Run", "F1", ("a",), tuple("0123456789"), ((0.5,) * 10,), "fraction")
BARS = Bars(AxisSpec("Time", "seconds"), (Bar("n", "n", 1.0),))


def test_charts_that_are_readable_when_small_share_a_row() -> None:
    assert in_a_row([CURVES] * 2) == 2
    assert in_a_row([CURVES] * 3) == in_a_row([CONFUSION] * 3) == 3
    assert in_a_row([CURVES] * 7) == 4
    assert in_a_row([CURVES]) == in_a_row([CURVES, BARS]) == in_a_row([WIDE] * 3) == 1


def test_lines_are_as_wide_as_the_page_and_not_wider() -> None:
    text = "MLP 128 in NumPy, Keras, and PyTorch: WWW MMM. " * 12
    lines = wrapped(text, 9, "bold", "• ", "   ")
    # As Pillow measures them, without narrower pairs of letters.
    font = ImageFont.truetype(fonts.path("bold"), 900, layout_engine=ImageFont.Layout.BASIC)
    widths = [sum(map(font.getlength, line)) / 100 for line in lines]
    assert max(widths) <= 72 * INNER[0]
    assert min(widths[:-1]) > 72 * INNER[0] - 60
    assert " ".join(line.strip() for line in lines).removeprefix("• ").split() == text.split()
    assert wrapped("x" * 900, 9, "regular") == ["x" * 900]


def test_characters_without_a_font_are_known_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_fonts, "font_with", lambda character: None)
    fonts._font_of.cache_clear()
    pages = Pages({})
    pages.paragraph("Names of classes: é, 一", 9)
    pages.turn()
    pages.line("一 and 二", 9, "mono")
    assert pages.missing_characters() == {"一", "二"}
    fonts._font_of.cache_clear()
