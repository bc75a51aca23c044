"""Tables as spreadsheets read them."""

import csv
import io

import pytest

from mnist_studio.analysis.view import Column, Row, Table, Unit
from mnist_studio.comparison.report import tables


def test_figures_are_as_they_are() -> None:
    table = Table(
        (Column("Model, large"), Column("Accuracy", "fraction"), Column("Time", "seconds")),
        (Row("a", ("mlp · “a”", 0.9712, None)), Row("b", ("=1+1", float("nan"), 3))),
    )
    written = tables.csv_file(table)
    assert written.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig")))) == [
        ["Model, large", "Accuracy [fraction]", "Time [seconds]"],
        ["mlp · “a”", "0.9712", ""],
        ["'=1+1", "", "3"],
    ]


def first_cell(text: str) -> str:
    """A cell as a spreadsheet gets it."""
    table = Table((Column("Model"),), (Row("a", (text,)),))
    _, (cell,) = csv.reader(io.StringIO(tables.csv_file(table).decode("utf-8-sig"), newline=""))
    return cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")', "=", "-"],
)
def test_text_that_a_spreadsheet_would_evaluate_is_quoted(text: str) -> None:
    assert first_cell(text) == f"'{text}".replace("\r", " ")


@pytest.mark.parametrize("text", ["1+1", "a=b", "a-b", "me@home", " =1", "'=1", "", "−1", "a\tb"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert first_cell(text) == text


def test_negative_figures_are_no_formulas() -> None:
    table = Table((Column("Difference", "points"),), (Row("a", (-0.5,)), Row("b", (-3,))))
    written = tables.csv_file(table).decode("utf-8-sig")
    assert written.splitlines() == ["Difference", "-0.5", "-3"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
@pytest.mark.parametrize("unit", ["", "seconds"])
def test_a_heading_that_a_spreadsheet_would_evaluate_is_quoted(text: str, unit: Unit) -> None:
    table = Table((Column(text, unit),), ())
    heading = tables.csv_file(table).decode("utf-8-sig").rstrip("\r\n")
    assert heading == (f"'{text} [seconds]" if unit else f"'{text}")


def test_no_cell_and_no_heading_has_control_characters() -> None:
    table = Table((Column("a\x1b[1m\nb"),), (Row("a", ("c\x00\u202ed",)),))
    written = tables.csv_file(table).decode("utf-8-sig")
    assert written == "a\ufffd[1m b\r\nc\ufffd\ufffdd\r\n"
