"""Tables as spreadsheets read them."""

import csv
import io

from mnist_studio.analysis.view import Column, Row, Table
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
