"""Cells, titles of axes and texts of views."""

from dataclasses import dataclass

import pytest

from mnist_studio.analysis.view import AxisSpec, CellValue, Unit
from mnist_studio.analysis.view_text import axis_title, cell_text, printable_texts, unit_scale


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("as it is", "fraction", "as it is"),
        (None, "fraction", "–"),
        (float("nan"), "seconds", "–"),
        (0.9712, "fraction", "97.12 %"),
        (0.25, "points", "+0.25"),
        (3.5, "seconds", "3.50 s"),
        (12.0, "milliseconds", "12 ms"),
        (1_500_000, "bytes", "1.5 MB"),
        (60_000, "count", "60,000"),
        (1234.6, "count", "1,235"),
        (1234.4, "per second", "1,234 images/s"),
        (60_000, "", "60,000"),
        (0.123456, "", "0.1235"),
    ],
)
def test_a_cell_is_a_number_in_its_unit(value: CellValue, unit: Unit, text: str) -> None:
    found = cell_text(value, unit)
    assert found == (cell_text(None, unit) if text == "–" else text)


@pytest.mark.parametrize(
    ("unit", "title"),
    [
        ("points", "Value (pp)"), ("seconds", "Value (s)"), ("milliseconds", "Value (ms)"),
        ("bytes", "Value (MB)"), ("per second", "Value (images/s)"), ("fraction", "Value"),
        ("count", "Value"), ("", "Value"),
    ],
)  # fmt: skip
def test_the_title_of_an_axis_has_its_unit(unit: Unit, title: str) -> None:
    assert axis_title(AxisSpec("Value", unit)) == title


def test_bytes_are_drawn_as_megabytes() -> None:
    assert unit_scale("bytes") == 1e6
    assert unit_scale("seconds") == 1.0


@dataclass(frozen=True)
class Inner:
    title: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    names: tuple[str, ...]
    empty: tuple[str, ...] = ()
    count: int = 3


def test_only_texts_that_cannot_be_printed_change() -> None:
    bad = "a\x1b[2Jb"
    values = (1.0, 2.0)
    given = Outer((Inner(bad, values),), (bad, "plain"))
    found = printable_texts(given)
    cleaned = found.inner[0].title
    assert "\x1b" not in cleaned
    assert found == Outer((Inner(cleaned, values),), (cleaned, "plain"))
    # Curves have many numbers, so they are not copied.
    assert found.inner[0].values is values
    assert printable_texts(("plain",)) == ("plain",)
    assert printable_texts(7) == 7
    axis = AxisSpec(bad, "seconds")
    assert printable_texts(axis) == AxisSpec(cleaned, "seconds")
